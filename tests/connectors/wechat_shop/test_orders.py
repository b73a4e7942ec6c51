"""From an order in a shop on WeChat to points: pushed, swept, given back, told twice or never."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.reading.sweeping import sweep
from connectors.wechat_shop import parse
from loyalty import customers, ledger, scorecards
from loyalty.orders import IdentityRef
from models import Identity, IdentityKind, db
from simulator.consumers import derived_openid
from tests.connectors import market as markets
from tests.connectors.market import BEANS, SHIRT, Market
from tests.connectors.wechat_shop.conftest import SHOP_APP_ID, by_update
from web.context import Context, now
from wechat.errors import CallFailed, TokenRefused

LIVE = {
    **SHIRT,
    "room_id": "export/UzFfAgtgekIEAQAAAAAA",
    "talent_id": "sph7",
    "talent_name": "小鹿",
    "guide_id": "chen",
}
GET_ORDER, LIST_ORDERS = "/channels/ec/order/get", "/channels/ec/order/list/get"


async def test_an_order_in_a_live_room_becomes_pending_points(market: Market) -> None:
    order = await market.buy(LIVE, BEANS, freight_fen=800)
    await market.work()
    (purchase,) = await market.purchases()
    assert purchase["number"] == order["number"]
    assert int(order["number"]) > 2**53
    assert (purchase["state"], purchase["paid_fen"]) == ("paid", 30_800)
    assert purchase["freight_fen"] == 800
    assert purchase["points_earned"] == 300, "freight earns nothing"
    identity = await Identity.get(kind="openid")
    assert (identity.scope, identity.value) == (SHOP_APP_ID, order["buyer"])
    assert (await Identity.get(kind="unionid")).customer_id == identity.customer_id
    live, beans = await market.lines()
    room = {"kind": "live_room", "code": "export/UzFfAgtgekIEAQAAAAAA", "name": ""}
    assert json.loads(live["attributed_to"]) == [
        room,
        {"kind": "talent", "code": "sph7", "name": "小鹿"},
        {"kind": "guide", "code": "chen", "name": ""},
    ]
    assert json.loads(beans["attributed_to"]) == [room]
    assert (beans["quantity"], beans["sku"]) == (2, "C-100")
    assert {state for state, _ in await market.events()} == {"worked"}


async def test_discounts_stand_apart_by_who_pays_and_points_are_no_money(market: Market) -> None:
    line = {
        **SHIRT,
        "shop_fen": 1_000,
        "platform_fen": 500,
        "talent_fen": 300,
        "points_fen": 200,
    }
    await market.buy(line)
    await market.work()
    (purchase,) = await market.purchases()
    assert purchase["paid_fen"] == 18_000
    assert purchase["discount_shop_fen"] == 1_000
    assert purchase["discount_platform_fen"] == 500
    assert purchase["discount_talent_fen"] == 300
    assert purchase["points_earned"] == 180
    ((points,),) = await db.fetch("SELECT points_deduct_fen FROM purchase")
    assert points == 200


async def test_a_gift_is_bought_by_the_giver(market: Market) -> None:
    async with market.http.get(f"{market.china}/play/state") as answer:
        consumers = (await answer.json())["consumers"]
    (emma,) = [one["id"] for one in consumers if one["nickname"] == "Emma"]
    order = await market.buy(SHIRT, receiver_id=emma)
    await market.work()
    (purchase,) = await market.purchases()
    assert purchase["state"] == "paid", "that nobody took it yet is no matter"
    openids = await Identity.filter(kind="openid").values_list("value", flat=True)
    assert openids == [derived_openid(SHOP_APP_ID, "林小满")] == [order["buyer"]]


async def test_more_orders_than_a_page_holds_are_all_found(market: Market) -> None:
    await market.sweep()
    await market.faults(shop_pushes_lost=True)
    for _ in range(53):
        await market.buy(BEANS)
    assert await market.sweep() == 53
    await market.work()
    assert len(await market.purchases()) == 53


async def test_an_order_that_moves_while_the_list_is_read_hides_no_other(market: Market) -> None:
    await market.faults(shop_pushes_lost=True)
    orders = [await market.buy(BEANS) for _ in range(52)]
    client, seen = market.account.client, set[str]()
    span = (now() - timedelta(hours=1), now() + timedelta(seconds=1))
    async for page in client.changed(*span):
        if not seen:
            await market.play("shops/clock", ahead_seconds=3_600)
            for order in orders[:3]:
                await market.act(order, "ship")
        seen |= {one.number for one in page}
    assert seen == {order["number"] for order in orders}


async def test_an_order_that_cannot_be_read_stops_no_sweep_and_is_parked(market: Market) -> None:
    await market.sweep()
    await market.faults(shop_pushes_lost=True)
    for _ in range(3):
        await market.buy(BEANS)
    await market.faults(endpoints={GET_ORDER: {"errcode": 40097, "times": 1}})
    assert await market.sweep() == 3
    await market.work()
    assert len(await market.purchases()) == 3, "by then it was told"
    await market.buy(BEANS)
    await market.faults(endpoints={GET_ORDER: {"errcode": 48001}})
    with pytest.raises(CallFailed):
        await market.sweep()
    await market.faults(endpoints={})
    assert await market.sweep() == 2, "the new one, and the one that can be read by now"
    await market.work()
    assert len(await market.purchases()) == 4


async def test_an_after_sale_that_cannot_be_read_is_tried_by_a_worker(market: Market) -> None:
    await market.sweep()
    order = await market.buy(BEANS)
    await market.work()
    await market.faults(shop_pushes_lost=True)
    await market.act(order, "refund", amount_fen=1_000)
    path = "/channels/ec/aftersale/getaftersaleorder"
    await market.faults(endpoints={path: {"errcode": 40097}})
    await market.sweep()
    await market.work()
    assert (await market.purchases())[0]["refunded_fen"] == 0
    await market.faults(endpoints={})
    await market.again()
    assert (await market.purchases())[0]["refunded_fen"] == 1_000


async def test_a_refund_that_left_its_order_untouched_is_found_weeks_later(market: Market) -> None:
    await market.sweep()
    order = await market.buy()
    await market.act(order, "ship")
    await market.act(order, "complete")
    await market.act(order, "refund", line_key=order["lines"][1]["key"], is_done=False)
    await market.work()
    await market.sweep()
    await market.work()
    (purchase,) = await market.purchases()
    assert purchase["refunded_fen"] == 0, "she has only asked for it"
    await market.faults(shop_pushes_lost=True)
    await market.play("clock", offset_seconds=20 * 86_400)
    await market.act(order, "give_back")
    weeks_later = replace(market.context, clock=lambda: now() + timedelta(days=20, minutes=1))
    assert await sweep(weeks_later, market.account) == 1
    await market.work()
    (purchase,) = await market.purchases()
    assert (purchase["refunded_fen"], purchase["points_earned"]) == (10_000, 200)
    assert await sweep(weeks_later, market.account) == 0


async def test_after_sales_may_be_listed_by_when_they_changed(
    brand: None, context: Context
) -> None:
    async with markets.opened(context, [by_update]) as market:
        await market.sweep()
        order = await market.buy()
        await market.act(order, "refund", line_key=order["lines"][1]["key"], is_done=False)
        await market.sweep()
        await market.work()
        await market.faults(shop_pushes_lost=True)
        await market.play("clock", offset_seconds=40 * 86_400)
        await market.act(order, "give_back")
        weeks_later = replace(market.context, clock=lambda: now() + timedelta(days=40, minutes=1))
        assert await sweep(weeks_later, market.account) == 1
        await market.work()
        (purchase,) = await market.purchases()
        assert purchase["refunded_fen"] == 10_000


async def test_what_is_told_twice_counts_once(market: Market) -> None:
    await market.faults(duplicate=True)
    order = await market.buy()
    await market.act(order, "ship")
    await market.work()
    assert len(await market.purchases()) == 1
    assert len(await market.events()) == 3, "placed, paid, shipped; their twins are known"


async def test_a_state_that_nobody_knows_is_parked_with_the_order(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {state: one for state, one in parse.STATES.items() if state != 20}
    monkeypatch.setattr(parse, "STATES", known)
    order = await market.buy()
    await market.work()
    assert await market.purchases() == []
    events = await market.events()
    assert {state for state, _ in events} == {"parked"}
    assert all(error and error.startswith("state_unknown") for _, error in events)
    (row, *_) = await db.fetch("SELECT convert_from(body, 'UTF8') AS body FROM inbound_event")
    shown = json.loads(row["body"])
    assert shown["read"]["order"]["order_id"] == order["number"]
    assert "138" not in row["body"], "nothing of the receiver is kept"


async def test_a_token_that_ended_is_renewed_and_a_busy_platform_asked_again(
    market: Market,
) -> None:
    await market.buy()
    await market.work()
    await market.end_tokens()
    await market.faults(endpoints={GET_ORDER: {"errcode": 45011, "times": 2}})
    await market.buy()
    await market.work()
    assert len(await market.purchases()) == 2


async def test_a_quota_that_is_spent_leaves_the_orders_waiting(market: Market) -> None:
    await market.buy()
    await market.faults(endpoints={GET_ORDER: {"errcode": 45009}})
    await market.work()
    assert {state for state, _ in await market.events()} == {"received"}
    await market.faults(endpoints={})
    await market.again()
    assert len(await market.purchases()) == 1


async def test_a_token_that_is_refused_again_and_again_stops_the_sweep(market: Market) -> None:
    await market.faults(endpoints={LIST_ORDERS: {"errcode": 42001}})
    with pytest.raises(TokenRefused):
        await market.sweep()


async def test_an_order_that_breaks_the_parser_holds_up_no_other(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [await market.buy(BEANS) for _ in range(3)]
    broken, read = orders[1]["number"], parse.order

    def breaking(body: bytes, **more: Any) -> Any:
        if broken.encode() in body:
            raise ValueError("a mistake of ours")
        return read(body, **more)

    monkeypatch.setattr(parse, "order", breaking)
    await market.work()
    assert len(await market.purchases()) == 2
    of_broken = await db.fetch("SELECT state, error FROM inbound_event WHERE sender = $1", broken)
    assert {tuple(row) for row in of_broken} == {("parked", "ValueError")}


async def test_who_bought_before_the_shop_was_bound_is_one_with_the_follower_afterwards(
    market: Market,
) -> None:
    order = await market.buy(BEANS)
    await market.work()
    await db.fetch("DELETE FROM identity WHERE kind = 'unionid'")
    unionid = IdentityRef(IdentityKind.UNIONID, "", order["buyer_unionid"])
    follower = await customers.meet((unionid,), at=now(), through="official_account")
    await market.buy(SHIRT)
    await market.work()
    assert {error for _, error in await market.events()} == {None}
    openid = IdentityRef(IdentityKind.OPENID, SHOP_APP_ID, order["buyer"])
    assert await customers.find([openid, unionid]) == {openid: follower, unionid: follower}
    (balance,) = (await ledger.balances([follower], at=now())).values()
    assert balance.pending == 300
    assert await ledger.verify() == []


async def test_who_only_bought_in_the_shop_is_no_member_of_the_scorecard(market: Market) -> None:
    order = await market.buy(BEANS)
    await market.work()
    tomorrow = now() + timedelta(days=1)
    card = await scorecards.programme(at=tomorrow)
    assert (card.members.buyers, card.others.buyers) == (0, 1)
    follower = IdentityRef(IdentityKind.OPENID, "wx-our-account", "oFollower")
    unionid = IdentityRef(IdentityKind.UNIONID, "", order["buyer_unionid"])
    await customers.meet((unionid, follower), at=now(), through="official_account")
    card = await scorecards.programme(at=tomorrow)
    assert (card.members.buyers, card.others.buyers) == (1, 0)


async def test_two_people_of_one_shop_are_not_merged_by_a_unionid(market: Market) -> None:
    first = await market.buy(BEANS)
    await market.work()
    # the unionid is known as another buyer's of the same shop
    await db.fetch("DELETE FROM identity WHERE kind = 'unionid'")
    another = IdentityRef(IdentityKind.OPENID, SHOP_APP_ID, "oAnother")
    unionid = IdentityRef(IdentityKind.UNIONID, "", first["buyer_unionid"])
    await customers.meet((unionid, another), at=now(), through="test")
    await market.buy(SHIRT)
    await market.work()
    errors = {error.split()[0] for _, error in await market.events() if error}
    assert errors == {"identities_of_two_customers"}
    assert len(await market.purchases()) == 1
