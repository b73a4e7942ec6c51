"""Her coupons."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from loyalty import codes, programme
from loyalty import coupons as verbs
from loyalty.coupons import Held
from loyalty.programme import Programme
from miniprogram_api.paging import PageQuery, cut
from models import CouponState
from web.context import Context
from web.coupons import described
from web.languages import Language
from web.session import Shopper
from web.typed import Moment


class Coupon(Struct, frozen=True):
    """One coupon: what it takes off (``worth``), what it is for, and why I have it.

    It is good until ``expires_at``. While an order that awaits payment holds it, it is ``locked``,
    and while it is in a gift that nobody claimed yet, ``given``. ``is_giftable``: I may give it to
    a friend.
    ``tags`` are short: for all goods, counts beside offers.
    """

    uuid: UUID
    slot: str
    name: str
    worth: str
    conditions: list[str]
    tags: list[str]
    reason: str
    state: CouponState
    is_giftable: bool
    code: str
    issued_at: Moment
    expires_at: Moment


class CouponList(Struct, frozen=True):
    """Those that can be used, soonest expiry first, then the others.

    ``next_before`` asks for the next page, and is null on the last.
    """

    coupons: list[Coupon]
    next_before: UUID | None


async def read(shopper: Shopper, query: PageQuery, context: Context) -> CouponList:
    """Read my coupons."""
    at = context.clock()
    found = await verbs.of(shopper.customer_id, before=query.before, limit=query.limit + 1, at=at)
    held, next_before = cut(found, query.limit)
    rules = await programme.recent(knowing=(one.rule_version_id for one in held))
    coupons = [told(one, rules, at=at, language=shopper.language) for one in held]
    return CouponList(coupons, next_before)


def told(held: Held, rules: Programme, *, at: datetime, language: Language) -> Coupon:
    """Return a coupon as an answer tells it."""
    words = described(held, rules, at=at, language=language)
    return Coupon(
        uuid=held.uuid,
        slot=held.slot,
        name=words.name,
        worth=words.worth,
        conditions=words.conditions,
        tags=words.tags,
        reason=words.reason,
        state=held.state,
        is_giftable=words.is_giftable,
        code=codes.grouped(held.code),
        issued_at=held.issued_at,
        expires_at=held.expires_at,
    )
