"""The whole web application on a real port, the simulator as WeChat, and a platform of the tests'.

One brand is laid once as ``jifen demo`` lays it; every test has a copy of that database.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from bot import conversation
from bot.conversation import Conversations
from bot.corp_events import CorpEvents
from jifen import app, embedded, running, seed
from jifen.seeds import communities
from jifen.settings import Settings
from jobs import worker
from loyalty import connections
from loyalty.connections import (
    CallbackMode,
    MiniProgramSettings,
    OfficialAccountSettings,
    WeComSettings,
)
from loyalty.sealing import Sealer, new_master_key
from models import db
from simulator.app import create_app
from simulator.assumed import Assumed
from simulator.consumers import derived_openid
from simulator.settings import (
    ConsumerSeed,
    Group,
    HelpDesk,
    MiniProgram,
    OfficialAccount,
    Shop,
    WeCom,
)
from simulator.settings import Settings as SimulatorSettings
from tests.bot import odd_intents
from tests.bot.corp import CORP_ID, CORP_KEY, CORP_TOKEN, PREVIOUS_CORP_KEY, CorpPlatform
from tests.bot.phones import Phones
from tests.bot.platform import (
    AES_KEY,
    APP_ID,
    APP_SECRET,
    ORIGINAL_ID,
    PREVIOUS_KEY,
    TOKEN,
    Platform,
)
from tests.databases import copied, drop_database, named, run_statement
from tests.ports import free_port
from web.context import Context, now
from web.server import listening

MASTER_KEY = new_master_key()
MINI_APP_ID = "wxfedcba0987654321"
DESK, EMPTY_DESK = "wkDESK", "wkEMPTY"
WANG = derived_openid(APP_ID, "王金")
CONSUMERS = (("林小满", "zh_CN"), ("王金", "zh_CN"), ("Emma", "en"))


def account(
    *, api_base: str = "http://127.0.0.1:9", mode: CallbackMode = CallbackMode.SECURE
) -> OfficialAccountSettings:
    """Return the brand's official account as our side knows it."""
    return OfficialAccountSettings(
        app_id=APP_ID,
        app_secret=APP_SECRET,
        original_id=ORIGINAL_ID,
        token=TOKEN,
        encoding_aes_key=AES_KEY,
        mode=mode,
        previous_encoding_aes_key=PREVIOUS_KEY,
        api_base=api_base,
    )


def corp(*, api_base: str = "http://127.0.0.1:9") -> WeComSettings:
    """Return the brand's WeCom corp as our side knows it."""
    return WeComSettings(
        corp_id=CORP_ID,
        secret=APP_SECRET,
        token=CORP_TOKEN,
        encoding_aes_key=CORP_KEY,
        previous_encoding_aes_key=PREVIOUS_CORP_KEY,
        agent_id=1_000_002,
        api_base=api_base,
    )


async def lay_brand(server_url: str, name: str) -> None:
    """Make a database as ``jifen demo`` does: migrated, with the brand and its regular."""
    await run_statement(server_url, f'CREATE DATABASE "{name}"')
    url = named(server_url, name)
    await running.prepare(url)
    async with db.opened(url, pool_size=1):
        await seed.seed(
            account(),
            MiniProgramSettings(app_id=MINI_APP_ID, app_secret=APP_SECRET),
            regular_openid=WANG,
            sealer=Sealer(MASTER_KEY),
            at=now(),
            wecom=corp(),
        )


@pytest.fixture(scope="session")
def branded(servers: embedded.Addresses) -> str:
    """Lay the brand in one database that every test's own is copied from."""
    name = f"branded_{uuid4().hex}"
    asyncio.run(lay_brand(servers.database_url, name))
    return name


@pytest.fixture
async def reached(servers: embedded.Addresses, branded: str) -> AsyncIterator[embedded.Addresses]:
    """Give the test a brand of its own and an empty Valkey."""
    name = f"test_{uuid4().hex}"
    await run_statement(servers.database_url, copied(branded, name))
    redis = Redis.from_url(servers.redis_url)
    await redis.flushdb()
    await redis.aclose()
    yield replace(servers, database_url=named(servers.database_url, name))
    await drop_database(servers.database_url, name)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@pytest.fixture(autouse=True)
def mood() -> odd_intents.Mood:
    """Let the odd intents behave in every test as it says."""
    odd_intents.mood.begin_anew()
    return odd_intents.mood


@pytest.fixture
def renewing_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a claim be renewed so often that a test can see it soon."""
    monkeypatch.setattr(conversation, "RENEW_SECONDS", 0.1)


@dataclass
class Town:
    """Our side and WeChat's, running."""

    context: Context
    origin: str
    app: web.Application
    phones: Phones
    platform: Platform
    corp: CorpPlatform
    http: aiohttp.ClientSession
    begin_worker: Callable[[], Awaitable[None]]
    begin_web: Callable[[], Awaitable[str]]

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await db.fetch(sql, *arguments)]

    async def count(self, what: str) -> int:
        (row,) = await db.fetch(f"SELECT count(*) AS n FROM {what}")
        return int(row["n"])

    async def nothing_was_stored(self) -> bool:
        return await self.count("inbound_event") == await self.count("delivery") == 0

    async def until(self, what: str, *, count: int = 1, seconds: float = 60) -> None:
        """Wait until so many rows are there."""
        async with asyncio.timeout(seconds):
            while await self.count(what) < count:  # noqa: ASYNC110 (the database tells nobody)
                await asyncio.sleep(0.05)

    async def until_renewed(self) -> None:
        """Wait until the claim on the one event that is claimed was moved on."""
        seen: set[datetime] = set()
        async with asyncio.timeout(60):
            while len(seen) < 3:  # the claim itself, and what came behind
                rows = await self.rows(
                    "SELECT claimed_until FROM inbound_event WHERE state = 'claimed'"
                )
                seen.update(row["claimed_until"] for row in rows)
                await asyncio.sleep(0.05)

    async def a_second_process(self) -> Platform:
        """Start another web application with memory of its own, over the same database."""
        return Platform(self.http, await self.begin_web(), mode=self.platform.mode)


