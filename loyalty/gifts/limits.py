"""How much a member may give and receive: the published rule ``gifts``, counted under her lock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.calendar import day_of, start_of
from loyalty.errors import NotFound, Refused
from loyalty.policies.gifts import Gifts
from loyalty.programme import Programme
from loyalty.roots import HER_IDS
from models import db

DAY = timedelta(days=1)

# What came back, or was taken back, was not given.
_GIVEN = f"""
SELECT member.joined_at, hers.available, hers.held,
       (SELECT count(*) FROM gift WHERE gift.member_id = ANY({HER_IDS}) AND gift.sent_at >= $2
          AND gift.state IN ('sent', 'claimed')) AS today,
       (SELECT coalesce(sum(gift.points), 0)::bigint FROM gift
        WHERE gift.member_id = ANY({HER_IDS}) AND gift.sent_at >= $2
          AND gift.state IN ('sent', 'claimed')) AS points_today,
       (SELECT coalesce(sum(gift.points), 0)::bigint FROM gift
        WHERE gift.member_id = ANY({HER_IDS}) AND gift.sent_at >= $3
          AND gift.state IN ('sent', 'claimed')) AS points_this_month
FROM member CROSS JOIN LATERAL (
    SELECT coalesce(sum(lot.remaining), 0)::bigint AS available,
           coalesce(sum(lot.remaining) FILTER (WHERE lot.settled_at <= $4), 0)::bigint AS held
    FROM lot WHERE lot.member_id = member.id AND lot.remaining > 0 AND lot.settled_at IS NOT NULL
               AND coalesce(lot.expires_at, member.idle_expires_at, 'infinity') > $5
) AS hers
WHERE member.id = $1
"""

_RECEIVED = f"""
SELECT coalesce(sum(points), 0)::bigint AS points FROM gift
WHERE claimed_by = ANY({HER_IDS}) AND ended_at >= $2
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a member may give now: so many gifts, so many points at most in one.

    ``opens_at`` is when she may give anything, if that is yet to come. Of the points that are
    ``available`` she has ``points_held`` for long enough.
    """

    policy: Gifts
    opens_at: datetime | None
    gifts_left: int
    points_left: int
    available: int
    points_held: int

    @property
    def points(self) -> int:
        """Return the most points that one gift may hold now."""
        return 0 if self.opens_at else max(0, min(self.points_left, self.points_held))

    def check(self, points: int | None) -> None:
        """Let a gift through; ``points`` is None where it holds a coupon.

        Raises:
            Refused: ``too_new_for_gifts``, ``gifts_of_today_sent``, ``not_enough_points``,
                ``gift_points_limit``, ``gift_points_too_new``.
        """
        if self.opens_at is not None:
            raise Refused("too_new_for_gifts", opens_at=self.opens_at)
        if not self.gifts_left:
            raise Refused("gifts_of_today_sent", most=self.policy.most_gifts_a_day)
        if points is None:
            return
        if points > self.available:
            raise Refused("not_enough_points", wanted=points, available=self.available)
        if points > self.points_left:
            raise Refused("gift_points_limit", left=self.points_left)
        if points > self.points_held:
            days = self.policy.held_for_days
            raise Refused("gift_points_too_new", held=self.points_held, days=days)


async def allowance(member_id: int, rules: Programme, *, at: datetime) -> Allowance:
    """Return what a member may give now.

    Raises:
        NotFound: ``no_such_member``.
    """
    policy = rules.gifts(at)
    held_since = at - policy.held_for_days * DAY
    rows = await db.fetch(_GIVEN, member_id, start_of(day_of(at)), _month(at), held_since, at)
    if not rows:
        raise NotFound("no_such_member", member_id=member_id)
    (row,) = rows
    opens_at = row["joined_at"] + policy.member_for_days * DAY
    left = min(
        policy.most_points_a_day - row["points_today"],
        policy.most_points_a_month - row["points_this_month"],
    )
    return Allowance(
        policy=policy,
        opens_at=opens_at if opens_at > at else None,
        gifts_left=max(0, policy.most_gifts_a_day - row["today"]),
        points_left=max(0, left),
        available=row["available"],
        points_held=row["held"],
    )


async def check_receiving(member_id: int, points: int, rules: Programme, *, at: datetime) -> None:
    """Let a friend claim points.

    Raises:
        Refused: ``received_points_limit``: she has more than enough of others' this month.
    """
    (row,) = await db.fetch(_RECEIVED, member_id, _month(at))
    most = rules.gifts(at).most_received_a_month
    if row["points"] + points > most:
        raise Refused("received_points_limit", most=most)


def _month(at: datetime) -> datetime:
    return start_of(day_of(at).replace(day=1))
