"""She buys in the brand's own store: from the cart to the points, over HTTP."""

import asyncio
from dataclasses import replace as with_fields
from datetime import timedelta
from uuid import uuid4

import pytest

import miniprogram_api
from jobs import refunding
from jobs.close_store_orders import close_store_orders
from loyalty import checkout, programme
from loyalty.discounts.free_gift import FreeGift
from loyalty.discounts.spend_ladder import SpendLadder, SpendStep
from loyalty.programme import BEGINNING
from models import (
    Coupon,
    CouponState,
    Product,
    Purchase,
    StoreOrder,
    StoreOrderState,
    StoreRefund,
    StoreRefundState,
)
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.shopping import (
    CART,
    bought,
    fresh_coupon,
    place,
    quote,
    signed_in,
    store,
)
from tests.web.conftest import Json, Serve
from web.context import Context, PayAccount, now

__all__ = ["store"]


async def test_the_store_shows_what_it_sells_in_her_language(lin: Phone) -> None:
    await signed_in(lin)
    await Product.filter(sku="X-000").update(is_on_sale=False)
    products = (await lin.get("/products")).told["products"]
    assert [one["sku"] for one in products] == ["B-330", "C-100", "M-020"]
    assert products[2] == {
        "sku": "M-020",
        "name": "手冲壶",
        "category": "器具",
        "price_fen": 26_900,
        "picture": "",
        "opens_at": None,
    }
    await lin.ask("PUT", "/me/language", json={"language": "en"})
    assert (await lin.get("/products")).told["products"][2]["name"] == "Kettle"


async def test_a_quote_says_what_a_little_more_would_save(lin: Phone) -> None:
    await signed_in(lin)
    for slot, rule in (
        ("offer:ladder", SpendLadder("满减", "Ladder", spend_steps=(SpendStep(40_000, 5_000),))),
        ("offer:gift", FreeGift("赠品", "Gift", lane="goods", gift_skus=("B-330",), spend_fen=100)),
    ):
        await programme.publish(slot, rule, starts_at=BEGINNING, by="test", at=now())
    told = await quote(lin)
    assert [(one["slot"], one["message"], one["saved_fen"]) for one in told["unlocks"]] == [
        ("offer:ladder", "还差 3 元", 5_000),
        ("offer:gift", "把精品豆加入购物车即可享受", None),
    ]
    assert told["unlocks"][0]["short_fen"] == 300
    assert told["unlocks"][1]["sku"] == "B-330"
    await lin.ask("PUT", "/me/language", json={"language": "en"})
    assert (await quote(lin))["unlocks"][1]["message"] == "Put Beans into the cart to have it"


async def test_a_quote_says_what_applies_and_why_and_what_would(lin: Phone) -> None:
    mine = await fresh_coupon(await signed_in(lin))
    told = await quote(lin)
    assert (told["goods_fen"], told["saved_fen"], told["total_fen"]) == (39_700, 640, 39_060)
    assert told["applied"] == [
        {
            "slot": "offer:coffee_5",
            "name": "咖啡 95 折",
            "saved_fen": 640,
            "cut_fen": 0,
            "limit": None,
            "reason": "限咖啡",
            "why": [],
            "coupon": None,
        }
    ]
    assert (told["best_coupon"], told["usable"][0]["saved_fen"]) == (mine, 1000)
    assert told["usable"][0]["reason"] == "半年内第三次购买"
    chosen = await quote(lin, coupon=mine)
    assert (chosen["total_fen"], chosen["points_to_earn"]) == (38_060, 380)
    assert chosen["applied"][1]["coupon"] == mine


async def test_what_is_missing_is_said_in_yuan_in_her_language(lin: Phone) -> None:
    await fresh_coupon(await signed_in(lin))
    body = {"lines": [{"sku": "B-330", "quantity": 1}]}
    refused = (await lin.ask("POST", "/quotes", json=body)).told["refused"]
    assert [(one["code"], one["message"]) for one in refused] == [
        ("min_spend_not_met", "还差 2 元")
    ]


@pytest.mark.parametrize(
    ("lines", "http_status"),
    [
        ([], 400),
        ([{"sku": "M-020", "quantity": 0}], 400),
        ([{"sku": "M-020", "quantity": -1}], 400),
        ([{"sku": "M-020", "quantity": 1.5}], 400),
        ([{"sku": "M-020", "quantity": 10**20}], 400),
        ([{"sku": "", "quantity": 1}], 400),
        ([{"sku": "M-020", "quantity": 1}] * 51, 400),
        ([{"sku": "M-020", "quantity": 999}] * 50, 422),
        ([{"sku": "NONE", "quantity": 1}], 404),
    ],
)
async def test_a_cart_that_makes_no_sense_is_refused(
    lin: Phone, lines: list[Json], http_status: int
) -> None:
    await signed_in(lin)
    answer = await lin.ask("POST", "/quotes", json={"lines": lines})
    assert answer.http_status == http_status


