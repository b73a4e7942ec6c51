"""Her coupons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

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

REWARD = "reward:"
STATES: Mapping[str, Sequence[CouponState]] = {
    "open": (CouponState.ISSUED, CouponState.LOCKED, CouponState.GIVEN),
    "used": (CouponState.USED,),
    "over": (CouponState.EXPIRED, CouponState.VOID),
}


class CouponQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """Which coupons, and which page of them."""

    standing: (
        Annotated[
            Literal["open", "used", "over"],
            Meta(description="Only those that are still mine to use, used, or expired and void"),
        ]
        | None
    ) = None


class Coupon(Struct, frozen=True):
    """One coupon: what it takes off (``worth``), what it is for, and why I have it.

    It is good until ``expires_at``. While an order that awaits payment holds it, it is ``locked``,
    and while it is in a gift that nobody claimed yet, ``given``. ``is_giftable``: I may give it to
    a friend.
    ``tags`` are short: for all goods, counts beside offers. One that is exchanged for a reward, and
    takes nothing off a cart, has the code of that ``reward``.
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
    reward: str | None
    code: str
    issued_at: Moment
    expires_at: Moment


class CouponList(Struct, frozen=True):
    """Those that can be used, soonest expiry first, then the others.

    ``next_before`` asks for the next page, and is null on the last.
    """

    coupons: list[Coupon]
    next_before: UUID | None


async def read(shopper: Shopper, query: CouponQuery, context: Context) -> CouponList:
    """Read my coupons, or those that stand so."""
    at = context.clock()
    found = await verbs.of(
        shopper.customer_id,
        states=STATES[query.standing] if query.standing else None,
        before=query.before,
        limit=query.limit + 1,
        at=at,
    )
    held, next_before = cut(found, query.limit)
    rules = await programme.recent(knowing=(one.rule_version_id for one in held))
    coupons = [told(one, rules, at=at, language=shopper.language) for one in held]
    return CouponList(coupons, next_before)


async def read_one(shopper: Shopper, uuid: UUID, context: Context) -> Coupon:
    """Read one of my coupons.

    Raises:
        NotFound: ``no_such_coupon``.
    """
    at = context.clock()
    held = await verbs.find(uuid, member_id=shopper.customer_id, at=at)
    rules = await programme.recent(knowing=[held.rule_version_id])
    return told(held, rules, at=at, language=shopper.language)


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
        reward=words.reward and words.reward.removeprefix(REWARD),
        code=codes.grouped(held.code),
        issued_at=held.issued_at,
        expires_at=held.expires_at,
    )
