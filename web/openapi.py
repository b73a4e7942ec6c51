"""The OpenAPI 3.1 document of all mounted edges, made of the handlers' signatures."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from inspect import cleandoc
from typing import Any

import msgspec
from aiohttp import web

from web.errors import ErrorAnswer
from web.refusals import RequestRefused
from web.texts import TEXTS
from web.typed import APIS, Api, Contract, Function, Operation, told_by

VERSION = web.AppKey("version", str)
DOCUMENT = web.AppKey("openapi_document", dict[str, bytes])
JSON = "application/json"
WITHOUT_NUL = r"^[^\u0000]*$"
STATUS_OF_FAMILY = {"NotFound": 404, "Conflict": 409, "Refused": 422, "Throttled": 429} | {
    family.__name__: family.http_status for family in RequestRefused.__subclasses__()
}
SECURITY_SCHEMES = {
    "session": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a session, in the header Authorization",
    }
}

_RAISES = re.compile(r"^Raises:\n(?P<told>(?:[ ]+.*\n?)+)", re.MULTILINE)
_FAMILY = re.compile(r"^\s*(\w+):")
_CODE = re.compile(r"``(\w+)``")


def document(apis: Sequence[Api], *, version: str) -> dict[str, Any]:
    """Return the document of these edges."""
    types = _types_of(apis)
    references, schemas = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])
    _tell_of_nul([references, schemas])
    schema_of = {id(wanted): schema for wanted, schema in zip(types, references, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for api in apis:
        for operation, contract in api.contracts:
            told = _told(api, operation, contract=contract, schema_of=schema_of, schemas=schemas)
            paths.setdefault(api.prefix + operation.path, {})[operation.method.lower()] = told
    return {
        "openapi": "3.1.0",
        "info": {"title": "jifen 积分", "version": version},
        "tags": [{"name": api.name, "description": api.about} for api in apis],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SECURITY_SCHEMES},
    }


def _tell_of_nul(node: Any) -> None:
    """Say of each text of a request, which all have a length, that it holds no NUL."""
    if isinstance(node, dict):
        if node.get("type") == "string" and "maxLength" in node:
            node.setdefault("pattern", WITHOUT_NUL)
        for inner in node.values():
            _tell_of_nul(inner)
    elif isinstance(node, list | tuple):
        for inner in node:
            _tell_of_nul(inner)


def _types_of(apis: Sequence[Api]) -> list[Any]:
    types: list[Any] = [ErrorAnswer]
    for api in apis:
        for _, contract in api.contracts:
            wanted = (contract.returned, contract.query, contract.body)
            types += [one for one in wanted if one not in (None, type(None))]
            types += contract.in_path.values()
    return types


def _told(
    api: Api,
    operation: Operation,
    *,
    contract: Contract,
    schema_of: Mapping[int, Any],
    schemas: Mapping[str, Any],
) -> dict[str, Any]:
    told = told_by(operation.function)
    summary, _, rest = told.partition("\n")
    found: dict[str, Any] = {
        "operationId": _name_of(api, operation.function),
        "tags": [api.name],
        "summary": summary,
    }
    if description := _RAISES.sub("", rest).strip():
        found["description"] = description
    if contract.securities:
        found["security"] = [{name: []} for name in contract.securities]
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": schema_of[id(wanted)]}
        for name, wanted in contract.in_path.items()
    ]
    if contract.query:
        parameters += _in_query(_followed(schema_of[id(contract.query)], schemas))
    if parameters:
        found["parameters"] = parameters
    if contract.body:
        content = {JSON: {"schema": schema_of[id(contract.body)]}}
        found["requestBody"] = {"required": True, "content": content}
    found["responses"] = _responses(operation, contract, told=told, schema_of=schema_of)
    return found


def _name_of(api: Api, function: Function) -> str:
    module = function.__module__.rpartition(".")[2]
    return f"{api.name}_{module}_{function.__name__}"


def _followed(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    return schemas[schema["$ref"].rpartition("/")[2]]


def _in_query(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": wanted}
        | ({"description": wanted["description"]} if "description" in wanted else {})
        for name, wanted in schema["properties"].items()
    ]


def _responses(
    operation: Operation, contract: Contract, *, told: str, schema_of: Mapping[int, Any]
) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(operation.http_status).phrase}
    if contract.returned is not type(None):
        good["content"] = {JSON: {"schema": schema_of[id(contract.returned)]}}
    codes = codes_of(told)
    if contract.query or contract.body or contract.in_path:
        codes.setdefault(400, []).extend(["bad_field", "bad_request"])
    if contract.securities:
        codes.setdefault(401, []).extend(["session_missing", "session_unknown", "session_expired"])
        codes.setdefault(429, []).append("too_many_requests")
    if contract.body:
        codes.setdefault(413, []).append("body_too_large")
        codes.setdefault(415, []).append("wrong_content_type")
    refused = {
        str(http_status): _refusal(found, schema_of[id(ErrorAnswer)])
        for http_status, found in sorted(codes.items())
    }
    unforeseen = _refusal(["unavailable", "internal"], schema_of[id(ErrorAnswer)])
    return {str(operation.http_status): good, **refused, "default": unforeseen}


def codes_of(told: str) -> dict[int, list[str]]:
    """Return the refusals that a docstring's ``Raises:`` names, by their HTTP status.

    Raises:
        KeyError: it names a family that is none.
    """
    section = _RAISES.search(told)
    codes: dict[int, list[str]] = {}
    http_status = 0
    for line in section["told"].splitlines() if section else ():
        if family := _FAMILY.match(line):
            http_status = STATUS_OF_FAMILY[family[1]]
        codes.setdefault(http_status, []).extend(_CODE.findall(line))
    return codes


def _refusal(codes: Sequence[str], schema: Any) -> dict[str, Any]:
    return {
        "description": "; ".join(f"`{code}` {TEXTS[code][0]} / {TEXTS[code][1]}" for code in codes),
        "content": {JSON: {"schema": schema}},
    }


async def read(request: web.Request) -> web.Response:
    """Answer ``/openapi.json``; the document is made once, at the first asking."""
    made = request.app[DOCUMENT]
    if not made:
        apis = request.app[APIS]
        told = document(apis, version=request.app[VERSION])
        made["json"] = msgspec.json.encode(told)
    return web.Response(body=made["json"], content_type=JSON, headers={"Cache-Control": "no-cache"})
