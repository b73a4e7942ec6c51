"""The document tells what is mounted, all of it and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

import miniprogram_api
from tests.web.conftest import Asked, Json, Serve
from web import docs
from web.context import Context


@pytest.fixture
async def answer(serve: Serve, context: Context) -> Asked:
    return await (await serve(context, miniprogram_api.add_to)).get("/openapi.json")


def values_of(key: str, node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        for name, inner in node.items():
            if name == key:
                yield inner
            yield from values_of(key, inner)
    elif isinstance(node, list):
        for inner in node:
            yield from values_of(key, inner)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield method, path, told


async def test_every_mounted_operation_is_told_and_nothing_else(answer: Asked) -> None:
    told = {(method, path) for method, path, _ in operations(answer.told)}
    api = miniprogram_api.api()
    mounted = {(one.method.lower(), api.prefix + one.path) for one, _ in api.contracts}
    assert told == mounted
    assert answer.told["openapi"] == "3.1.0"
    assert answer.told["info"]["version"] == "1.2.3"


async def test_every_reference_leads_to_a_schema(answer: Asked) -> None:
    schemas = answer.told["components"]["schemas"]
    references = set(values_of("$ref", answer.told))
    assert references
    assert {one.removeprefix("#/components/schemas/") for one in references} <= set(schemas)


async def test_every_operation_has_a_name_of_its_own_and_a_summary(answer: Asked) -> None:
    ids = [told["operationId"] for _, _, told in operations(answer.told)]
    assert len(ids) == len(set(ids))
    assert all(told["summary"].endswith(".") for _, _, told in operations(answer.told))


async def test_only_the_login_and_the_brand_ask_for_no_session(answer: Asked) -> None:
    open_to_all = {
        (method, path) for method, path, told in operations(answer.told) if "security" not in told
    }
    assert open_to_all == {
        ("post", "/miniprogram/v1/session"),
        ("get", "/miniprogram/v1/brand"),
    }
    assert set(answer.told["components"]["securitySchemes"]) == {"session"}


async def test_the_refusals_of_the_login_stand_at_their_status(answer: Asked) -> None:
    responses = answer.told["paths"]["/miniprogram/v1/session"]["post"]["responses"]
    assert "login_code_used" in responses["422"]["description"]
    assert "account_blocked" in responses["403"]["description"]
    assert {"201", "400", "403", "404", "413", "415", "422", "429", "default"} == set(responses)


async def test_the_parameters_of_a_page_tell_their_bounds(answer: Asked) -> None:
    parameters = answer.told["paths"]["/miniprogram/v1/me/ledger"]["get"]["parameters"]
    (limit,) = [one for one in parameters if one["name"] == "limit"]
    assert (limit["in"], limit["required"]) == ("query", False)
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"]) == (1, 100)


async def test_moments_are_said_to_be_moments(answer: Asked) -> None:
    schemas = answer.told["components"]["schemas"]
    assert schemas["SignedIn"]["properties"]["expires_at"]["format"] == "date-time"
    assert schemas["LedgerLine"]["properties"]["at"]["format"] == "date-time"


async def test_the_docs_page_runs_no_script_but_files_of_ours(
    serve: Serve, context: Context
) -> None:
    caller = await serve(context)
    page = await caller.get("/docs")
    assert page.http_status == 200
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert b"<script>" not in page.content
    assert b"http://" not in page.content
    assert b"https://" not in page.content


async def test_the_docs_page_without_its_files_says_how_to_get_them(
    serve: Serve, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(docs.FILES, "swagger-ui.css", docs.HERE / "not-there.css")
    caller = await serve(context)
    page = await caller.get("/docs")
    assert page.http_status == 200
    assert b"tools/bootstrap.py" in page.content
    assert (await caller.get("/docs/swagger-ui.css")).http_status == 404


@pytest.mark.parametrize(
    "name", ["..%2Fapp.py", "__init__.py", "%2e%2e/app.py", "missing.html", "page.css%00"]
)
async def test_only_the_named_files_are_served(serve: Serve, context: Context, name: str) -> None:
    assert (await (await serve(context)).get(f"/docs/{name}")).http_status in (400, 404)
