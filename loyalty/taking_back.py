"""Take back what a goal gave: points, and coupons that are not used, or came to nothing yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from loyalty import coupons, giving_back, ledger
from loyalty.programme import Programme
from models import CouponState

OPEN = (CouponState.ISSUED, CouponState.GIVEN, CouponState.LOCKED)


class Given(Protocol):
    """What was given for a goal; ``key`` is that of its entry and of its coupon."""

    @property
    def slot(self) -> str:
        """The rule that gave it."""

    @property
    def key(self) -> str:
        """The key of what the last time gave."""

    @property
    def last_points(self) -> int:
        """The points that the last time gave."""

    @property
    def coupon_id(self) -> int | None:
        """The coupon that she still has of it."""

    @property
    def coupon_state(self) -> CouponState | None:
        """How that coupon stands."""


G = TypeVar("G", bound=Given)


class TakenBack(NamedTuple, Generic[G]):
    """What was undone: so many points came back, and the coupon, if it was void by it."""

    given: G
    points: int
    coupon_id: int | None


async def take_back(
    gone: Sequence[tuple[int, G]], rules: Programme, *, at: datetime
) -> list[TakenBack[G]]:
    """Take back what these members were given; the caller holds their rows and notes what is done.

    A coupon that an order awaiting payment holds waits for that order, with its points: if it comes
    back, whoever gives it back has the member derived again. What a coupon was exchanged for is
    cancelled where nobody fetched it. One that is used or lapsed stays.
    """
    used = [
        one.coupon_id for _, one in gone if one.coupon_id and one.coupon_state == CouponState.USED
    ]
    back = set(await giving_back.end_exchanged(used, at=at)) if used else set()
    open_ids = [
        one.coupon_id
        for _, one in gone
        if one.coupon_id
        and (one.coupon_id in back or one.coupon_state in (CouponState.ISSUED, CouponState.GIVEN))
    ]
    void = set(await coupons.void(open_ids, at=at)) if open_ids else set()
    # What was not locked when it was read may be by now: that one waits, too.
    ready = [
        (member_id, one)
        for member_id, one in gone
        if one.coupon_id in void or one.coupon_state not in OPEN
    ]
    taken = await _claw_back(ready, rules, at=at) if ready else {}
    return [
        TakenBack(one, taken.get(one.key, 0), one.coupon_id if one.coupon_id in void else None)
        for _, one in ready
    ]


async def _claw_back(
    gone: Sequence[tuple[int, G]], rules: Programme, *, at: datetime
) -> dict[str, int]:
    """Return how many points were taken back of each, by its key; what is owed counts as taken."""
    wanted = [(member_id, one) for member_id, one in gone if one.last_points]
    outcomes = await ledger.record(
        [
            ledger.ClawBack(
                member_id=member_id,
                key=f"{one.key}:back",
                at=at,
                cause=one.slot,
                points=one.last_points,
                earn_key=one.key,
                on_shortfall=rules.points(at).on_shortfall,
            )
            for member_id, one in wanted
        ]
    )
    taken = {}
    for (_, one), outcome in zip(wanted, outcomes, strict=True):
        posted = outcome.unwrap()
        taken[one.key] = posted.debt - posted.available - posted.pending
    return taken
