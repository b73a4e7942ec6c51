"""What a process of jifen holds while it runs: database, Redis, HTTP, the platforms' clients."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import TypeVar

import aiohttp
from msgspec import Struct

from bot import router
from jifen import clients, embedded
from jifen.settings import Settings, sealer
from loyalty import connections, programme
from loyalty.connections import (
    Connected,
    DouyinPassSettings,
    MiniProgramSettings,
    OfficialAccountSettings,
    OwnStoreSettings,
    TmallPassSettings,
    WeChatPassSettings,
    WeChatPaySettings,
    WeComSettings,
)
from loyalty.sealing import Sealer
from models import db
from web.clock import BusinessClock
from web.context import Account, Context, Corp, MiniProgramAccount, PayAccount, now
from web.reaching import reach_redis
from web.shops import ShopAccount
from web.tokens import SharedTokens
from wechat.miniprogram import MiniProgram
from wechat.official_account import OfficialAccount

P = TypeVar("P", bound=Struct)


@contextmanager
def addresses(settings: Settings) -> Iterator[embedded.Addresses]:
    """Return the servers' addresses: those that are set, else our own, started or joined.

    Raises:
        embedded.EmbeddedError: our own cannot be started.
    """
    if settings.database_url:
        yield embedded.Addresses(settings.database_url, settings.redis_url)
        return
    with embedded.start(settings.data, attach=True, report=lambda _: None) as running:
        yield running.addresses


async def prepare(database_url: str) -> list[str]:
    """Migrate, publish the first programme where there is none, and return the steps taken."""
    taken = await db.migrate(database_url)
    load_kinds()
    async with db.opened(database_url, pool_size=1):
        await programme.begin(at=now())
    return taken


def load_kinds() -> None:
    """Import every plug-in, so that a kind added twice stops the program here."""
    programme.load_kinds()
    router.load()


@asynccontextmanager
async def opened(settings: Settings, reached: embedded.Addresses) -> AsyncIterator[Context]:
    """Open all that a web or worker process works with.

    Raises:
        BadSettings: no usable master key. WrongMasterKey: the stored secrets have another one.
        KeyError: a stored rule's kind has no file.
    """
    seal = sealer(settings)
    load_kinds()
    redis = reach_redis(reached.redis_url)
    async with (
        db.opened(reached.database_url, pool_size=settings.pool_size),
        aiohttp.ClientSession() as http,
    ):
        await db.require_version()
        await programme.load()
        async with _clock(settings) as clock:
            yield Context(
                redis=redis,
                http=http,
                sealer=seal,
                accounts=await _accounts(http, seal),
                miniprograms=await _miniprograms(http, seal),
                corps=await _corps(http, seal),
                merchants=await _merchants(http, seal),
                stores=await _stores(seal),
                shops=await _shops(http, seal),
                passes=await _passes(TmallPassSettings, seal),
                douyin_passes=await _passes(DouyinPassSettings, seal),
                wechat_passes=await _passes(WeChatPassSettings, seal),
                clock=clock,
            )
    await redis.aclose()


@asynccontextmanager
async def _clock(settings: Settings) -> AsyncIterator[Callable[[], datetime]]:
    """Give business time: that of the wire, unless this is a demo."""
    if not settings.is_demo:
        yield now
        return
    clock = BusinessClock()
    await clock.look()
    looking = asyncio.create_task(clock.keep_looking())
    try:
        yield clock
    finally:
        looking.cancel()


async def _accounts(http: aiohttp.ClientSession, seal: Sealer) -> dict[str, Account]:
    tokens = SharedTokens(seal)
    return {
        one.scope: Account(
            one, clients.of_app(OfficialAccount, one.settings, http=http, tokens=tokens)
        )
        for one in await connections.load(OfficialAccountSettings, sealer=seal)
    }


async def _miniprograms(http: aiohttp.ClientSession, seal: Sealer) -> dict[str, MiniProgramAccount]:
    tokens = SharedTokens(seal)
    return {
        one.scope: MiniProgramAccount(
            one, clients.of_app(MiniProgram, one.settings, http=http, tokens=tokens)
        )
        for one in await connections.load(MiniProgramSettings, sealer=seal)
    }


async def _corps(http: aiohttp.ClientSession, seal: Sealer) -> dict[str, Corp]:
    tokens = SharedTokens(seal)
    return {
        one.scope: Corp(one, clients.wecom(one.settings, http=http, tokens=tokens))
        for one in await connections.load(WeComSettings, sealer=seal)
    }


async def _merchants(http: aiohttp.ClientSession, seal: Sealer) -> dict[str, PayAccount]:
    return {
        one.settings.app_id: PayAccount(one, clients.pay(one.settings, http=http))
        for one in await connections.load(WeChatPaySettings, sealer=seal)
    }


async def _stores(seal: Sealer) -> dict[str, Connected[OwnStoreSettings]]:
    return {one.scope: one for one in await connections.load(OwnStoreSettings, sealer=seal)}


async def _shops(http: aiohttp.ClientSession, seal: Sealer) -> list[ShopAccount]:
    tokens = SharedTokens(seal)
    return [
        ShopAccount(one, clients.of_shop(one.settings, http=http, tokens=tokens))
        for kind in clients.SHOPS
        for one in await connections.load(kind, sealer=seal)
    ]


async def _passes(kind: type[P], seal: Sealer) -> dict[str, Connected[P]]:
    return {one.scope: one for one in await connections.load(kind, sealer=seal)}
