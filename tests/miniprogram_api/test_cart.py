"""The cart that is kept for a shopper, and what she tells of herself."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from loyalty import customers, programme
from loyalty.conditions import Conditions
from loyalty.conditions.birthday import Birthday
from loyalty.conditions.cart_left import CartLeft
from loyalty.discounts.percent import Percent
from loyalty.errors import Refused
from loyalty.programme import BEGINNING
from models import Cart
from tests.cast import DAY, NOVEMBER_22
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.shopping import CART, bought, place, quote, signed_in, store
from tests.web.conftest import Json
from web.context import now

__all__ = ["store"]


async def kept(phone: Phone, lines: list[Any]) -> Json:
    answer = await phone.ask("PUT", "/me/cart", json={"lines": lines})
    assert answer.http_status == 200, answer.told
    return answer.told


async def test_a_cart_is_the_same_on_another_phone(lin: Phone, emma: Phone) -> None:
    await signed_in(lin)
    await signed_in(emma)
    assert (await lin.get("/me/cart")).told == {"lines": [], "changed_at": None}
    told = await kept(lin, CART["lines"])
    assert [line["sku"] for line in told["lines"]] == ["C-100", "M-020"]
    assert await kept(lin, CART["lines"][::-1]) == told, "the same cart in another sequence"
    await lin.sign_in()  # another phone of hers
    assert (await lin.get("/me/cart")).told == told
    assert (await emma.get("/me/cart")).told["lines"] == []
    twice = await kept(lin, [CART["lines"][0], CART["lines"][0]])
    assert twice["lines"] == [{"sku": "C-100", "quantity": 2}]
    assert await kept(lin, []) == {"lines": [], "changed_at": None}
    assert await kept(lin, []) == {"lines": [], "changed_at": None}


@pytest.mark.parametrize(
    ("lines", "http_status", "code", "field"),
    [
        ([{"sku": "NO", "quantity": 1}], 404, "no_such_product", None),
        ([{"sku": "C-100", "quantity": 0}], 400, "bad_field", "lines[0].quantity"),
        ([{"sku": "C-100", "quantity": -1}], 400, "bad_field", "lines[0].quantity"),
        ([{"sku": "C-100", "quantity": 1.5}], 400, "bad_field", "lines[0].quantity"),
        ([{"sku": "C-100", "quantity": 1000}], 400, "bad_field", "lines[0].quantity"),
        ([{"sku": "", "quantity": 1}], 400, "bad_field", "lines[0].sku"),
        ([{"sku": "C-100", "quantity": 1}] * 51, 400, "bad_field", "lines"),
        (None, 400, "bad_field", "lines"),
    ],
)
async def test_a_broken_cart_changes_nothing(
    lin: Phone, lines: Any, http_status: int, code: str, field: str | None
) -> None:
    await signed_in(lin)
    before = await kept(lin, CART["lines"])
    answer = await lin.ask("PUT", "/me/cart", json={"lines": lines})
    assert (answer.http_status, answer.error["code"]) == (http_status, code)
    assert answer.error.get("field") == field
    assert (await lin.get("/me/cart")).told == before


async def test_a_paid_order_empties_the_cart_and_an_unpaid_one_does_not(lin: Phone) -> None:
    await signed_in(lin)
    await kept(lin, CART["lines"])
    await place(lin, (await quote(lin))["quote"])
    assert len((await lin.get("/me/cart")).told["lines"]) == 2
    await bought(lin)
    assert await Cart.all().count() == 0


async def test_what_she_put_into_it_since_she_ordered_stays(lin: Phone) -> None:
    await signed_in(lin)
    await kept(lin, CART["lines"])
    order = (await place(lin, (await quote(lin))["quote"])).told
    later = await kept(lin, [{"sku": "B-330", "quantity": 1}])
    assert (await lin.pay(order["payment"]))["errMsg"] == "requestPayment:ok"
    assert (await lin.get("/me/cart")).told == later


async def test_a_cart_that_she_left_has_a_better_price_once_and_says_why(lin: Phone) -> None:
    await signed_in(lin)
    rule = Percent(percent=10, conditions=Conditions([CartLeft(hours=24)]))
    await programme.publish("offer:left", rule, starts_at=BEGINNING, by="test", at=now())
    await kept(lin, CART["lines"])
    fresh = await quote(lin)
    assert "offer:left" in {one["slot"] for one in fresh["refused"]}
    await Cart.all().update(changed_at=now() - timedelta(hours=26))
    left = await quote(lin)
    (hers,) = [one for one in left["applied"] if one["slot"] == "offer:left"]
    assert hers["why"] == ["您的购物车已保留 26 小时"]
    assert left["total_fen"] < fresh["total_fen"]
    placed = await place(lin, left["quote"])
    assert placed.http_status == 200
    (had,) = [one for one in placed.told["discounts"] if one["slot"] == "offer:left"]
    assert had["why"] == hers["why"], "the order says it as the quote did"
    assert had["saved_fen"] == hers["saved_fen"]
    again = await place(lin, (await quote(lin))["quote"])
    assert again.http_status == 200, "at the price of everybody"
    assert again.told["total_fen"] == fresh["total_fen"]
    spent = await place(lin, left["quote"], uuid4())
    assert (spent.http_status, spent.error["code"]) == (422, "hesitated_before")


async def test_she_tells_her_birthday_once_a_year(lin: Phone) -> None:
    await signed_in(lin)
    nothing = {"called": "", "birthday": None, "birthday_changes_at": None}
    assert (await lin.get("/me/profile")).told == nothing
    told = {"called": " 小满 ", "birthday": "02-29"}
    answer = await lin.ask("PUT", "/me/profile", json=told)
    assert answer.http_status == 200, answer.told
    assert (answer.told["called"], answer.told["birthday"]) == ("小满", "02-29")
    assert answer.told["birthday_changes_at"]
    assert (await lin.ask("PUT", "/me/profile", json=told)).told == answer.told
    for birthday, http_status, code in (
        ("03-01", 422, "birthday_changed_lately"),
        ("02-30", 422, "no_such_day"),
        ("13-01", 400, "bad_field"),
        ("2001-02-03", 400, "bad_field"),
        (229, 400, "bad_field"),
    ):
        wrong = await lin.ask("PUT", "/me/profile", json={"birthday": birthday})
        assert (wrong.http_status, wrong.error["code"]) == (http_status, code)
    assert (await lin.get("/me/profile")).told == answer.told
    assert (await lin.ask("PUT", "/me/profile", json={})).told["birthday"] is None
    again = await lin.ask("PUT", "/me/profile", json={"birthday": "02-28"})
    assert again.error["code"] == "birthday_changed_lately", "taken back, it is no new year"


async def test_a_birthday_is_told_anew_when_the_year_is_over(lin: Phone) -> None:
    hers, at = await signed_in(lin), NOVEMBER_22
    await customers.tell_profile(hers, called="", birthday="11-25", at=at)
    with pytest.raises(Refused, match="birthday_changed_lately"):
        await customers.tell_profile(hers, called="", birthday="11-26", at=at + 364 * DAY)
    told = await customers.tell_profile(hers, called="", birthday="11-26", at=at + 365 * DAY)
    assert told.birthday == "11-26"


async def test_her_birthday_lets_her_have_the_offer_of_it(lin: Phone) -> None:
    await signed_in(lin)
    rule = Percent(percent=10, conditions=Conditions([Birthday(days_before=60, days_after=60)]))
    await programme.publish("offer:birthday", rule, starts_at=BEGINNING, by="test", at=now())
    unknown = {one["slot"]: one["code"] for one in (await quote(lin))["refused"]}
    assert unknown["offer:birthday"] == "birthday_unknown"
    day = f"{now() + timedelta(days=1):%m-%d}"
    assert (await lin.ask("PUT", "/me/profile", json={"birthday": day})).http_status == 200
    assert "offer:birthday" in {one["slot"] for one in (await quote(lin))["applied"]}
    await lin.ask("PUT", "/me/preferences", json={"personal_offers": False})
    off = {one["slot"]: one["code"] for one in (await quote(lin))["refused"]}
    assert off["offer:birthday"] == "personal_offers_off"


async def test_a_name_that_the_content_check_refuses_is_not_kept(lin: Phone) -> None:
    await signed_in(lin)
    for called, code in (
        ("a" * 21, "bad_field"),
        ("a\u202eb", "name_not_usable"),
        ("网上赌场", "content_not_allowed"),
    ):
        answer = await lin.ask("PUT", "/me/profile", json={"called": called})
        assert answer.error["code"] == code
    assert (await lin.get("/me/profile")).told["called"] == ""