def china(callback_url: str, mode: str, assumed: Assumed, *, port: int = 8090) -> SimulatorSettings:
    """Return what the simulator is told."""
    return SimulatorSettings(
        official_account=OfficialAccount(
            APP_ID,
            APP_SECRET,
            ORIGINAL_ID,
            "积分",
            TOKEN,
            callback_url,
            AES_KEY,
            mode,  # type: ignore[arg-type]
        ),
        miniprogram=MiniProgram(MINI_APP_ID, APP_SECRET),
        wecom=WeCom(
            CORP_ID,
            APP_SECRET,
            CORP_TOKEN,
            CORP_KEY,
            callback_url.partition("/wechat/")[0] + f"/wecom/{CORP_ID}",
            staff=(communities.OWNER, "li"),
            help_desks=(
                HelpDesk(DESK, "积分客服", (communities.OWNER,)),
                HelpDesk(EMPTY_DESK, "夜间客服"),
            ),
            groups=(Group(communities.CHAT_ID, communities.NAME, communities.OWNER, capacity=3),),
        ),
        port=port,
        shops=(Shop("shop_jingan", "静安店", "Jing'an shop"),),
        consumers=tuple(ConsumerSeed(*one) for one in CONSUMERS),  # type: ignore[arg-type]
        assumed=assumed,
    )


@asynccontextmanager
async def simulated(settings: SimulatorSettings) -> AsyncIterator[str]:
    """Run a simulator and give its address."""
    server = TestServer(create_app(settings))
    await server.start_server(shutdown_timeout=0.2)
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@asynccontextmanager
async def served(context: Context, port: int) -> AsyncIterator[web.Application]:
    """Run our web application on a port."""
    created = app.create(context)
    async with listening(created, host="127.0.0.1", port=port, grace_seconds=0.2):
        yield created


@asynccontextmanager
async def working(context: Context) -> AsyncIterator[None]:
    """Run a worker process's work."""
    stopping = asyncio.Event()
    conversations = Conversations(context)
    pumps = [conversations.rework, CorpEvents(context).work]
    pace = worker.Pace(look_seconds=0.1, grace_seconds=1)
    task = asyncio.create_task(
        worker.work(context, stopping=stopping, pumps=pumps, jobs={}, pace=pace)
    )
    yield
    stopping.set()
    await task
    await conversations.finish()


Begin = Callable[..., Awaitable[Town]]


def settings_for(reached: embedded.Addresses, *, port: int, pool_size: int = 8) -> Settings:
    """Return what a process of ours is told."""
    return Settings(
        database_url=reached.database_url,
        redis_url=reached.redis_url,
        master_key=MASTER_KEY,
        data=Path("nowhere"),
        host="127.0.0.1",
        port=port,
        pool_size=pool_size,
    )


@pytest.fixture
async def begin(reached: embedded.Addresses, http: aiohttp.ClientSession) -> AsyncIterator[Begin]:
    """Start our side and WeChat's as the test wants them; all ends with the test."""
    async with AsyncExitStack() as ending:

        async def start(
            mode: str = "secure",
            *,
            assumed: Assumed = Assumed(),  # noqa: B008 (a frozen struct)
            clock: Callable[[], Any] = now,
        ) -> Town:
            port = free_port()
            origin = f"http://127.0.0.1:{port}"
            wechat = await ending.enter_async_context(
                simulated(china(f"{origin}/wechat/{APP_ID}", mode, assumed))
            )
            await _save(reached, account(api_base=wechat, mode=CallbackMode(mode)))
            await _save(reached, corp(api_base=f"{wechat}/qyapi"))
            context = replace(
                await ending.enter_async_context(
                    running.opened(settings_for(reached, port=port), reached)
                ),
                clock=clock,
            )

            async def begin_worker() -> None:
                await ending.enter_async_context(working(context))

            async def begin_web() -> str:
                other = free_port()
                await ending.enter_async_context(served(context, other))
                return f"http://127.0.0.1:{other}"

            return Town(
                context,
                origin,
                await ending.enter_async_context(served(context, port)),
                Phones(http, wechat),
                Platform(http, origin, mode=mode),
                CorpPlatform(http, origin),
                http,
                begin_worker,
                begin_web,
            )

        yield start


async def _save(
    reached: embedded.Addresses, known: OfficialAccountSettings | WeComSettings
) -> None:
    async with db.opened(reached.database_url, pool_size=1):
        await connections.save(known, name=seed.BRAND, sealer=Sealer(MASTER_KEY), at=now())


@pytest.fixture
async def town(begin: Begin) -> Town:
    """Our side and WeChat's in secure mode."""
    return await begin()
