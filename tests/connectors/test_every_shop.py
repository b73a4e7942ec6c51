"""What holds for an order on every platform: to its end and back, found though lost, away."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest

from loyalty import ledger
from models import db
from tests.connectors import market as markets
from tests.connectors.douyin import conftest as douyin
from tests.connectors.jd import conftest as jd
from tests.connectors.market import Market, Pair
from tests.connectors.shopify import conftest as shopify
from tests.connectors.tmall import conftest as tmall
from tests.connectors.wechat_shop import conftest as wechat_shop
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context
from wechat.errors import CallFailed

__all__ = ["brand", "context", "redis"]


class Calls(NamedTuple):
    """A shop, and how a fault names what is asked for one order and for those that changed."""

    pair: Pair
    one: str
    changed: str


TOP, GATEWAY = "/top/router/rest/taobao.", "/jd/jingdong.pop.order."
SHOPS = {
    "douyin": Calls(douyin.pair, "/douyin/order/orderDetail", "/douyin/order/searchList"),
    "jd": Calls(jd.pair, f"{GATEWAY}enGet", f"{GATEWAY}enSearch"),
    "shopify": Calls(shopify.pair, "/shopify/orders/{number}.json", "/shopify/orders.json"),
    "tmall": Calls(tmall.pair, f"{TOP}trade.fullinfo.get", f"{TOP}trades.sold.increment.get"),
    "wechat_shop": Calls(wechat_shop.pair, "/channels/ec/order/get", "/channels/ec/order/list/get"),
}


@pytest.fixture(params=SHOPS)
def calls(request: pytest.FixtureRequest) -> Calls:
    return SHOPS[request.param]


@pytest.fixture
async def market(calls: Calls, brand: None, context: Context) -> AsyncIterator[Market]:
    async with markets.opened(context, [calls.pair]) as opened:
        yield opened


async def stands(market: Market) -> tuple[Any, ...]:
    (one,) = await market.purchases()
    return one["state"], one["refunded_fen"], one["points_earned"]


async def test_points_follow_an_order_to_its_end_and_back(market: Market) -> None:
    order = await market.buy()
    shirt, beans = (line["key"] for line in order["lines"])
    await market.read()
    assert await stands(market) == ("paid", 0, 300)
    for action in ("ship", "complete"):
        await market.act(order, action)
    await market.read()
    assert await stands(market) == ("completed", 0, 300)
    await market.act(order, "refund", line_key=beans, amount_fen=4_000)
    await market.read()
    assert await stands(market) == ("completed", 4_000, 260)
    await market.act(order, "refund", line_key=beans)
    await market.read()
    assert await stands(market) == ("completed", 10_000, 200)
    await market.act(order, "refund", line_key=shirt)
    await market.read()
    assert await stands(market) == ("refunded", 30_000, 0)
    assert await ledger.verify() == []


async def test_unpaid_and_closed_orders_are_no_purchases(market: Market) -> None:
    order = await market.buy(is_paid=False)
    await market.read()
    await market.act(order, "close")
    await market.read()
    assert await market.purchases() == []
    assert {state for state, _ in await market.events()} == {"worked"}


async def test_an_order_that_is_closed_after_payment_earns_nothing(market: Market) -> None:
    order = await market.buy()
    await market.read()
    await market.act(order, "close")
    await market.read()
    assert await stands(market) == ("refunded", 30_000, 0)


async def test_what_nobody_told_is_found_by_the_sweep_once(market: Market) -> None:
    await market.sweep()
    await market.faults(shop_pushes_lost=True)
    numbers = [(await market.buy())["number"] for _ in range(3)]
    await market.work()
    assert await market.purchases() == []
    assert await market.sweep() == 3
    await market.work()
    assert sorted(one["number"] for one in await market.purchases()) == numbers
    assert await market.sweep() == 0, "what overlaps is known"


async def test_a_platform_that_is_away_costs_no_order(market: Market, calls: Calls) -> None:
    order = await market.buy()
    await market.sweep()
    await market.faults(endpoints={calls.one.format(number=order["number"]): {"status": 503}})
    await market.work()
    assert {state for state, _ in await market.events()} == {"received"}
    for fault in ({"status": 503}, {"truncate_body": True}):
        await market.faults(endpoints={calls.changed: fault})
        with pytest.raises(CallFailed):
            await market.sweep()
    await market.faults(endpoints={})
    await market.again()
    assert [one["number"] for one in await market.purchases()] == [order["number"]]
    rows = await db.fetch("SELECT attempts FROM inbound_event")
    assert {row["attempts"] for row in rows} == {1}, "its being away is no failure of the order's"
