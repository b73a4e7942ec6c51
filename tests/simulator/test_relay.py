"""The way from the mini-program to its server, and the page on which the mini-program runs."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from simulator.app import create_app
from simulator.consumers import derived_id
from simulator.settings import ConsumerSeed, Day, MiniProgram, OfficialAccount, Settings

LIN = derived_id("林小满")
ACCOUNT = OfficialAccount(
    "wx1b2c3d4e5f607182", "0" * 32, "gh_1", "星选", "token", "http://127.0.0.1:1/", "a" * 43
)


class Phone:
    """A phone in a small China whose mini-program has a server."""

    def __init__(self, session: ClientSession, china: TestServer, server: TestServer) -> None:
        self.session = session
        self.china = china
        self.server = server

    async def ask(self, **asked: Any) -> ClientResponse:
        path = self.china.make_url(f"/play/consumers/{LIN}/miniprogram/request")
        return await self.session.post(path, json=asked)

    async def wire(self) -> list[dict[str, Any]]:
        async with self.session.get(self.china.make_url("/play/wire")) as response:
            return list((await response.json())["exchanges"])

    def at(self, path: str) -> str:
        return str(self.server.make_url(path))


async def _echo(request: web.Request) -> web.Response:
    if request.path == "/gone":
        raise web.HTTPFound("/elsewhere")
    told = {
        "method": request.method,
        "path": request.path_qs,
        "language": request.headers.get("Accept-Language"),
        "signed_in": request.headers.get("Authorization"),
        "body": await request.text(),
        "token": "a secret",
    }
    return web.json_response(told, headers={"Set-Cookie": "a=1"})


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[Phone]:
    (tmp_path / "app.json").write_text('{"pages": []}')
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.png").write_bytes(b"png")
    (tmp_path / "secret.txt").write_text("not of the mini-program")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", _echo)
    server = TestServer(app)
    await server.start_server()
    mini = MiniProgram(
        "wx9988776655443322",
        "f" * 32,
        folder=str(tmp_path),
        server=str(server.make_url("")).rstrip("/"),
    )
    settings = Settings(ACCOUNT, mini, consumers=(ConsumerSeed("林小满"),))
    china = TestServer(create_app(settings))
    await china.start_server()
    async with ClientSession() as session:
        yield Phone(session, china, server)
    await china.close()
    await server.close()


async def test_a_request_goes_to_the_server_and_its_answer_comes_back(phone: Phone) -> None:
    answer = await phone.ask(
        url=phone.at("/v1/me?a=1"),
        method="PUT",
        headers={"Accept-Language": "en", "Authorization": "Bearer t", "Cookie": "b=2"},
        body='{"a": 1}',
    )
    heard = await answer.json()
    told = msgspec.json.decode(heard["body"])
    assert (answer.status, heard["status"]) == (200, 200)
    assert told["method"] == "PUT"
    assert told["path"] == "/v1/me?a=1"
    assert (told["language"], told["signed_in"], told["body"]) == ("en", "Bearer t", '{"a": 1}')


async def test_it_shows_on_the_wire_without_its_secrets(phone: Phone) -> None:
    await phone.ask(url=phone.at("/v1/me"), headers={"Authorization": "Bearer t"})
    (exchange,) = await phone.wire()
    assert exchange["title"] == "wx.request /v1/me"
    assert (exchange["direction"], exchange["consumer_id"]) == ("to_server", LIN)
    assert (exchange["status"], exchange["outcome"]) == (200, "answered")
    assert exchange["request"]["headers"]["Authorization"] == "***"
    assert "a secret" not in exchange["response"]["body"]


async def test_a_redirect_is_told_and_not_followed(phone: Phone) -> None:
    heard = await (await phone.ask(url=phone.at("/gone"))).json()
    assert heard["status"] == 302


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/v1/me",
        "http://127.0.0.1.example.com/",
        "https://example.com/",
        "file:///etc/hosts",
        "/v1/me",
        "",
        "http://[broken",
    ],
)
async def test_no_other_address_can_be_reached(phone: Phone, address: str) -> None:
    answer = await phone.ask(url=address)
    assert answer.status == 403
    assert (await answer.json())["error"]["message"] == "url not in domain list"
    assert await phone.wire() == []


async def test_a_server_that_is_away_is_told_as_such(phone: Phone) -> None:
    address = phone.at("/v1/me")
    await phone.server.close()
    answer = await phone.ask(url=address)
    assert answer.status == 502
    (exchange,) = await phone.wire()
    assert exchange["status"] == 0
    assert exchange["outcome"].startswith("connection_failed")


def test_only_this_machine_can_be_the_server() -> None:
    for server in (
        "http://example.com",
        "http://127.0.0.1",
        "https://127.0.0.1:1",
        "http://a@127.0.0.1:1",
    ):
        with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
            MiniProgram("wx", "s", server=server)


async def test_code_may_be_evaluated_on_the_mini_programs_page_alone(phone: Phone) -> None:
    async with phone.session.get(phone.china.make_url("/mp")) as response:
        policy = response.headers["Content-Security-Policy"]
        assert "'unsafe-eval'" in policy
        assert "frame-ancestors 'self'" in policy
    async with phone.session.get(phone.china.make_url("/")) as response:
        assert "Content-Security-Policy" not in response.headers
        assert "unsafe" not in await response.text()


async def test_its_source_and_pictures_are_served_and_nothing_beside_them(phone: Phone) -> None:
    async def get(path: str) -> ClientResponse:
        address = str(phone.china.make_url("/")) + path
        return await phone.session.get(URL(address, encoded=True))

    assert await (await get("mp/source.json")).json() == {"app.json": '{"pages": []}'}
    assert await (await get("mp/files/images/a.png")).read() == b"png"
    for path in ("mp/files/secret.txt", "mp/files/..%2f..%2fetc%2fhosts", "mp/vendor/absent.js"):
        assert (await get(path)).status == 404


async def test_without_source_there_is_no_mini_program() -> None:
    mini = MiniProgram("wx9988776655443322", "f" * 32)
    server = TestServer(create_app(Settings(ACCOUNT, mini)))
    await server.start_server()
    async with ClientSession() as session:
        state = await (await session.get(server.make_url("/play/state"))).json()
        assert state["miniprogram"]["is_here"] is False
        assert (await session.get(server.make_url("/mp/source.json"))).status == 404
    await server.close()


async def test_the_page_of_the_day_frames_the_console_and_asks_the_demo_alone(
    phone: Phone, tmp_path: Path
) -> None:
    day = Day("http://127.0.0.1:9999/console", "chen", "secret")
    mini = MiniProgram("wx9988776655443322", "f" * 32, server=phone.at("").rstrip("/"))
    china = TestServer(create_app(Settings(ACCOUNT, mini, day=day)))
    await china.start_server()
    async with phone.session.get(china.make_url("/day")) as page:
        policy = page.headers["Content-Security-Policy"]
    assert "frame-src 'self' http://127.0.0.1:9999;" in policy
    assert "frame-ancestors 'none'" in policy
    path = china.make_url("/play/day/request")
    async with phone.session.post(path, json={"path": "/demo/day"}) as answer:
        assert msgspec.json.decode((await answer.json())["body"])["path"] == "/demo/day"
    for wrong in ("/healthz", "http://elsewhere/demo/", "demo/day", "@elsewhere/demo/"):
        async with phone.session.post(path, json={"path": wrong}) as answer:
            assert answer.status == 403
    async with phone.session.get(china.make_url("/play/wire")) as wire:
        assert (await wire.json())["exchanges"] == [], "it is on no phone's wire"
    await china.close()
    async with phone.session.get(phone.china.make_url("/day")) as absent:
        assert absent.status == 404
