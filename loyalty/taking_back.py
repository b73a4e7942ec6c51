"""Take back what a goal gave: points, and coupons that are not used, or came to nothing yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar

from loyalty import giving_back, ledger
from loyalty.programme import Programme
from models import db


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

    A coupon that an order awaiting payment holds waits for that order, with its points, and so does
    one that was exchanged for what such an order holds: see ``who_waits``. What else a coupon was
    exchanged for is cancelled where nobody fetched it. One that is used or lapsed stays.
    """
    coupon_ids = [one.coupon_id for _, one in gone if one.coupon_id]
    taken = await giving_back.take(coupon_ids, at=at) if coupon_ids else giving_back.NONE_TAKEN
    ready = [(member_id, one) for member_id, one in gone if one.coupon_id not in taken.waiting]
    points = await _claw_back(ready, rules, at=at) if ready else {}
    return [
        TakenBack(
            one, points.get(one.key, 0), one.coupon_id if one.coupon_id in taken.void else None
        )
        for _, one in ready
    ]


# Those who were given a coupon have it no more where they gave it away, or exchanged it.
_WHO_WAITS = """
WITH held AS (
    SELECT id FROM coupon WHERE locked_by = $1
), made AS (
    SELECT member_id, with_coupon_id FROM redemption
    WHERE coupon_id = ANY(ARRAY(SELECT id FROM held))
    UNION ALL
    SELECT member_id, with_coupon_id FROM redemption WHERE store_order_id = $1
), whoever AS (
    SELECT member_id FROM made WHERE with_coupon_id IS NOT NULL
    UNION
    SELECT member_id FROM gift WHERE state = 'claimed' AND coupon_id = ANY(ARRAY(
        SELECT id FROM held UNION ALL SELECT with_coupon_id FROM made))
)
SELECT DISTINCT coalesce(merged_into_id, id) AS id FROM whoever JOIN customer ON id = member_id
"""


async def who_waits(order_id: int) -> list[int]:
    """Return for whom something may wait that an order of another, or of hers, holds or used.

    Whoever ends that order has them derived again, and her whose order it is. Ask before what it
    holds is given back.
    """
    return [row["id"] for row in await db.fetch(_WHO_WAITS, order_id)]


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