async def test_a_quantity_that_is_no_number_is_400_naming_the_field(lin: Phone) -> None:
    await signed_in(lin)
    for number in (b"NaN", b"1e400"):
        answer = await lin.ask(
            "POST",
            "/quotes",
            data=b'{"lines": [{"sku": "M-020", "quantity": ' + number + b"}]}",
            headers={"Content-Type": "application/json"},
        )
        assert answer.http_status == 400
        assert "quantity" in answer.error["field"]


async def test_she_pays_and_has_a_purchase_with_points_on_the_way(lin: Phone) -> None:
    customer_id = await signed_in(lin)
    mine = await fresh_coupon(customer_id)
    order = await bought(lin, coupon=mine)
    told = (await lin.get(f"/me/orders/{order['uuid']}")).told
    assert (told["state"], told["purchase_state"], told["payment"]) == ("paid", "paid", None)
    purchase = await Purchase.get()
    assert (purchase.customer_id, purchase.paid_fen) == (customer_id, 38_060)
    assert (await lin.get("/me")).told["points"]["pending"] == 380
    assert (await Coupon.get(uuid=mine)).state is CouponState.USED
    assert (await lin.get("/me/ledger")).told["lines"][0]["text"].startswith("获得积分：官方商城")


async def test_the_same_order_again_is_the_same_payment(lin: Phone) -> None:
    await signed_in(lin)
    token, uuid = (await quote(lin))["quote"], uuid4()
    answers = await asyncio.gather(*(place(lin, token, uuid) for _ in range(5)))
    assert {answer.http_status for answer in answers} == {200}
    assert len({answer.told["payment"]["package"] for answer in answers}) == 1
    assert await StoreOrder.all().count() == 1
    other = await place(lin, (await quote(lin))["quote"], uuid)
    assert (other.http_status, other.error["code"]) == (409, "key_reused")


async def test_a_forged_quote_and_an_old_one_are_refused(
    lin: Phone, connected: Context, serve: Serve
) -> None:
    await signed_in(lin)
    token = (await quote(lin))["quote"]
    forged = await place(lin, "x" + token)
    assert (forged.http_status, forged.error["code"]) == (422, "quote_forged")
    later = with_fields(connected, clock=lambda: now() + timedelta(minutes=16))
    lin.server = await serve(later, miniprogram_api.add_to)
    old = await place(lin, token)
    assert (old.http_status, old.error["code"]) == (422, "quote_expired")


async def test_nobody_meets_anothers_quote_coupon_or_order(lin: Phone, emma: Phone) -> None:
    lins = await fresh_coupon(await signed_in(lin))
    await signed_in(emma)
    answer = await emma.ask("POST", "/quotes", json={**CART, "coupon": lins})
    assert (answer.http_status, answer.error["code"]) == (404, "no_such_coupon")
    token = (await quote(lin))["quote"]
    assert (await place(emma, token)).error["code"] == "quote_forged"
    order = (await place(lin, token)).told
    path = f"/me/orders/{order['uuid']}"
    assert (await emma.get(path)).http_status == 404
    assert (await emma.ask("DELETE", path)).http_status == 404
    taken = await place(emma, (await quote(emma))["quote"], order["uuid"])
    assert taken.http_status == 409
    assert (await emma.get("/me/orders")).told["orders"] == []
    stolen = await emma.pay(order["payment"])
    assert stolen["error"]["code"] == "another_payer"


async def test_a_cancelled_sheet_leaves_the_order_to_be_paid_or_given_up(lin: Phone) -> None:
    mine = await fresh_coupon(await signed_in(lin))
    order = (await place(lin, (await quote(lin, coupon=mine))["quote"])).told
    cancelled = await lin.pay(order["payment"], is_confirmed=False)
    assert cancelled["errMsg"] == "requestPayment:fail cancel"
    assert (await lin.get(f"/me/orders/{order['uuid']}")).told["payment"] is not None
    held = await lin.ask("POST", "/quotes", json={**CART, "coupon": mine})
    assert (held.http_status, held.error["code"]) == (422, "coupon_locked")
    given_up = await lin.ask("DELETE", f"/me/orders/{order['uuid']}")
    assert (given_up.told["state"], given_up.told["payment"]) == ("closed", None)
    assert (await Coupon.get(uuid=mine)).state is CouponState.ISSUED
    assert (await lin.pay(order["payment"]))["error"]["code"] == "not_payable"


async def test_giving_up_what_is_paid_already_keeps_it_paid(lin: Phone) -> None:
    await signed_in(lin)
    await lin.china_faults(pay_notices_lost=True)
    order = await bought(lin)
    answer = await lin.ask("DELETE", f"/me/orders/{order['uuid']}")
    assert answer.told["state"] == "paid"


async def test_an_order_that_costs_nothing_needs_no_payment(lin: Phone) -> None:
    free = await fresh_coupon(await signed_in(lin), "coupon:free")
    answer = await place(lin, (await quote(lin, coupon=free))["quote"])
    told = answer.told
    assert (told["state"], told["total_fen"], told["payment"]) == ("paid", 0, None)


