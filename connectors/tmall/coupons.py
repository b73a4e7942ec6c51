"""Coupons of a shop on Tmall or Taobao (店铺优惠券): made, listed, given, and who has them.

A call that makes or gives is made once: where its answer is lost, nobody knows, and it is asked
for. The platform is told yuan when a coupon is made, and tells fen when it lists it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from connectors.reading.texts import Id, Number, shown
from connectors.tmall.client import TmallClient
from loyalty.calendar import SHANGHAI
from models import IdentityKind
from wechat.errors import UnknownOutcome

SECOND = timedelta(seconds=1)
LISTED_AT_ONCE = 20
HOLDERS_AT_ONCE = 100
MOST_PAGES = 50
MADE = "taobao.promotion.coupon.add"
LISTED = "taobao.promotion.coupons.get"
GIVEN = "taobao.promotion.coupon.send"
HOLDERS = "taobao.promotion.coupondetail.get"


class ListedBatch(Struct, frozen=True):
    """Coupons of one kind that the shop has, as the platform lists them."""

    number: str
    coupon_fen: int
    least_order_fen: int
    ends_at: datetime | None
    made_at: datetime | None


class Given(Struct, frozen=True):
    """What became of a call that gives coupons, by the platform's names.

    ``numbers`` are of those who have one, "" where it tells none; ``reasons`` of those who have
    not. Who is in neither of them may have one.
    """

    numbers: Mapping[str, str]
    reasons: Mapping[str, str]


class _Made(Struct, frozen=True):
    coupon_id: Id = ""


class _Coupon(Struct, frozen=True):
    coupon_id: Id
    denominations: Number = 0
    condition: Number = 0
    creat_time: str = ""  # spelled so
    end_time: str = ""


class _Coupons(Struct, frozen=True):
    coupon: list[_Coupon] = []


class _CouponPage(Struct, frozen=True):
    total_results: int = 0
    coupons: _Coupons = _Coupons()


class _Named(Struct, frozen=True):
    ouid: str = ""
    open_uid: str = ""
    reason: str = ""
    coupon_number: Id = ""

    @property
    def name(self) -> str:
        return self.ouid or self.open_uid


class _Results(Struct, frozen=True):
    coupon_result: list[_Named] = []


class _Failures(Struct, frozen=True):
    error_message: list[_Named] = []


class _Given(Struct, frozen=True):
    is_success: bool = False
    coupon_results: _Results = _Results()
    failure_buyers: _Failures = _Failures()


class _Details(Struct, frozen=True):
    coupon_detail: list[_Named] = []


class _DetailPage(Struct, frozen=True):
    total_results: int = 0
    is_have_next_page: bool = False
    coupon_details: _Details = _Details()


async def make(
    client: TmallClient, *, coupon_fen: int, least_order_fen: int, ends_at: datetime
) -> str:
    """Let the shop have a coupon from now on until a moment; return what the platform calls it.

    Raises:
        UnknownOutcome: it may have it. CallFailed: it has it not.
    """
    asked = {
        "denominations": str(coupon_fen // 100),
        "end_time": shown(ends_at - SECOND),
        **({"condition": str(least_order_fen // 100)} if least_order_fen else {}),
    }
    told = await client.call_once(MADE, asked, _Made)
    if not told.coupon_id:
        raise UnknownOutcome("it was made without a number", endpoint=MADE)
    return str(told.coupon_id)


async def listed(client: TmallClient, *, coupon_fen: int) -> list[ListedBatch]:
    """Return all coupons of so many fen that the shop has.

    Raises:
        CallFailed: one of its kinds.
    """
    found: list[ListedBatch] = []
    for page in range(1, MOST_PAGES + 1):
        asked = {
            "denominations": str(coupon_fen // 100),
            "page_no": str(page),
            "page_size": str(LISTED_AT_ONCE),
        }
        told = await client.call(LISTED, asked, _CouponPage)
        found += [
            ListedBatch(
                str(one.coupon_id),
                int(one.denominations),
                int(one.condition),
                _moment(one.end_time),
                _moment(one.creat_time),
            )
            for one in told.coupons.coupon
        ]
        if not told.coupons.coupon or page * LISTED_AT_ONCE >= told.total_results:
            break
    return found


async def give(
    client: TmallClient, number: str, *, kind: IdentityKind, names: Sequence[str]
) -> Given:
    """Give a coupon to buyers, all named in the same way; at most a hundred.

    The platform says that all went well though everyone failed: who failed is told by name. Who
    is named nowhere has one, unless somebody failed whom it does not name.

    Raises:
        UnknownOutcome: each may have one. CallFailed: nobody has.
    """
    by_ouid = kind is IdentityKind.TMALL_OUID
    said = msgspec.json.encode([{"ouid": name} for name in names]).decode()
    asked = {
        "coupon_id": number,
        **({"ouid_data": said} if by_ouid else {"buyer_ids": ",".join(names)}),
    }
    told = await client.call_once(GIVEN, asked, _Given)
    return _sorted(told, names)


def _sorted(told: _Given, names: Sequence[str]) -> Given:
    failures = told.failure_buyers.error_message
    numbers = {one.name: str(one.coupon_number) for one in told.coupon_results.coupon_result}
    reasons = {one.name: one.reason or "failed" for one in failures}
    if failures and len(names) == 1 and names[0] not in reasons:
        reasons = {names[0]: failures[0].reason or "failed"}
    if not told.is_success and not failures and not numbers:
        reasons = dict.fromkeys(names, "is_success=false")
    is_told = all(one.name in names for one in failures) or len(names) == 1
    for name in names:
        if is_told and name not in reasons:
            numbers.setdefault(name, "")
    return Given(
        {name: numbers[name] for name in names if name in numbers and name not in reasons},
        {name: reasons[name] for name in names if name in reasons},
    )


async def holders(
    client: TmallClient, number: str, *, ends_at: datetime
) -> tuple[Mapping[str, str], bool]:
    """Return who has a coupon, with its number, and whether these are all who have one.

    The platform is known to name buyers by their nicks there, which are masked: then it says
    nothing of anybody, and these are not all.

    Raises:
        CallFailed: one of its kinds.
    """
    found: dict[str, str] = {}
    is_whole, is_named = False, True
    for page in range(1, MOST_PAGES + 1):
        asked = {
            "coupon_id": number,
            "end_time": shown(ends_at),
            "page_no": str(page),
            "page_size": str(HOLDERS_AT_ONCE),
        }
        told = await client.call(HOLDERS, asked, _DetailPage)
        rows = told.coupon_details.coupon_detail
        is_named = is_named and all(one.name for one in rows)
        found |= {one.name: str(one.coupon_number) for one in rows if one.name}
        if not rows or not told.is_have_next_page:
            is_whole = True
            break
    return found, is_whole and is_named and bool(found)


def _moment(told: str) -> datetime | None:
    try:
        return datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
