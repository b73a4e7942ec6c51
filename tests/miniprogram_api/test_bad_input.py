"""What no phone of ours sends: refused with the field, in both languages, and nothing moves."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models import Coupon, CouponState, Gift, ProductReview, StoreOrder, StoreOrderState
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.shopping import NOTICES, fresh_coupon, place, quote, signed_in, store
from tests.miniprogram_api.test_payments import notice, payment
from tests.web.conftest import Asked, Caller, Json
from web.context import now

__all__ = ["store"]

BOTH = ("zh-CN", "en")
WRONG = ("字段 {} 不正确", "The field {} is wrong")
NUMBERS = (
    *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1.5", "0", "-1", "9" * 400),
    *("9223372036854775808", '"1"', "true", "null", "[]", "{}"),
)
UUID = "c0ffee00-0000-4000-8000-000000000001"
ROUTES = (
    ("POST", "/quotes", '{"lines": [{"sku": "M-020", "quantity": %s}]}', "lines[0].quantity"),
    ("PUT", "/me/cart", '{"lines": [{"sku": "M-020", "quantity": %s}]}', "lines[0].quantity"),
    ("PUT", f"/me/gifts/{UUID}", '{"points": %s, "language": "zh"}', "points"),
    (
        *("PUT", f"/me/reviews/{UUID}"),
        f'{{"purchase": "{UUID}", "sku": "x", "stars": %s}}',
        "stars",
    ),
)


async def asked(phone: Phone, method: str, path: str, body: str, language: str) -> Asked:
    headers = {"Content-Type": "application/json", "Accept-Language": language}
    return await phone.ask(method, path, data=body.encode(), headers=headers)


async def refused(
    phone: Phone, body: Json, *, path: str = "/quotes", method: str = "POST"
) -> list[tuple[int, str, str]]:
    """Return status, code and text of the same refusal in Chinese and in English."""
    answers = [
        await phone.ask(method, path, json=body, headers={"Accept-Language": language})
        for language in BOTH
    ]
    return [(one.http_status, one.error["code"], one.error["message"]) for one in answers]


@pytest.mark.parametrize(("method", "path", "body", "field"), ROUTES)
async def test_a_number_that_is_none_is_refused_with_its_field_in_both_languages(
    lin: Phone, method: str, path: str, body: str, field: str
) -> None:
    await signed_in(lin)
    for number in NUMBERS:
        if (field, number) == ("points", "null"):
            continue  # a gift without points holds something else
        # what is not even JSON is named by its own name, without where it stands
        named = {field, field.rpartition(".")[2]}
        for language, word in zip(BOTH, WRONG, strict=True):
            answer = await asked(lin, method, path, body % number, language)
            assert (answer.http_status, answer.error["code"]) == (400, "bad_field"), number
            assert answer.error["field"] in named, number
            assert answer.error["message"].startswith(word.format(answer.error["field"]))
    assert await Gift.all().count() == await ProductReview.all().count() == 0
    assert (await lin.get("/me/cart")).told["lines"] == []


async def test_carts_of_nothing_of_too_much_and_of_what_nobody_sells(lin: Phone) -> None:
    await signed_in(lin)
    line = {"sku": "M-020", "quantity": 1}
    for lines in ([], [line] * 51, [line] * 500):
        (zh, en) = await refused(lin, {"lines": lines})
        assert (zh[:2], en[:2]) == ((400, "bad_field"), (400, "bad_field"))
        assert zh[2].startswith("字段 lines 不正确")
        assert en[2].startswith("The field lines is wrong")
    assert await refused(lin, {"lines": [line, {"sku": "NONE-1", "quantity": 1}]}) == [
        (404, "no_such_product", "没有商品 NONE-1"),
        (404, "no_such_product", "There is no product NONE-1"),
    ]
    (zh, en) = await refused(lin, {"lines": [{"sku": "M-020", "quantity": 999}] * 50})
    assert (zh[:2], en[:2]) == ((422, "cart_too_large"), (422, "cart_too_large"))


async def test_coupons_that_cannot_be_used_any_more_say_which_way(lin: Phone, emma: Phone) -> None:
    mine = await fresh_coupon(await signed_in(lin))
    await signed_in(emma)
    cart: Json = {"lines": [{"sku": "M-020", "quantity": 1}], "coupon": mine}
    order = (await place(lin, (await quote(lin, coupon=mine))["quote"])).told
    assert await refused(lin, cart) == [
        (422, "coupon_locked", "优惠券已用于待付款订单"),
        (422, "coupon_locked", "Another unpaid order holds the coupon"),
    ]
    await lin.pay(order["payment"])
    assert await refused(lin, cart) == [
        (422, "coupon_used", "优惠券已使用"),
        (422, "coupon_used", "The coupon is used"),
    ]
    row = Coupon.filter(uuid=mine)
    await row.update(state=CouponState.ISSUED, locked_by=None, ended_at=None)
    await row.update(expires_at=now() - timedelta(seconds=1))
    assert await refused(lin, cart) == [
        (422, "coupon_expired", "优惠券已过期"),
        (422, "coupon_expired", "The coupon has expired"),
    ]
    unknown = await refused(lin, {**cart, "coupon": str(uuid4())})
    assert unknown == await refused(emma, cart), "another's is as one that is not there"
    assert unknown[0] == (404, "no_such_coupon", "没有这张优惠券")
    (zh, en) = await refused(lin, {**cart, "coupon": "mine"})
    assert zh[:2] == en[:2] == (400, "bad_field")
    assert "coupon" in zh[2]
    assert "coupon" in en[2]


async def test_a_quote_that_was_touched_anywhere_orders_nothing(lin: Phone) -> None:
    await signed_in(lin)
    token = (await quote(lin))["quote"]
    places = range(0, len(token), max(1, len(token) // 12))
    touched = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in places]
    for forged in (*touched, token[:-1], token + "A", token[: len(token) // 2], "x", "." * 300):
        answer = await place(lin, forged)
        assert (answer.http_status, answer.error["code"]) == (422, "quote_forged"), forged
    path = f"/me/orders/{uuid4()}"
    assert await refused(lin, {"quote": "x" + token}, path=path, method="PUT") == [
        (422, "quote_forged", "报价无效，请重新结算"),
        (422, "quote_forged", "This quote is not valid, please check out again"),
    ]
    for quote_told, field in (
        ("", "quote"),
        (7, "quote"),
        (None, "quote"),
        ("x" * 60_001, "quote"),
    ):
        answer = await lin.ask("PUT", path, json={"quote": quote_told})
        assert (answer.http_status, answer.error["field"]) == (400, field)
    assert await StoreOrder.all().count() == 0


async def test_money_that_comes_when_the_order_is_closed_buys_nothing_and_goes_back(
    lin: Phone, server: Caller
) -> None:
    await signed_in(lin)
    order = (await place(lin, (await quote(lin))["quote"])).told
    closed = await lin.ask("DELETE", f"/me/orders/{order['uuid']}")
    assert closed.told["state"] == "closed"
    for _ in range(2):
        headers, body = notice(payment(order))
        assert (await server.send(NOTICES, body, headers=headers)).http_status == 204
    told: dict[str, Any] = (await lin.get(f"/me/orders/{order['uuid']}")).told
    assert told["purchase_state"] is None
    assert (await StoreOrder.get()).state is StoreOrderState.CLOSED
