"""From an order on Tmall to points: told, swept, given back, told twice, late or never."""

import dataclasses
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from msgspec.structs import replace

from connectors.reading.hints import pushed
from connectors.reading.sweeping import sweep_again
from connectors.reading.working import ShopOrders
from jifen import clients
from loyalty import connections, inbox, parking
from loyalty.connections import TmallSettings
from models import Identity, db
from tests.connectors.market import BEANS, SHIRT, Market
from tests.connectors.tmall.conftest import APP_KEY, NICK, calls
from web.context import now
from web.shops import ShopClient
from wechat.errors import CallFailed
from wechat.tokens import MemoryTokens

PATH = "/top/router/rest"
LIVE = {**SHIRT, "talent_id": "AAHanchor==", "talent_name": "小鹿"}


def _client(market: Market, **told: Any) -> ShopClient:
    """Return a client like the shop's, with other settings."""
    entered = market.account.connection.settings
    assert isinstance(entered, TmallSettings)
    return clients.of_shop(replace(entered, **told), http=market.http, tokens=MemoryTokens())


async def test_an_order_sold_live_becomes_pending_points_and_keeps_its_anchor(
    market: Market,
) -> None:
    order = await market.buy(LIVE, BEANS, freight_fen=800)
    await market.work()
    (purchase,) = await market.purchases()
    assert purchase["number"] == order["number"]
    assert (purchase["state"], purchase["paid_fen"]) == ("paid", 30_800)
    assert purchase["freight_fen"] == 800
    assert purchase["points_earned"] == 300, "freight earns nothing"
    identity = await Identity.get(kind="taobao_open_uid")
    assert (identity.scope, identity.value) == (APP_KEY, order["buyer"])
    anchor = [{"kind": "talent", "code": "AAHanchor==", "name": ""}]
    lines = await market.lines()
    assert [json.loads(line["attributed_to"]) for line in lines] == [anchor, anchor]
    assert (lines[1]["quantity"], lines[1]["sku"]) == (2, "C-100")
    assert {state for state, _ in await market.events()} == {"worked"}


async def test_a_platforms_coupon_is_not_the_buyers_money_and_goes_back_as_one(
    market: Market,
) -> None:
    line = {**SHIRT, "shop_fen": 1_000, "platform_fen": 500, "talent_fen": 300, "channel_fen": 201}
    order = await market.buy(line, BEANS)
    await market.work()
    (purchase,) = await market.purchases()
    own = 20_000 - 1_000 - 500 - 300 - 201
    shared = 201 * 10_000 // (18_200 + 10_000)
    assert purchase["paid_fen"] == own + 10_000
    assert purchase["discount_platform_fen"] == 701
    assert purchase["discount_shop_fen"] == 1_300
    key = order["lines"][1]["key"]
    for amount in (3_333, 1, None):
        await market.act(order, "refund", line_key=key, amount_fen=amount)
        await market.work()
    _, beans = await market.lines()
    assert beans["paid_fen"] == beans["refunded_fen"]
    assert abs(beans["paid_fen"] - (10_000 - shared)) <= 1


async def test_a_refund_that_is_only_asked_for_takes_nothing_and_points_paid_with_earn_none(
    market: Market,
) -> None:
    order = await market.buy({**SHIRT, "points_fen": 500}, BEANS)
    await market.act(order, "refund", line_key=order["lines"][1]["key"], is_done=False)
    await market.work()
    (purchase,) = await market.purchases()
    assert (purchase["refunded_fen"], purchase["points_earned"]) == (0, 295)
    await market.act(order, "give_back")
    await market.work()
    (purchase,) = await market.purchases()
    assert (purchase["refunded_fen"], purchase["points_earned"]) == (10_000, 195)


async def test_a_refund_after_the_end_is_swept_though_its_trade_did_not_change(
    quiet: Market,
) -> None:
    order = await quiet.buy()
    for action in ("ship", "complete"):
        await quiet.act(order, action)
    await quiet.sweep()
    await quiet.work()
    await quiet.play("clock", offset_seconds=2)
    await quiet.act(order, "refund", line_key=order["lines"][0]["key"])
    assert await quiet.sweep() == 1
    await quiet.work()
    (purchase,) = await quiet.purchases()
    assert (purchase["state"], purchase["refunded_fen"]) == ("completed", 20_000)
    assert await quiet.sweep() == 0


