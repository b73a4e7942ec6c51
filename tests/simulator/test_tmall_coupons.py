"""The simulated Tmall's coupons are as strict as what is known of the platform's."""

import json
import time

import pytest

from simulator.clock import Clock, ClockState
from simulator.shops.orders import ShopState
from simulator.shops.tmall_coupons import CouponRules, TmallCoupons
from simulator.shops.tmall_refused import TopRefused
from simulator.shops.tmall_told import local

ADD = "taobao.promotion.coupon.add"
LIST = "taobao.promotion.coupons.get"
SEND = "taobao.promotion.coupon.send"
HOLDERS = "taobao.promotion.coupondetail.get"


def later(days: int) -> str:
    return local(int(time.time()) + days * 86_400)


@pytest.fixture
def shop() -> TmallCoupons:
    return TmallCoupons(ShopState(), Clock(ClockState()), is_member=lambda name: name != "ouid-x")


def made(shop: TmallCoupons, **asked: str) -> str:
    told = shop.calls[ADD]({"denominations": "20", "end_time": later(30), **asked})
    assert isinstance(told, dict)
    return str(told["coupon_id"])


@pytest.mark.parametrize(
    "asked",
    [
        {"denominations": "25"},
        {"denominations": "2000"},
        {"denominations": "20.0"},
        {"denominations": "-20"},
        {"condition": "9.9"},
        {"end_time": later(-1)},
        {"end_time": "2026-13-01 00:00:00"},
        {"start_time": later(60)},
    ],
)
def test_what_no_coupon_can_be_is_refused(shop: TmallCoupons, asked: dict[str, str]) -> None:
    with pytest.raises(TopRefused):
        made(shop, **asked)
    assert shop.all() == []


def test_it_is_made_in_yuan_and_listed_in_fen(shop: TmallCoupons) -> None:
    made(shop, condition="99")
    told = shop.calls[LIST]({"denominations": "20"})
    assert isinstance(told, dict)
    (row,) = told["coupons"]["coupon"]
    assert (row["denominations"], row["condition"]) == (2000, 9900)
    assert shop.calls[LIST]({"denominations": "50"}) == {"total_results": 0}


def test_more_than_fifty_are_refused(shop: TmallCoupons) -> None:
    for _ in range(50):
        made(shop)
    with pytest.raises(TopRefused, match="coupon-count-exceed"):
        made(shop)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"buyer_nick": "林**"},
        {"buyer_ids": ""},
        {"buyer_ids": "a", "ouid_data": "[]"},
        {"ouid_data": "[]"},
        {"ouid_data": "ouid-a"},
        {"ouid_data": json.dumps([{"nick": "a"}])},
        {"buyer_ids": ",".join(map(str, range(101)))},
        {"buyer_ids": "a", "coupon_id": "1"},
    ],
)
def test_a_call_that_names_nobody_rightly_is_refused(
    shop: TmallCoupons, asked: dict[str, str]
) -> None:
    number = made(shop)
    with pytest.raises(TopRefused):
        shop.calls[SEND]({"coupon_id": number, **asked})
    assert shop.all()[0].holders == []


def test_all_may_fail_with_success(shop: TmallCoupons) -> None:
    number = made(shop)
    told = shop.calls[SEND]({"coupon_id": number, "ouid_data": json.dumps([{"ouid": "ouid-x"}])})
    assert isinstance(told, dict)
    assert told["is_success"] is True
    (failed,) = told["failure_buyers"]["error_message"]
    assert (failed["ouid"], failed["reason"]) == ("ouid-x", "买家不是店铺会员")


def test_who_asks_twice_gives_two_and_holders_are_masked(shop: TmallCoupons) -> None:
    number = made(shop)
    asked = {"coupon_id": number, "ouid_data": json.dumps([{"ouid": "ouid-a"}])}
    assert shop.calls[SEND](asked) == shop.calls[SEND](asked) == {"is_success": True}
    assert len(shop.all()[0].holders) == 2
    detail = {"coupon_id": number, "end_time": later(31)}
    told = shop.calls[HOLDERS](detail)
    assert isinstance(told, dict)
    assert all("ouid" not in row for row in told["coupon_details"]["coupon_detail"])
    shop.rules = CouponRules(names_holders=True)
    told = shop.calls[HOLDERS](detail)
    assert isinstance(told, dict)
    assert [row["ouid"] for row in told["coupon_details"]["coupon_detail"]] == ["ouid-a"] * 2
