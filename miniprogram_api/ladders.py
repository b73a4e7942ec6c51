"""Ladders: how far she is, and the coupons that shops on platforms gave her for it."""

from datetime import datetime

from msgspec import Struct

from loyalty import ladders as verbs
from loyalty.ladders import LadderProgress, RungProgress
from loyalty.ladders.histories import HeldCoupon
from web import ladders as words
from web.context import Context
from web.ladders import RungState
from web.languages import Language
from web.session import Shopper
from web.typed import Moment


class RungLine(Struct, frozen=True):
    """One rung: what it takes, what it gives, and what became of it, in her language.

    Its coupon is good until ``expires_at`` once she was given it.
    """

    code: str
    spend_fen: int
    coupon_fen: int
    least_order_fen: int
    gives: str
    state: RungState
    told: str
    expires_at: Moment | None


class EarlierCoupon(Struct, frozen=True):
    """A coupon of a window before this one that is still good, or on its way."""

    coupon_fen: int
    least_order_fen: int
    gives: str
    state: RungState
    told: str
    expires_at: Moment | None


class LadderLine(Struct, frozen=True):
    """One ladder: ``spent_fen`` of what counts in the window that runs, and its rungs, rising.

    ``is_known``: the shop knows her, so that she can be given its coupons.
    """

    code: str
    name: str
    shop: str
    is_known: bool
    spent_fen: int
    spent: str
    how_to_use: str
    rungs: list[RungLine]
    earlier: list[EarlierCoupon]


class LadderList(Struct, frozen=True):
    """All ladders in force; ``now`` is the server's time."""

    now: Moment
    ladders: list[LadderLine]


async def read(shopper: Shopper, context: Context) -> LadderList:
    """Read the ladders and how far I am.

    Raises:
        NotFound: ``no_such_member``.
    """
    at = context.clock()
    found = await verbs.progress(shopper.customer_id, at=at)
    return LadderList(at, [_ladder(one, shopper.language, at=at) for one in found])


def _ladder(one: LadderProgress, language: Language, *, at: datetime) -> LadderLine:
    return LadderLine(
        code=one.code,
        name=words.name(one.ladder).spoken(language),
        shop=one.shop_name,
        is_known=one.is_known,
        spent_fen=one.spent_fen,
        spent=words.spent(one, at=at).spoken(language),
        how_to_use=words.how_to_use(one).spoken(language),
        rungs=[_rung(rung, one, language, at=at) for rung in one.rungs],
        earlier=[_earlier(coupon, one, language, at=at) for coupon in one.earlier],
    )


def _rung(
    one: RungProgress, ladder: LadderProgress, language: Language, *, at: datetime
) -> RungLine:
    state = words.state_of(one, ladder)
    return RungLine(
        code=one.rung.code,
        spend_fen=one.rung.spend_fen,
        coupon_fen=one.coupon_fen,
        least_order_fen=one.least_order_fen,
        gives=words.gives(one.coupon_fen, one.least_order_fen).spoken(language),
        state=state,
        told=words.told(one, ladder, at=at).spoken(language),
        expires_at=one.coupon.ends_at if one.coupon and state is RungState.GIVEN else None,
    )


def _earlier(
    one: HeldCoupon, ladder: LadderProgress, language: Language, *, at: datetime
) -> EarlierCoupon:
    state = words.state_of_coupon(one, ladder)
    return EarlierCoupon(
        coupon_fen=one.coupon_fen,
        least_order_fen=one.least_order_fen,
        gives=words.gives(one.coupon_fen, one.least_order_fen).spoken(language),
        state=state,
        told=words.told_of(state, one, ladder, at=at).spoken(language),
        expires_at=one.ends_at if state is RungState.GIVEN else None,
    )
