"""Typed handlers: the signature of a function is its contract.

    async def read(shopper: Shopper, query: LedgerQuery) -> LedgerPage: ...

A parameter is filled by its name or its type: names of the path's parts; ``query`` and ``body``
(structs); and the types that the `Api` knows how to fill, such as the context or who is signed in.
The returned struct is the answer; ``None`` is 204. What does not fit is refused with 400 and the
field, before the function runs. The same signature makes the OpenAPI document.
"""

import inspect
import re
import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from web import bodies
from web.bounds import require_bounds
from web.context import CONTEXT, Context
from web.decoding import body_decoder, converted, query_decoder, text_reader
from web.errors import language_of
from web.languages import Language

Function = Callable[..., Awaitable[Any]]
Fill = Callable[[web.Request], Any]
AsyncFill = Callable[[web.Request], Awaitable[Any]]

Moment = Annotated[datetime, Meta(tz=True)]
"""A moment in an answer or a body: aware, as RFC 3339 writes it."""

_PATH_PART = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Part:
    """How a parameter of some type is filled; ``security`` names what it asks of the caller."""

    fill: AsyncFill
    security: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of an edge's URL map."""

    method: str
    path: str
    function: Function
    http_status: int


def get(path: str, function: Function) -> Operation:
    """Read something."""
    return _operation("GET", path, function)


def post(path: str, function: Function, *, http_status: int | None = None) -> Operation:
    """Add something, or ask for something to be done."""
    return _operation("POST", path, function, http_status=http_status)


def put(path: str, function: Function, *, http_status: int | None = None) -> Operation:
    """Set something; the same again changes nothing."""
    return _operation("PUT", path, function, http_status=http_status)


def delete(path: str, function: Function) -> Operation:
    """Take something away."""
    return _operation("DELETE", path, function)


def _operation(
    method: str, path: str, function: Function, *, http_status: int | None = None
) -> Operation:
    returned = typing.get_type_hints(function)["return"]
    return Operation(
        method, path, function, http_status or (204 if returned is type(None) else 200)
    )


class Contract:
    """What a function's signature says.

    Raises:
        TypeError: a parameter cannot be filled, or a number or text of a request has no bounds.
    """

    def __init__(self, operation: Operation, parts: Mapping[type, Part]) -> None:
        hints = typing.get_type_hints(operation.function, include_extras=True)
        self.returned: Any = hints.pop("return")
        self.in_path = {name: hints[name] for name in _PATH_PART.findall(operation.path)}
        self.query: type[Struct] | None = hints.get("query")
        self.body: type[Struct] | None = hints.get("body")
        self.wants_language = hints.get("language") == Language
        self.parts: dict[str, Part] = {}
        for name, hint in hints.items():
            if name in self.in_path or name in ("query", "body"):
                require_bounds(hint, place=f"{operation.path} {name}")
            elif name != "language":
                self.parts[name] = _part(operation, name, hint=hint, parts=parts)

    @property
    def securities(self) -> list[str]:
        """Return what the parameters ask of the caller."""
        return [part.security for part in self.parts.values() if part.security]


def _part(operation: Operation, name: str, *, hint: Any, parts: Mapping[type, Part]) -> Part:
    part = parts.get(hint)
    if part is None:
        raise TypeError(f"{operation.function.__qualname__}: nothing fills {name}: {hint}")
    return part


async def _context(request: web.Request) -> Context:
    return request.config_dict[CONTEXT]


async def _request(request: web.Request) -> web.Request:
    return request


BUILT_IN: Mapping[type, Part] = {Context: Part(_context), web.Request: Part(_request)}


class Api:
    """An edge's operations, below one prefix."""

    def __init__(
        self,
        name: str,
        *,
        prefix: str,
        about: str,
        operations: Sequence[Operation],
        parts: Mapping[type, Part] | None = None,
    ) -> None:
        self.name = name
        self.prefix = prefix
        self.about = about
        known = {**BUILT_IN, **(parts or {})}
        self.contracts = [(operation, Contract(operation, known)) for operation in operations]

    def add_to(self, app: web.Application) -> None:
        """Mount all operations, and let the document tell of them."""
        for operation, contract in self.contracts:
            app.router.add_route(
                operation.method, self.prefix + operation.path, _handler(operation, contract)
            )
        app[APIS].append(self)


APIS = web.AppKey("apis", list[Api])


def _handler(operation: Operation, contract: Contract) -> Fill:
    """Return the aiohttp handler: who asks comes first, the body last."""
    function, http_status = operation.function, operation.http_status
    parts = [(name, part.fill) for name, part in contract.parts.items()]
    fills = _fills(contract)
    decode = body_decoder(contract.body) if contract.body else None
    encode = msgspec.json.Encoder().encode

    async def answer(request: web.Request) -> web.Response:
        given = {name: await fill(request) for name, fill in parts}
        for name, read in fills:
            given[name] = read(request)
        if decode:
            bodies.require_json(request)
            given["body"] = decode(await bodies.read(request))
        returned = await function(**given)
        if returned is None:
            return web.Response(status=http_status)
        return web.Response(
            body=encode(returned), status=http_status, content_type="application/json"
        )

    return answer


def _fills(contract: Contract) -> list[tuple[str, Fill]]:
    fills = [(name, _path_fill(name, wanted)) for name, wanted in contract.in_path.items()]
    if contract.query:
        decode_query = query_decoder(contract.query)
        fills.append(("query", lambda request: decode_query(request.query)))
    if contract.wants_language:
        fills.append(("language", language_of))
    return fills


def _path_fill(name: str, wanted: Any) -> Fill:
    read = text_reader(wanted)

    def fill(request: web.Request) -> Any:
        return converted(read(request.match_info[name]), wanted, name=name)

    return fill


def told_by(function: Function) -> str:
    """Return a function's docstring without its indentation.

    Raises:
        TypeError: it has none, and the document would not say what it does.
    """
    told = inspect.getdoc(function)
    if not told:
        raise TypeError(f"{function.__qualname__} has no docstring")
    return told
