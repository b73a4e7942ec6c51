"""A bot on a real port, a simulator beside it, and a caller of its API."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.app import create_app
from simulator.assumed import Assumed
from simulator.settings import (
    ConsumerSeed,
    MiniProgram,
    Mode,
    OfficialAccount,
    Settings,
    Shop,
    Template,
)
from tests import pay_keys
from tests.simulator.bot import ACCOUNT, AES_KEY, APP_ID, APP_SECRET, TOKEN, Bot

MINI_APP_ID = "wxfedcba0987654321"
MINI_SECRET = "fedcba9876543210fedcba9876543210"
COUPON = Template(
    "coupon", "优惠券到账", "{{thing1.DATA}}\n{{date2.DATA}}\n{{character_string3.DATA}}"
)
POINTS_CHANGED = Template("points-changed", "积分变动", "变动：{{thing1.DATA}}\n余额：{{n2.DATA}}")
UNCHANGED = Assumed()
HASTY = Assumed(callback_timeout_seconds=2.0)

Json = dict[str, Any]


@dataclass
class Player:
    """Calls a running simulator: the platform's API with a token, and the control API."""

    session: aiohttp.ClientSession
    origin: str
    bot: Bot
    settings: Settings
    tokens: dict[str, str]
    server: TestServer

    async def stop(self) -> None:
        """Stops this simulator, as SIGTERM does."""
        await self.server.close()

    async def raw(self, method: str, path: str, **how: Any) -> tuple[int, str, bytes]:
        how.setdefault("allow_redirects", False)
        async with self.session.request(method, self.origin + path, **how) as response:
            content = await response.read()
            return response.status, response.headers.get("Content-Type", ""), content

    async def get(self, path: str, **query: str) -> Json:
        _, _, content = await self.raw("GET", path, params=query)
        return dict(json.loads(content))

    async def post(self, path: str, body: object, **query: str) -> Json:
        encoded = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        _, _, content = await self.raw("POST", path, params=query, data=encoded)
        return dict(json.loads(content))

    async def token(self, app_id: str = APP_ID) -> str:
        if app_id not in self.tokens:
            secret = APP_SECRET if app_id == APP_ID else MINI_SECRET
            body = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
            self.tokens[app_id] = (await self.post("/cgi-bin/stable_token", body))["access_token"]
        return self.tokens[app_id]

    async def call(self, path: str, body: object = None, **query: str) -> Json:
        query.setdefault("access_token", await self.token())
        if body is None:
            return await self.get(path, **query)
        return await self.post(path, body, **query)

    async def play(self, path: str, body: object | None = None, *, wait: bool = True) -> Json:
        query = {"wait": "1"} if wait else {}
        return await self.post(f"/play/{path}", {} if body is None else body, **query)

    async def consumer(self, nickname: str = "林小满") -> Json:
        state = await self.get("/play/state")
        return dict(next(each for each in state["consumers"] if each["nickname"] == nickname))

    async def follower(self, nickname: str = "林小满") -> Json:
        consumer = await self.consumer(nickname)
        await self.play(f"consumers/{consumer['id']}/follow")
        return consumer

    async def says(self, consumer: Json, content: str, **more: str) -> Json:
        draft = {"kind": "text", "content": content, **more}
        return await self.play(f"consumers/{consumer['id']}/messages", draft)

    async def texts(self, consumer: Json, text: str = "你好") -> Json:
        """Sends a custom text message."""
        body = {"touser": consumer["openid"], "msgtype": "text", "text": {"content": text}}
        return await self.call("/cgi-bin/message/custom/send", body)

    async def chat(self, consumer: Json) -> list[Json]:
        return list((await self.get(f"/play/consumers/{consumer['id']}/chat"))["messages"])

    async def faults(self, **faults: object) -> Json:
        return await self.post("/play/faults", faults)

    async def clock(self, seconds: int) -> None:
        await self.post("/play/clock", {"offset_seconds": seconds})


async def until(true: Callable[[], bool | Awaitable[bool]]) -> None:
    """Waits until something is true, a minute at most."""
    for _ in range(3_000):
        now = true()
        if now if isinstance(now, bool) else await now:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not become true")


Start = Callable[..., Awaitable[Player]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts simulators with a bot of their own; all of them stop with the test."""
    servers: list[TestServer] = []
    sessions: list[aiohttp.ClientSession] = []

    async def begin(
        mode: Mode = "secure",
        *,
        assumed: Assumed = UNCHANGED,
        bot: Bot | None = None,
        state_file: str | None = None,
        ip_whitelist: tuple[str, ...] | None = None,
        folder: str = "",
    ) -> Player:
        other = bot or Bot(mode)
        if not other.url:
            bot_app = web.Application()
            bot_app.router.add_get("/wechat", other.verify)
            bot_app.router.add_post("/wechat", other.hear)
            servers.append(TestServer(bot_app))
            await servers[-1].start_server()
            other.url = str(servers[-1].make_url("/wechat"))
        settings = Settings(
            official_account=OfficialAccount(
                APP_ID, APP_SECRET, ACCOUNT, "积分", TOKEN, other.url, AES_KEY, mode
            ),
            miniprogram=MiniProgram(MINI_APP_ID, MINI_SECRET, templates=(COUPON,), folder=folder),
            state_file=state_file,
            shops=(Shop("shop_jingan", "静安店", "Jing'an shop"),),
            consumers=(ConsumerSeed("林小满"), ConsumerSeed("Emma", "en")),
            templates=(POINTS_CHANGED,),
            merchant=pay_keys.merchant(),
            ip_whitelist=ip_whitelist,
            assumed=assumed,
        )
        servers.append(TestServer(create_app(settings)))
        await servers[-1].start_server(shutdown_timeout=0.2)
        sessions.append(aiohttp.ClientSession())
        origin = str(servers[-1].make_url("")).rstrip("/")
        return Player(sessions[-1], origin, other, settings, {}, servers[-1])

    yield begin
    for session in sessions:
        await session.close()
    for server in reversed(servers):
        await server.close()


@pytest.fixture
async def hasty(start: Start) -> Player:
    """A simulator in secure mode whose platform waits for two seconds only."""
    return await start(assumed=HASTY)


@pytest.fixture
async def sim(start: Start) -> Player:
    """A simulator in secure mode."""
    return await start()
