"""A handler's signature is its contract: what fits reaches it, what does not is named."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec import Meta, Struct
from pytest_asyncio import fixture
from redis.asyncio import Redis

from loyalty.sealing import Sealer, new_master_key
from tests.web.conftest import Caller
from web import app as base
from web import bodies
from web.context import Context
from web.languages import Language
from web.typed import Api, get, post, put

Cups = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Name = Annotated[str, Meta(max_length=20)]


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Milk(Struct, forbid_unknown_fields=True):
    fat_percent: Annotated[float, Meta(ge=0, le=100)] = 3.5


class Coffee(Struct, forbid_unknown_fields=True):
    cups: Cups
    name: Name = ""
    size: Size = Size.SMALL
    milks: Annotated[list[Milk], Meta(max_length=3)] = []
    notes: Annotated[dict[Name, Name], Meta(max_length=3)] = {}


class Page(Struct, forbid_unknown_fields=True):
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    before: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    large: bool = False


async def brew(body: Coffee) -> Coffee:
    """Brew."""
    return body


async def find(cup: UUID, query: Page, language: Language, context: Context) -> Any:
    """Find."""
    return {"cup": cup, "limit": query.limit, "before": query.before, "language": language}


async def wash(number: Annotated[int, Meta(ge=1, le=9)]) -> None:
    """Wash."""


async def spill(request: web.Request) -> None:
    """Spill."""
    raise RuntimeError(f"the secret is {request.query['secret']}")


OPERATIONS = (
    post("/coffees", brew, http_status=201),
    get("/cups/{cup}", find),
    put("/sinks/{number}", wash),
    get("/spill", spill),
)


pytestmark = pytest.mark.asyncio(loop_scope="module")


@fixture(scope="module", loop_scope="module")
async def cafe() -> AsyncIterator[Caller]:
    """One server for the whole table of cases; it needs neither database nor Redis."""
    redis = Redis.from_url("redis://127.0.0.1:1")
    async with aiohttp.ClientSession() as http:
        sealer = Sealer(new_master_key())
        context = Context(redis=redis, http=http, sealer=sealer, accounts={}, miniprograms={})
        app = base.create(context, version="1.2.3")
        Api("cafe", prefix="/cafe", about="Coffee", operations=OPERATIONS).add_to(app)
        server = TestServer(app)
        await server.start_server(shutdown_timeout=0.2)
        yield Caller(http, str(server.make_url("")).rstrip("/"), app)
        await server.close()
    await redis.aclose()


async def test_what_fits_reaches_the_handler_and_its_answer_comes_back(cafe: Caller) -> None:
    answer = await cafe.send("/cafe/coffees", b'{"cups": 2, "name": "\xe6\x8b\xbf\xe9\x93\x81"}')
    assert answer.http_status == 201
    assert answer.told["name"] == "拿铁"
    assert answer.headers["Content-Type"] == "application/json"


async def test_path_query_and_language_are_read(cafe: Caller) -> None:
    cup = "5f3c9ad6-5c1c-4a52-8f6e-5c86f24b3a1e"
    answer = await cafe.get(f"/cafe/cups/{cup}?limit=7", headers={"Accept-Language": "en-GB"})
    assert answer.told == {"cup": cup, "limit": 7, "before": None, "language": "en"}


async def test_nothing_to_say_is_204_without_a_body(cafe: Caller) -> None:
    answer = await cafe.ask("PUT", "/cafe/sinks/3")
    assert (answer.http_status, answer.content) == (204, b"")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b'{"cups": 9223372036854775808}', "cups"),
        (b'{"cups": 99999999999999999999999999999}', "cups"),
        (b'{"cups": ' + b"9" * 5000 + b"}", "cups"),
        (b'{"cups": 1e400}', "cups"),
        (b'{"cups": NaN}', "cups"),
        (b'{"cups": -Infinity}', "cups"),
        (b'{"cups": Infinity}', "cups"),
        (b'{"cups": 1.5}', "cups"),
        (b'{"cups": 0}', "cups"),
        (b'{"cups": -1}', "cups"),
        (b'{"cups": true}', "cups"),
        (b'{"cups": "1"}', "cups"),
        (b'{"cups": null}', "cups"),
        (b"{}", "cups"),
        (b'{"cups": 1, "sugar": 2}', "sugar"),
        (b'{"cups": 1, "a\\nb": 2}', "a\nb"),
        (b'{"cups": 1, "cups": 1000}', "cups"),
        (b'{"cups": 1, "size": "huge"}', "size"),
        (b'{"cups": 1, "name": "' + b"x" * 21 + b'"}', "name"),
        (b'{"cups": 1, "name": "a\\u0000b"}', "name"),
        (b'{"cups": 1, "notes": {"k": "\\u0000"}}', "notes.k"),
        (b'{"cups": 1, "milks": [{}, {"fat_percent": 101}]}', "milks[1].fat_percent"),
        (b'{"cups": 1, "milks": [{"cream": 1}]}', "milks[0].cream"),
        (b'{"cups": 1, "milks": [{}, {"fat_percent": NaN}]}', "milks[1].fat_percent"),
        (b'{"cups": 1, "milks": [Infinity, NaN]}', "milks[0]"),
        (b'{"cups": 1, "milks": [{"fat_percent": 1, "fat_percent": 2}]}', "fat_percent"),
        (b'{"cups": 1, "milks": [{}, {}, {}, {}]}', "milks"),
        (b'{"cups": 1, "notes": {"a": 1}}', "notes[...]"),
        (b"[]", "body"),
        (b"null", "body"),
    ],
)
async def test_a_broken_body_is_400_and_names_the_field(
    cafe: Caller, content: bytes, field: str
) -> None:
    answer = await cafe.send("/cafe/coffees", content)
    assert answer.http_status == 400
    assert answer.error["code"] == "bad_field"
    assert answer.error["field"] == field
    assert field in answer.error["message"]


@pytest.mark.parametrize("cups", [b"2.0", b"2e0", b"200e-2"])
async def test_a_whole_number_is_one_however_json_writes_it(cafe: Caller, cups: bytes) -> None:
    answer = await cafe.send("/cafe/coffees", b'{"cups": ' + cups + b"}")
    assert answer.http_status < 300, answer.told
    for broken in (b"2.5", b"1e400", b"1e17", b"-1.0"):
        refused = await cafe.send("/cafe/coffees", b'{"cups": ' + broken + b"}")
        assert (refused.http_status, refused.error["field"]) == (400, "cups"), broken


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'\xef\xbb\xbf{"cups": 1}',
        b'{"cups": 1} {"cups": 2}',
        b'{"cups": 1,}',
        b'{"cups": 1, "name": "\\ud800"}',
        b'{"cups": 1, "name": "\xed\xa0\x80"}',
        b'{"cups": 1, "notes": {"\xff": "a"}}',
        b"[" * 60_000,
        b'{"cups": 1, "milks": ' + b"[" * 60_000,
    ],
)
async def test_what_is_no_json_is_400(cafe: Caller, content: bytes) -> None:
    answer = await cafe.send("/cafe/coffees", content)
    assert answer.http_status == 400
    assert answer.error["code"] in ("bad_request", "bad_field")


async def test_an_escaped_backslash_before_u0000_is_no_nul(cafe: Caller) -> None:
    answer = await cafe.send("/cafe/coffees", b'{"cups": 1, "name": "\\\\u0000"}')
    assert answer.told["name"] == "\\u0000"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=101", "limit"),
        ("?limit=-5", "limit"),
        ("?limit=1e2", "limit"),
        ("?limit=5.0", "limit"),
        ("?limit=NaN", "limit"),
        ("?limit=", "limit"),
        ("?limit=%EF%BC%95", "limit"),
        ("?limit=5&limit=6", "limit"),
        ("?before=99999999999999999999", "before"),
        ("?before=9223372036854775808", "before"),
        ("?before=null", "before"),
        ("?before=%00", "before"),
        ("?before=%ED%A0%80", "before"),
        ("?large=yes", "large"),
        ("?colour=red", "colour"),
        ("?a%0Ab=1", "a\nb"),
        ("?limit=" + "9" * 5000, "limit"),
    ],
)
async def test_a_broken_query_is_400_and_names_the_field(
    cafe: Caller, path: str, field: str
) -> None:
    answer = await cafe.get("/cafe/cups/5f3c9ad6-5c1c-4a52-8f6e-5c86f24b3a1e" + path)
    assert (answer.http_status, answer.error["field"]) == (400, field)


@pytest.mark.parametrize("cup", ["1", "x", "%00", "5f3c9ad6-5c1c-4a52-8f6e-5c86f24b3a1"])
async def test_a_broken_path_is_400_and_names_the_part(cafe: Caller, cup: str) -> None:
    answer = await cafe.get(f"/cafe/cups/{cup}")
    assert (answer.http_status, answer.error["field"]) == (400, "cup")


@pytest.mark.parametrize("number", ["0", "10", "-1", "9223372036854775808", "1e1", "٣"])
async def test_a_number_in_the_path_has_bounds(cafe: Caller, number: str) -> None:
    answer = await cafe.ask("PUT", f"/cafe/sinks/{number}")
    assert (answer.http_status, answer.error["field"]) == (400, "number")


async def test_the_error_speaks_the_language_that_was_asked_for(cafe: Caller) -> None:
    chinese = await cafe.send("/cafe/coffees", b'{"cups": 0}')
    english = await cafe.send("/cafe/coffees", b'{"cups": 0}', headers={"Accept-Language": "en"})
    assert chinese.error["message"] == "字段 cups 不正确：应为 int >= 1"
    assert english.error["message"] == "The field cups is wrong: it must be int >= 1"
    assert english.headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""]
)
async def test_a_body_that_is_said_to_be_something_else_is_415(cafe: Caller, kind: str) -> None:
    answer = await cafe.ask(
        "POST", "/cafe/coffees", data=b'{"cups": 1}', headers={"Content-Type": kind}
    )
    assert (answer.http_status, answer.error["code"]) == (415, "wrong_content_type")


async def test_a_large_body_is_413_without_being_read(cafe: Caller) -> None:
    body = b'{"cups": 1, "name": "' + b"x" * bodies.LIMIT_BYTES + b'"}'
    answer = await cafe.send("/cafe/coffees", body)
    assert (answer.http_status, answer.error["code"]) == (413, "body_too_large")


async def test_a_large_body_in_chunks_or_packed_is_413_too(cafe: Caller) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 2048

    chunked = await cafe.ask(
        "POST", "/cafe/coffees", data=endless(), headers={"Content-Type": "application/json"}
    )
    packed = await cafe.send(
        "/cafe/coffees", gzip.compress(b" " * 5_000_000), headers={"Content-Encoding": "gzip"}
    )
    assert (chunked.http_status, packed.http_status) == (413, 413)


async def test_a_body_that_cannot_be_unpacked_is_400(cafe: Caller) -> None:
    answer = await cafe.send("/cafe/coffees", b"no gzip", headers={"Content-Encoding": "gzip"})
    assert answer.http_status == 400


async def test_a_body_that_trickles_is_408(cafe: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies.read, "__kwdefaults__", {"limit_bytes": 65536, "seconds": 0.2})
    reader, writer = await asyncio.open_connection("127.0.0.1", int(cafe.origin.split(":")[2]))
    writer.write(
        b"POST /cafe/coffees HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b'Content-Length: 50\r\n\r\n{"cu'
    )
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
    writer.close()
    assert b"408" in head.splitlines()[0]


async def test_who_goes_away_half_way_leaves_the_server_working(
    cafe: Caller, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(cafe.origin.split(":")[2]))
    writer.write(
        b"POST /cafe/coffees HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b'Content-Length: 50\r\n\r\n{"cu'
    )
    await writer.drain()
    writer.transport.abort()
    assert (await cafe.send("/cafe/coffees", b'{"cups": 1}')).http_status == 201
    assert not [line for line in lines() if line["level"] == "error"]


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: \x00\r\n\r\n",
        b"GET /?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /cafe/coffees HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_broken_http_is_400_without_a_traceback(cafe: Caller, raw: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(cafe.origin.split(":")[2]))
    writer.write(raw)
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    assert b" 400 " in answer.splitlines()[0]
    assert b"Traceback" not in answer
    assert b".py" not in answer


async def test_a_bug_is_500_and_tells_nothing_but_the_id_of_its_log_line(
    cafe: Caller, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    answer = await cafe.get("/cafe/spill?secret=hunter2")
    assert answer.http_status == 500
    assert answer.error["code"] == "internal"
    assert set(answer.error) == {"code", "message", "request_id"}
    (failed,) = [line for line in lines() if line["event"] == "request_failed"]
    assert failed["request_id"] == answer.error["request_id"] == answer.headers["X-Request-ID"]
    assert failed["error"] == "builtins.RuntimeError"
    assert any("test_typed.py" in frame for frame in failed["frames"])
    assert "hunter2" not in str(lines())


@pytest.mark.parametrize(
    ("method", "path", "http_status", "code"),
    [
        ("GET", "/nowhere", 404, "no_such_address"),
        ("DELETE", "/cafe/coffees", 405, "method_not_allowed"),
        ("PATCH", "/cafe/coffees", 405, "method_not_allowed"),
    ],
)
async def test_what_is_not_there_is_told_in_the_same_form(
    cafe: Caller, method: str, path: str, *, http_status: int, code: str
) -> None:
    answer = await cafe.ask(method, path)
    assert (answer.http_status, answer.error["code"]) == (http_status, code)
