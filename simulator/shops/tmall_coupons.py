"""The coupons of a shop on Tmall or Taobao: made, listed, given to buyers, and who has them.

A coupon is made in yuan and listed in fen. Whoever never bought in the shop and is no member of it
is given none, which the answer tells beside its ``is_success``. Codes of refusals are our own
where no public document names one.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from simulator.clock import SHANGHAI, Clock
from simulator.shops.orders import HeldCoupon, ShopCoupon, ShopState
from simulator.shops.tmall_refused import TopRefused
from simulator.shops.tmall_told import local

DENOMINATIONS = (3, 5, 10, 20, 50, 100)
MOST_AT_ONCE = 100
MOST_LISTED = 20
MOST_HOLDERS = 100
FIRST_COUPON, FIRST_NUMBER = 990_000_001, 1_320_000_001
NO_MEMBER = "买家不是店铺会员"

Params = Mapping[str, str]


class CouponRules(msgspec.Struct, forbid_unknown_fields=True):
    """How the platform behaves: what it documents leaves that open, or a test wants it so.

    ``refused`` are given none, with the reason, by their ouid or open uid. Who failed, and who has
    one, is told by these names, or by the masked nick alone.
    """

    refused: dict[str, str] = {}
    names_failures: bool = True
    names_holders: bool = False
    most: int = 50


class TmallCoupons:
    """The coupons of one shop; ``is_member`` says who may be given some."""

    def __init__(self, state: ShopState, clock: Clock, *, is_member: Callable[[str], bool]) -> None:
        self.rules = CouponRules()
        self._state = state
        self._clock = clock
        self._is_member = is_member
        self.calls: dict[str, Callable[[Params], object]] = {
            "taobao.promotion.coupon.add": self._add,
            "taobao.promotion.coupons.get": self._list,
            "taobao.promotion.coupon.send": self._send,
            "taobao.promotion.coupondetail.get": self._detail,
        }

    def all(self) -> list[ShopCoupon]:
        """Every coupon with those who have it."""
        return list(self._state.coupons.values())

    def _add(self, asked: Params) -> object:
        denominations = _whole(asked, "denominations")
        if denominations not in DENOMINATIONS:
            raise _invalid("denominations", "优惠券面额必须是3,5,10,20,50,100")
        condition = _whole(asked, "condition") if "condition" in asked else 0
        ends_at = _moment(asked, "end_time")
        begins_at = _moment(asked, "start_time") if "start_time" in asked else 0
        now = self._clock.now()
        if ends_at <= max(now, begins_at):
            raise _invalid("end_time", "截止日期必须晚于当前时间")
        if sum(one.ends_at > now for one in self.all()) >= self.rules.most:
            raise TopRefused(15, "Remote service error", "isv.coupon-count-exceed", "优惠券过多")
        number = FIRST_COUPON + len(self._state.coupons)
        self._state.coupons[str(number)] = ShopCoupon(
            number=number,
            coupon_fen=denominations * 100,
            least_order_fen=condition * 100,
            made_at=now,
            ends_at=ends_at,
        )
        return {"coupon_id": number}

    def _list(self, asked: Params) -> object:
        found = self.all()
        if "coupon_id" in asked:
            found = [one for one in found if str(one.number) == asked["coupon_id"]]
        if "denominations" in asked:
            fen = _whole(asked, "denominations") * 100
            found = [one for one in found if one.coupon_fen == fen]
        found.sort(key=lambda one: one.number, reverse=True)
        rows = [
            {
                "coupon_id": one.number,
                "denominations": one.coupon_fen,
                "condition": one.least_order_fen,
                "creat_time": local(one.made_at),
                "end_time": local(one.ends_at),
                "create_channel": "自己创建",
            }
            for one in _page(found, asked, most=MOST_LISTED)
        ]
        return {"total_results": len(found), **({"coupons": {"coupon": rows}} if rows else {})}

    def _send(self, asked: Params) -> object:
        coupon = self._coupon(asked)
        if coupon.ends_at <= self._clock.now():
            raise TopRefused(15, "Remote service error", "isv.coupon-expired", "优惠券已过期")
        name, buyers = _buyers(asked)
        failed: list[dict[str, Any]] = []
        given: list[dict[str, Any]] = []
        for buyer in buyers:
            told: dict[str, Any] = {"buyer_nick": "林**"}
            reason = self.rules.refused.get(buyer, "" if self._is_member(buyer) else NO_MEMBER)
            if reason:
                failed.append(told | {"reason": reason} | self._named(name, buyer))
                continue
            number = FIRST_NUMBER + sum(len(one.holders) for one in self.all())
            coupon.holders.append(HeldCoupon(number=number, name=buyer))
            given.append(told | {"coupon_number": number} | self._named(name, buyer))
        answer: dict[str, object] = {"is_success": True}
        if failed:
            answer["failure_buyers"] = {"error_message": failed}
            answer["coupon_results"] = {"coupon_result": given}
        return answer

    def _named(self, name: str, buyer: str) -> dict[str, str]:
        return {name: buyer} if self.rules.names_failures else {}

    def _detail(self, asked: Params) -> object:
        coupon = self._coupon(asked)
        if coupon.ends_at > _moment(asked, "end_time"):
            return {"total_results": 0, "is_have_next_page": False}
        page = _page(coupon.holders, asked, most=MOST_HOLDERS)
        rows = [
            {
                "buyer_nick": "林**",
                "coupon_number": one.number,
                "state": "unused",
                **(
                    {"ouid" if one.name.startswith("ouid-") else "open_uid": one.name}
                    if self.rules.names_holders
                    else {}
                ),
            }
            for one in page
        ]
        last = coupon.holders[-1:] if coupon.holders else []
        return {
            "total_results": len(coupon.holders),
            "is_have_next_page": bool(page) and page[-1:] != last,
            **({"coupon_details": {"coupon_detail": rows}} if rows else {}),
        }

    def _coupon(self, asked: Params) -> ShopCoupon:
        found = self._state.coupons.get(asked.get("coupon_id", ""))
        if found is None:
            raise TopRefused(15, "Remote service error", "isv.coupon-not-exist", "优惠券不存在")
        return found


def _buyers(asked: Params) -> tuple[str, list[str]]:
    """How buyers are named, and their names. Raises: TopRefused."""
    told = [name for name in ("buyer_nick", "ouid_data", "buyer_ids") if name in asked]
    if len(told) != 1 or told == ["buyer_nick"]:
        raise _invalid(",".join(told) or "ouid_data", "买家不正确")
    if told == ["buyer_ids"]:
        name, buyers = "open_uid", asked["buyer_ids"].split(",")
    else:
        name, buyers = "ouid", _ouids(asked["ouid_data"])
    if not all(buyers) or not 1 <= len(buyers) <= MOST_AT_ONCE:
        raise _invalid(told[0], "每次最多发送100个买家")
    return name, buyers


def _ouids(told: str) -> list[str]:
    try:
        return [one["ouid"] for one in msgspec.json.decode(told, type=list[dict[str, str]])]
    except (msgspec.MsgspecError, KeyError):
        raise _invalid("ouid_data") from None


def _page(found: list[Any], asked: Params, *, most: int) -> list[Any]:
    page = _whole(asked, "page_no") if "page_no" in asked else 1
    size = _whole(asked, "page_size") if "page_size" in asked else 20
    if page < 1 or not 1 <= size <= most:
        raise _invalid("page_no,page_size")
    return found[(page - 1) * size : page * size]


def _whole(asked: Params, name: str) -> int:
    told = asked.get(name, "")
    if not (told.isdecimal() and told.isascii()):
        raise _invalid(name)
    return int(told)


def _moment(asked: Params, name: str) -> int:
    try:
        told = dt.datetime.strptime(asked.get(name, ""), "%Y-%m-%d %H:%M:%S")
    except ValueError:
        raise _invalid(name) from None
    return int(told.replace(tzinfo=SHANGHAI).timestamp())


def _invalid(name: str, said: str = "") -> TopRefused:
    return TopRefused(41, "Invalid arguments", "isv.invalid-parameter", said or name)