async def test_many_pages_are_read_from_the_last(quiet: Market) -> None:
    await quiet.sweep()
    numbers = [(await quiet.buy(BEANS))["number"] for _ in range(103)]
    assert await quiet.sweep() == len(numbers)
    asked = [
        one["request"]["body"].partition("page_no=")[2].partition("&")[0]
        for one in await calls(quiet, "taobao.trades.sold.increment.get")
    ]
    assert "1321" in "".join(asked)


async def test_a_trade_that_changes_while_pages_are_read_hides_no_other(quiet: Market) -> None:
    orders = [await quiet.buy(BEANS) for _ in range(110)]
    await quiet.play("clock", offset_seconds=600)
    since, until = now() - timedelta(minutes=5), now() + timedelta(minutes=1)
    seen: set[str] = set()
    async for page in quiet.account.client.changed(since, until):
        seen |= {one.number for one in page}
        if len(seen) < len(orders):
            await quiet.act(orders[len(seen) // 2], "ship")
    assert {one["number"] for one in orders} <= seen


async def test_every_sign_method_is_let_in_and_a_wrong_secret_is_not(quiet: Market) -> None:
    for method in ("md5", "hmac", "hmac-sha256"):
        await _client(quiet, sign_method=method).check()
    with pytest.raises(CallFailed, match="invalid-signature"):
        await _client(quiet, app_secret="another").check()
    with pytest.raises(CallFailed, match="appkey-not-exists"):
        await _client(quiet, app_key="999").check()


async def test_a_session_that_ended_is_renewed_and_the_renewal_kept(market: Market) -> None:
    await market.buy()
    await market.work()
    await market.end_tokens()
    await market.buy()
    await market.work()
    await market.end_tokens()
    await market.buy()
    await market.work()
    assert len(await market.purchases()) == 3
    assert len(await calls(market, "taobao.top.auth.token.refresh")) == 2
    rows = await db.fetch("SELECT key, sealed_value FROM access_token")
    assert "6100abc" not in rows[0]["key"]
    assert b"6100" not in rows[0]["sealed_value"], "it is sealed"


@pytest.mark.parametrize("renewal", [None, "another"])
async def test_a_session_that_cannot_be_renewed_leaves_orders_waiting(
    quiet: Market, renewal: str | None
) -> None:
    client = _client(quiet, refresh_token=renewal)
    await quiet.sweep()
    await quiet.buy()
    await quiet.sweep()
    await quiet.end_tokens()
    with pytest.raises(CallFailed, match="authorise the app again"):
        await client.check()
    account = dataclasses.replace(quiet.account, client=client)
    for _ in range(4):
        await db.fetch("UPDATE inbound_event SET claimed_until = clock_timestamp()")
        await ShopOrders(quiet.context, account).work(now())
    assert await quiet.events() == [("received", None)]


async def test_a_busy_platform_is_asked_again(market: Market) -> None:
    await market.faults(
        endpoints={
            f"{PATH}/taobao.trade.fullinfo.get": {"errcode": 7, "times": 2},
            f"{PATH}/taobao.refunds.receive.get": {"errcode": 15, "times": 1},
        }
    )
    order = await market.buy()
    await market.act(order, "refund", amount_fen=100)
    await market.work()
    (purchase,) = await market.purchases()
    assert purchase["refunded_fen"] == 100


async def test_a_refusal_of_the_app_is_no_fault_of_the_orders(market: Market) -> None:
    path = f"{PATH}/taobao.trade.fullinfo.get"
    await market.faults(endpoints={path: {"errcode": 11}})
    await market.buy()
    await market.work()
    assert {state for state, _ in await market.events()} == {"received"}


async def test_the_shops_own_name_for_the_buyer_is_asked_for_where_it_is_wanted(
    quiet: Market,
) -> None:
    order = await quiet.buy()
    for asks, scopes in ((True, [APP_KEY, NICK]), (False, [APP_KEY])):
        client = _client(quiet, asks_ouid=asks)
        told = await client.read(order["number"])
        found = client.parse(told, shop=quiet.account.shop, at=now())
        assert found is not None
        assert [one.scope for one in found.buyer] == scopes


async def test_a_presale_counts_when_its_balance_is_paid_and_a_forfeited_one_never(
    market: Market,
) -> None:
    orders = [await market.buy(is_paid=False) for _ in range(2)]
    for order in orders:
        await _told(market, order, type="step", step_trade_status="FRONT_PAID_FINAL_NOPAID")
    await market.work()
    assert await market.purchases() == []
    done, forfeited = orders
    await market.act(done, "pay")
    await _told(market, done, type="step", step_trade_status="FRONT_PAID_FINAL_PAID")
    await market.act(forfeited, "close")
    step = "FRONT_PAID_FRONT_FORFEITED"
    at = "2026-05-20 10:00:00"
    await _told(market, forfeited, status="TRADE_CLOSED", pay_time=at, step_trade_status=step)
    await market.work()
    (purchase,) = await market.purchases()
    assert (purchase["number"], purchase["points_earned"]) == (done["number"], 300)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"status": "TRADE_ON_THE_MOON"}, "state_unknown"),
        ({"trade_attr": '{"payCurrency":"HKD"}'}, "currency_unknown"),
        ({"seller_nick": "别家旗舰店"}, "shop_differs"),
        ({"payment": "1.00"}, "amounts_do_not_add_up"),
    ],
)
async def test_what_is_not_understood_is_parked_with_the_order_for_staff_to_see(
    market: Market, fields: dict[str, str], reason: str
) -> None:
    order = await market.buy(is_paid=False)
    await market.work()
    await market.act(order, "pay")
    await _told(market, order, **fields)
    await market.work()
    assert await market.purchases() == []
    rows = await db.fetch("SELECT id, error, body FROM inbound_event WHERE state = 'parked'")
    assert {row["error"].split(" ")[0] for row in rows} == {reason}
    kept = json.loads(rows[0]["body"])
    assert kept["read"]["trade"]["tid_str"] == order["number"]
    assert all(value in kept["read"]["trade"].values() for value in fields.values())
    await market.play(f"shops/tmall/{NICK}/orders/{order['number']}/tell", fields={})
    for row in rows:
        await parking.try_again(row["id"])
    await market.work()
    assert [one["state"] for one in await market.purchases()] == ["paid"]
    assert {state for state, _ in await market.events()} == {"worked"}


