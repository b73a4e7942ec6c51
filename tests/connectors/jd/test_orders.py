"""From an order on JD to points: swept, given back, split up, told late; with tokens that end."""

from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from jifen import clients
from loyalty import ledger
from models import Identity, Purchase, db
from tests.connectors import market as markets
from tests.connectors.jd.conftest import APP_KEY, ours, pair_without_refresh
from tests.connectors.market import BEANS, SHIRT, Market
from web.context import Context
from wechat.errors import Rejected, TokenRefused
from wechat.tokens import MemoryTokens

GATEWAY = "/jd/jingdong.pop.order."


async def stands(market: Market) -> dict[str, tuple[str, int, int]]:
    return {
        one["number"]: (one["state"], one["paid_fen"], one["points_earned"])
        for one in await market.purchases()
    }


async def test_an_order_becomes_pending_points(market: Market) -> None:
    line = {**SHIRT, "shop_fen": 1_000, "platform_fen": 500, "channel_fen": 200}
    order = await market.buy(line, BEANS, freight_fen=800)
    await market.read()
    (purchase,) = await market.purchases()
    assert purchase["number"] == order["number"]
    assert (purchase["state"], purchase["paid_fen"]) == ("paid", 29_100)
    assert (purchase["freight_fen"], purchase["points_earned"]) == (800, 283)
    assert (purchase["discount_shop_fen"], purchase["discount_platform_fen"]) == (1_000, 700)
    shirt, beans = await market.lines()
    assert (shirt["sku"], shirt["paid_fen"]) == ("M-020", 18_300)
    assert (beans["sku"], beans["quantity"], beans["paid_fen"]) == ("C-100", 2, 10_000)
    identity = await Identity.get(kind="jd_open_id")
    assert (identity.scope, identity.value) == (APP_KEY, order["buyer"])
    assert await Identity.filter(kind="jd_xid", customer_id=identity.customer_id).exists()
    rows = await db.fetch("SELECT body::text FROM inbound_event")
    assert "138" not in str(rows), "nothing of the receiver"


@pytest.mark.parametrize("told_as", ["cancelled", "kept", "gone"])
@pytest.mark.parametrize("is_known", [True, False])
async def test_an_order_that_jd_splits_up_counts_once(
    market: Market, told_as: str, is_known: bool
) -> None:
    order = await market.buy(SHIRT, BEANS, freight_fen=800)
    if is_known:
        await market.read()
    parts = await market.act(order, "split", told_as=told_as)
    await market.read()
    assert await stands(market) == {
        order["number"]: ("replaced", 0, 0),
        parts[0]["number"]: ("paid", 20_800, 200),
        parts[1]["number"]: ("paid", 10_000, 100),
    }
    await market.act(parts[0], "refund")
    await market.read()
    assert (await stands(market))[parts[0]["number"]][2] == 0
    assert (await stands(market))[parts[1]["number"]][2] == 100
    assert (await Purchase.get(number=parts[1]["number"])).parent_number == order["number"]
    assert await ledger.verify() == []


async def test_many_orders_are_read_over_pages(market: Market) -> None:
    numbers = [(await market.buy(BEANS))["number"] for _ in range(103)]
    await market.read()
    assert {one["number"] for one in await market.purchases()} == set(numbers)


async def test_a_token_that_ended_is_renewed_once_and_for_all(market: Market) -> None:
    for _ in range(2):
        await market.end_tokens()
        await market.buy()
        await market.read()
    assert len(await market.purchases()) == 2
    tokens = await db.fetch("SELECT key FROM access_token")
    assert len(tokens) == 1
    assert "access-as-entered" not in tokens[0]["key"]


async def test_a_token_that_nothing_renews_is_asked_for_and_no_order_is_lost(
    brand: None, context: Context
) -> None:
    async with markets.opened(context, [pair_without_refresh]) as market:
        order = await market.buy()
        await market.sweep()
        await market.end_tokens()
        await market.work()
        assert {state for state, _ in await market.events()} == {"received"}
        with pytest.raises(TokenRefused, match="jifen connect"):
            await market.sweep()
        ((error,),) = await db.fetch("SELECT error FROM shop_sweep")
        assert "enter a new one" in error
        assert order["number"] not in await stands(market)


async def test_a_shop_is_connected_only_with_a_token_of_its_own(market: Market) -> None:
    async def check(**changes: Any) -> None:
        settings = replace(ours(market.china), **changes)
        async with aiohttp.ClientSession() as http:
            await clients.of_shop(settings, http=http, tokens=MemoryTokens()).check()

    await check()
    await market.play("clock", offset_seconds=-60)
    await market.buy()
    await check()
    with pytest.raises(Rejected, match="10622317"):
        await check(vender_id="999")
    with pytest.raises(Rejected, match="12 "):
        await check(app_secret="another")
    with pytest.raises(TokenRefused):
        await check(access_token="another")
    with pytest.raises(Rejected, match="15 "):
        await check(encrypted_orders=False)


async def test_a_busy_platform_is_asked_again(market: Market) -> None:
    await market.faults(endpoints={GATEWAY + "enSearch": {"errcode": 2, "times": 2}})
    order = await market.buy()
    await market.read()
    assert list(await stands(market)) == [order["number"]]


async def test_an_order_that_cannot_be_used_is_parked_and_shown(market: Market) -> None:
    order = await market.buy(BEANS)
    await market.sweep()
    await market.faults(endpoints={GATEWAY + "enGet": {"truncate_body": True, "times": 1}})
    await market.work()
    await market.again()
    assert list(await stands(market)) == [order["number"]]
    gone = await market.buy(SHIRT, BEANS)
    await market.sweep()
    await market.act(gone, "split", told_as="gone")
    for _ in range(3):
        await market.again()
    parked = [error for state, error in await market.events() if state == "parked"]
    assert len(parked) == 1
    assert str(parked[0]).startswith("order_refused")