async def test_a_lost_notice_is_found_when_the_order_lapses(lin: Phone, connected: Context) -> None:
    await signed_in(lin)
    await lin.china_faults(pay_notices_lost=True)
    await bought(lin)
    assert not await Purchase.exists()
    late = now() + timedelta(minutes=16)
    assert await close_store_orders(connected, late) == 1
    assert (await StoreOrder.get()).state is StoreOrderState.PAID
    assert await close_store_orders(connected, late) == 0
    assert await Purchase.all().count() == 1


async def test_an_order_nobody_paid_is_closed_at_the_platform_too(
    lin: Phone, connected: Context, merchant: PayAccount
) -> None:
    mine = await fresh_coupon(await signed_in(lin))
    order = (await place(lin, (await quote(lin, coupon=mine))["quote"])).told
    assert await close_store_orders(connected, now()) == 0
    assert await close_store_orders(connected, now() + timedelta(minutes=16)) == 1
    assert (await StoreOrder.get()).state is StoreOrderState.CLOSED
    assert (await Coupon.get(uuid=mine)).state is CouponState.ISSUED
    found = await merchant.client.find(order["number"])
    assert found is not None
    assert found.trade_state == "CLOSED"


async def test_an_order_is_not_closed_while_the_platform_is_away(
    lin: Phone, connected: Context
) -> None:
    await signed_in(lin)
    order = (await place(lin, (await quote(lin))["quote"])).told
    path = f"/v3/pay/transactions/out-trade-no/{order['number']}"
    await lin.china_faults(endpoints={path: {"status": 503}})
    late = now() + timedelta(minutes=16)
    assert await close_store_orders(connected, late) == 0
    assert (await StoreOrder.get()).state is StoreOrderState.AWAITING_PAYMENT
    await lin.china_faults(endpoints={})
    assert await close_store_orders(connected, late) == 1


async def test_a_platform_that_is_away_at_checkout_can_be_asked_again(lin: Phone) -> None:
    await signed_in(lin)
    token, uuid = (await quote(lin))["quote"], uuid4()
    await lin.china_faults(endpoints={"/v3/pay/transactions/jsapi": {"status": 502}})
    away = await place(lin, token, uuid)
    assert (away.http_status, away.error["code"]) == (503, "platform_unavailable")
    await lin.china_faults(endpoints={})
    again = (await place(lin, token, uuid)).told
    assert (await lin.pay(again["payment"]))["errMsg"] == "requestPayment:ok"
    assert await StoreOrder.all().count() == 1


async def test_doubled_notices_count_once(lin: Phone) -> None:
    await signed_in(lin)
    await lin.china_faults(duplicate=True)
    await bought(lin)
    await bought(lin)
    assert await Purchase.all().count() == 2
    assert (await lin.get("/me")).told["points"]["pending"] == 2 * 390


async def test_money_that_the_platform_gave_is_not_hers(lin: Phone) -> None:
    await signed_in(lin)
    order = (await place(lin, (await quote(lin))["quote"])).told
    await lin.pay(order["payment"], coupon_fen=60)
    purchase = await Purchase.get()
    assert (purchase.paid_fen, purchase.discount_platform_fen) == (39_000, 60)


async def test_bought_completed_and_given_back(lin: Phone, connected: Context) -> None:
    await signed_in(lin)
    order = await bought(lin)
    await checkout.complete([order["number"]], at=now())
    await checkout.refund(order["number"], "some", fen=26_900, at=now())
    await checkout.refund(order["number"], "rest", at=now())
    assert await refunding.refund_due(connected, now()) == 2
    await asyncio.sleep(0)
    told = (await lin.get(f"/me/orders/{order['uuid']}")).told
    assert (told["purchase_state"], told["refunded_fen"]) == ("refunded", 39_060)
    for _ in range(3_000):
        states = {one.state for one in await StoreRefund.all()}
        if states == {StoreRefundState.DONE}:
            break
        await asyncio.sleep(0.02)
    assert states == {StoreRefundState.DONE}
    assert await refunding.refund_due(connected, now() + timedelta(minutes=2)) == 0
    points = (await lin.get("/me")).told["points"]
    assert (points["available"], points["pending"], points["debt"]) == (0, 0, 0)


async def test_a_refund_whose_notice_is_lost_is_found_by_asking_again(
    lin: Phone, connected: Context
) -> None:
    await signed_in(lin)
    order = await bought(lin)
    await lin.china_faults(pay_notices_lost=True)
    await checkout.refund(order["number"], "all", at=now())
    await refunding.refund_due(connected, now())
    assert (await StoreRefund.get()).state is StoreRefundState.ASKED
    assert await refunding.refund_due(connected, now()) == 0
    await refunding.refund_due(connected, now() + timedelta(minutes=2))
    assert (await StoreRefund.get()).state is StoreRefundState.DONE


async def test_without_a_merchant_nothing_is_sold(
    lin: Phone, connected: Context, serve: Serve
) -> None:
    await signed_in(lin)
    lin.server = await serve(with_fields(connected, merchants={}), miniprogram_api.add_to)
    answer = await place(lin, (await quote(lin))["quote"])
    assert (answer.http_status, answer.error["code"]) == (503, "payments_not_connected")
    assert not await StoreOrder.exists()