async def test_an_order_that_the_platform_does_not_know_is_parked(market: Market) -> None:
    shop = market.account.connection.id
    await inbox.store([pushed("17", message_id="1", connection_id=shop)], at=now())
    for _ in range(3):
        await market.again()
    ((state, error),) = await market.events()
    assert (state, (error or "").split(" ")[0]) == ("parked", "order_refused")
    assert "isv.trade-not-exist" in (error or "")


async def test_the_last_week_is_read_again_without_telling_anything_twice(quiet: Market) -> None:
    await quiet.sweep()
    await quiet.buy()
    await quiet.sweep()
    await quiet.work()
    assert await sweep_again(quiet.context, quiet.account, span=timedelta(hours=3)) == 0


@pytest.mark.parametrize(("list_minutes", "asked"), [(30, 48), (1440, 1)])
async def test_a_small_shop_asks_for_longer_spans_at_once(
    quiet: Market, list_minutes: int, asked: int
) -> None:
    client = _client(quiet, list_minutes=list_minutes)
    account = dataclasses.replace(quiet.account, client=client)
    await quiet.buy()
    later = dataclasses.replace(quiet.context, clock=lambda: now() + timedelta(minutes=1))
    assert await sweep_again(later, account, span=timedelta(days=1)) == 1
    spans = await calls(quiet, "taobao.trades.sold.increment.get")
    begun = {parse_qs(one["request"]["body"])["start_modified"][0] for one in spans}
    assert len(begun) == asked


async def test_the_connection_is_kept_sealed(quiet: Market) -> None:
    (kept,) = await connections.load(TmallSettings, sealer=quiet.context.sealer)
    assert kept.scope == NICK
    rows = await db.fetch("SELECT sealed_body FROM connection WHERE kind = 'tmall'")
    assert b"top-secret-0001" not in rows[0]["sealed_body"]
    assert "top-secret" not in repr(kept.settings)


async def _told(market: Market, order: Any, **fields: str) -> None:
    """Let the platform tell an order otherwise."""
    path = f"shops/tmall/{NICK}/orders/{order['number']}/tell"
    await market.play(path, fields=fields)
