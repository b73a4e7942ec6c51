"""kill -9 of workers amid what three platforms tell, beside others that go on, and no sweep."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import cycle

import pytest

from jifen import embedded
from loyalty import ledger
from loyalty.sealing import Sealer, new_master_key
from models import db
from tests.connectors import market as markets
from tests.connectors.douyin import conftest as douyin
from tests.connectors.killing import Begin, killed, until, workers
from tests.connectors.market import BEANS, SHIRT, Market
from tests.connectors.tmall import conftest as tmall
from tests.connectors.tmall.conftest import NICK
from tests.connectors.wechat_shop import conftest as wechat_shop
from tests.jobs.conftest import context as keyless
from tests.jobs.conftest import redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context

__all__ = ["brand", "keyless", "redis"]

MASTER_KEY = new_master_key()
PAIRS = (tmall.pair, wechat_shop.pair, douyin.pair)
FIRST, LATER = 16, 8
# The kind of a shop, and the number of an order: each shop counts from the same one.
Name = tuple[str, str]


@pytest.fixture
def context(keyless: Context) -> Context:
    return replace(keyless, sealer=Sealer(MASTER_KEY))


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    async with markets.opened(context, PAIRS) as opened:
        yield opened


@pytest.fixture
async def begin(
    market: Market, database_url: str, servers: embedded.Addresses
) -> AsyncIterator[Begin]:
    """Start workers that share the market's database, server and key."""
    told = {
        "DATABASE_URL": database_url,
        "REDIS_URL": servers.redis_url,
        "JIFEN_MASTER_KEY": MASTER_KEY,
    }
    async with workers("tests.connectors.program", told, stdout=asyncio.subprocess.PIPE) as begin:
        yield begin


async def stands_still(program: asyncio.subprocess.Process) -> None:
    """Wait until a batch of each shop and a handful of messages hang in the air."""
    assert program.stdout is not None
    async with asyncio.timeout(60):
        told = sorted([await program.stdout.readline() for _ in range(4)])
    assert told == [b"batch\n"] * 3 + [b"messages\n"]


async def unconfirmed(market: Market) -> int:
    """Return how many messages Tmall still holds for us."""
    address = f"{market.china}/play/shops/tmall/{NICK}/messages"
    async with market.http.get(address) as answer:
        return len((await answer.json())["waiting"])


async def trade(market: Market, orders: int) -> dict[Name, int]:
    """Buy in each shop; of every second order one line comes back. Return what each earns."""
    shops = [market.of(one.shop.kind) for one in market.context.shops]
    earned = {}
    for place, shop in zip(range(orders * len(shops)), cycle(shops), strict=False):
        order = await shop.buy(SHIRT, BEANS)
        name = shop.account.shop.kind.value, order["number"]
        earned[name] = 300
        if place % 2:
            await shop.act(order, "refund", line_key=order["lines"][1]["key"])
            earned[name] = 200
    return earned


async def recorded() -> dict[Name, int]:
    """Return what each purchase has earned."""
    rows = await db.fetch(
        "SELECT shop.kind, number, points_earned FROM purchase JOIN shop ON shop.id = shop_id"
    )
    return {(row["kind"], row["number"]): row["points_earned"] for row in rows}


async def test_what_killed_workers_held_of_three_platforms_is_worked_once_by_others(
    market: Market, begin: Begin
) -> None:
    earned = await trade(market, FIRST)
    messages = await unconfirmed(market)
    doomed = await begin(STALLS="1")
    await stands_still(doomed)
    assert await recorded() == {}, "what is not ended is not recorded"
    held = await unconfirmed(market)
    assert 0 < held < messages, "some are confirmed, and the rest comes again"
    await killed(doomed)

    second, third = await begin(), await begin()
    earned |= await trade(market, LATER)

    async def is_half_done() -> bool:
        return len(await recorded()) > len(earned) // 2

    await until(is_half_done)
    await killed(second)

    async def is_done() -> bool:
        states = {state for state, _ in await market.events()}
        return states == {"worked"} and not await unconfirmed(market)

    await until(is_done)
    assert third.returncode is None
    assert await recorded() == earned
    rows = await db.fetch("SELECT sum(points_pending)::int AS points FROM member")
    assert rows[0]["points"] == sum(earned.values())
    taken_again = await db.fetch(
        "SELECT DISTINCT connection_id FROM inbound_event WHERE attempts > 1"
    )
    assert len(taken_again) == len(PAIRS), "each shop had a batch in the air"
    assert await ledger.verify() == []
