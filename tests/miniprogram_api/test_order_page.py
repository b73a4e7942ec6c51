"""One order of hers: what she had off and why, its points, that it has come, her review."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

from loyalty import checkout
from models import Product, Purchase, Shop
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.shopping import (
    bought,
    fresh_coupon,
    place,
    quote,
    signed_in,
    store,
)
from tests.web.conftest import Json
from web.context import now

__all__ = ["store"]


async def order_of(phone: Phone, uuid: object) -> Json:
    answer = await phone.get(f"/me/orders/{uuid}")
    assert answer.http_status == 200, answer.told
    return answer.told


async def test_an_order_tells_pictures_discounts_and_the_points_on_the_way(lin: Phone) -> None:
    mine = await fresh_coupon(await signed_in(lin))
    await Product.filter(sku="C-100").update(picture="https://pictures.example/c100.png")
    order = await bought(lin, coupon=mine)
    told = await order_of(lin, order["uuid"])
    assert [(one["sku"], one["picture"]) for one in told["lines"]] == [
        ("C-100", "https://pictures.example/c100.png"),
        ("M-020", ""),
    ]
    assert sum(one["saved_fen"] for one in told["discounts"]) == 39_700 - 38_060
    assert told["points"] == {"points": 380, "settle_at": None, "days_after_completion": 7}
    assert (told["can_receive"], told["lines"][0]["can_review"]) == (True, False)
    (purchase,) = (await lin.get("/me/purchases")).told["purchases"]
    assert (purchase["uuid"], purchase["order"]) == (told["purchase"], told["uuid"])


async def test_she_says_that_it_has_come_as_often_as_she_likes(lin: Phone) -> None:
    await signed_in(lin)
    order = await bought(lin)
    path = f"/me/orders/{order['uuid']}/receipt"
    answers = await asyncio.gather(*(lin.ask("PUT", path) for _ in range(5)))
    assert [answer.http_status for answer in answers] == [200] * 5
    told = await order_of(lin, order["uuid"])
    assert (told["purchase_state"], told["can_receive"]) == ("completed", False)
    assert [one["can_review"] for one in told["lines"]] == [True, True]
    purchase = await Purchase.get()
    assert purchase.completed_at is not None
    assert datetime.fromisoformat(told["points"]["settle_at"]) == (
        purchase.completed_at + timedelta(days=7)
    )
    review = {"purchase": told["purchase"], "sku": "C-100", "stars": 5, "text": ""}
    name = str(uuid4())
    assert (await lin.ask("PUT", f"/me/reviews/{name}", json=review)).http_status == 200
    line = (await order_of(lin, order["uuid"]))["lines"][0]
    assert (line["can_review"], line["review"]) == (False, name)


async def test_what_is_not_paid_has_not_come_and_anothers_order_is_none(
    lin: Phone, emma: Phone
) -> None:
    await signed_in(lin)
    await signed_in(emma)
    order = (await place(lin, (await quote(lin))["quote"])).told
    assert (order["points"], order["can_receive"], order["purchase"]) == (None, False, None)
    path = f"/me/orders/{order['uuid']}/receipt"
    for phone, status, code in ((lin, 422, "order_not_paid"), (emma, 404, "no_such_order")):
        answer = await phone.ask("PUT", path)
        assert (answer.http_status, answer.error["code"]) == (status, code)


async def test_what_was_given_back_before_it_came_stays_given_back(lin: Phone) -> None:
    await signed_in(lin)
    order = await bought(lin)
    await checkout.refund(order["number"], "all", at=now())
    answer = await lin.ask("PUT", f"/me/orders/{order['uuid']}/receipt")
    assert (answer.http_status, answer.told["purchase_state"]) == (200, "refunded")
    assert answer.told["points"] == {"points": 0, "settle_at": None, "days_after_completion": 7}
    assert answer.told["can_receive"] is False


async def test_orders_that_await_payment_are_found_among_many(lin: Phone) -> None:
    await signed_in(lin)
    await bought(lin)
    open_order = (await place(lin, (await quote(lin))["quote"])).told
    found = (await lin.get("/me/orders?state=awaiting_payment")).told["orders"]
    assert [one["uuid"] for one in found] == [open_order["uuid"]]
    assert len((await lin.get("/me/orders?state=paid")).told["orders"]) == 1
    wrong = await lin.get("/me/orders?state=lost")
    assert (wrong.http_status, wrong.error["field"]) == (400, "state")


async def test_one_purchase_is_told_as_the_list_tells_it_and_anothers_is_none(
    lin: Phone, emma: Phone
) -> None:
    await signed_in(lin)
    await signed_in(emma)
    await bought(lin)
    (listed,) = (await lin.get("/me/purchases")).told["purchases"]
    assert listed["shop"] == "官方商城", "an app id says nothing to her"
    path = f"/me/purchases/{listed['uuid']}"
    english = await lin.get(path, headers={"Accept-Language": "en"})
    assert english.told["shop"] == "Our store"
    assert (await lin.get(path)).told == listed
    anothers = await emma.get(path)
    assert (anothers.http_status, anothers.error["code"]) == (404, "no_such_purchase")
    till = await Shop.create(kind="own_store", code="till", name="Till")
    await Purchase.all().update(shop_id=till.id)
    assert (await lin.get(path)).told["order"] is None
