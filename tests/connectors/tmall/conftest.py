"""One shop on the simulated Tmall, connected, with its messages taken."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from connectors.tmall import consumer
from loyalty.connections import TmallSettings
from simulator.settings import TmallShop
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context

__all__ = ["brand", "context", "redis"]

NICK, APP_KEY, APP_SECRET, SESSION = "林家旗舰店", "12345678", "top-secret-0001", "6100abc"
RENEWAL = "6101def"


def pair(ours: str, theirs: str) -> tuple[TmallShop, TmallSettings]:
    """Return the shop as both sides are told of it."""
    return (
        TmallShop(NICK, APP_KEY, APP_SECRET, SESSION, refresh_token=RENEWAL),
        settings(api_base=f"{theirs}/top/router/rest", messages_base=socket(theirs)),
    )


def settings(**told: object) -> TmallSettings:
    """Return what an operator entered."""
    entered: dict[str, object] = {
        "seller_nick": NICK,
        "app_key": APP_KEY,
        "app_secret": APP_SECRET,
        "session": SESSION,
        "refresh_token": RENEWAL,
        "calls_per_second": 200.0,
        "pull_seconds": 0.05,
    }
    return TmallSettings(**(entered | told))  # type: ignore[arg-type]


def socket(theirs: str) -> str:
    """Return the address of the messages."""
    return f"{theirs.replace('http', 'ws')}/tmc"


@asynccontextmanager
async def messages_taken(market: Market) -> AsyncIterator[None]:
    """Take the messages of all apps for a while, as a worker does."""
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(one.consume(stopping)) for one in consumer.of_apps(market.context)]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*tasks)


@pytest.fixture
async def quiet(brand: None, context: Context) -> AsyncIterator[Market]:
    """The shop, whose messages nobody takes."""
    async with markets.opened(context, [pair]) as opened:
        yield opened


@pytest.fixture
async def market(quiet: Market) -> AsyncIterator[Market]:
    async with messages_taken(quiet):
        await lines(quiet, 1)
        yield quiet


async def so(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so, looking often; a busy machine is given a minute."""
    async with asyncio.timeout(60):
        while not await is_so():  # noqa: ASYNC110 (the simulator rings no bell)
            await asyncio.sleep(0.02)


async def messages_of(market: Market) -> dict[str, Any]:
    """Return the topics that our app has yet to confirm (``waiting``), and its ``lines``."""
    async with market.http.get(f"{market.china}/play/shops/tmall/{NICK}/messages") as answer:
        told: dict[str, Any] = await answer.json()
    return told


async def lines(market: Market, count: int) -> None:
    """Wait until our app holds so many lines to the message service."""

    async def are_there() -> bool:
        return bool((await messages_of(market))["lines"] == count)

    await so(are_there)


async def emptied(market: Market) -> None:
    """Wait until our app has confirmed every message."""

    async def nothing_waits() -> bool:
        return not (await messages_of(market))["waiting"]

    await so(nothing_waits)


async def calls(market: Market, title: str) -> list[dict[str, Any]]:
    """Return the exchanges of this title that went over the wire."""
    async with market.http.get(f"{market.china}/play/wire?limit=500") as answer:
        told = await answer.json()
    return [one for one in told["exchanges"] if one["title"] == title]
