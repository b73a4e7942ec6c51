"""Count members again: tier and figures from their purchases, scores from their entries."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty import programme
from loyalty.calendar import day_of, months_later, start_of
from loyalty.leaderboards.scoring import Scored, score
from loyalty.policies.tiers import Tiers
from loyalty.roots import ids_of
from loyalty.standing import history
from loyalty.standing.changes import Changed, waiting
from models import db

# Whole refunds leave nothing; freight is no spending on goods. An order dated a little later
# than now was paid all the same: clocks of shops differ, and nothing would derive her again.
_DERIVE = f"""
WITH bought AS (
    SELECT member.id AS member_id,
           count(*) FILTER (WHERE kept > 0 AND paid_at >= $2) AS orders,
           coalesce(sum(kept) FILTER (WHERE paid_at >= $2), 0) AS spent_fen,
           min(paid_at) FILTER (WHERE kept > 0) AS first_paid_at,
           max(paid_at) FILTER (WHERE kept > 0) AS last_paid_at
    FROM unnest($1::bigint[]) AS wanted (id)
    JOIN member USING (id)
    LEFT JOIN LATERAL (
        SELECT paid_at, greatest(paid_fen - freight_fen - refunded_fen, 0) AS kept
        FROM purchase WHERE customer_id = ANY({ids_of("member.id")})
    ) AS purchase ON true
    GROUP BY member.id
)
INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, first_paid_at, last_paid_at,
                      derived_at)
SELECT member_id,
       (SELECT code FROM unnest($3::text[], $4::bigint[]) AS tier (code, from_fen)
        WHERE from_fen <= spent_fen ORDER BY from_fen DESC LIMIT 1),
       $5, orders, spent_fen, first_paid_at, last_paid_at, $5
FROM bought ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE
SET tier = excluded.tier,
    tier_since = CASE WHEN standing.tier = excluded.tier THEN standing.tier_since
                      ELSE excluded.tier_since END,
    orders = excluded.orders, spent_fen = excluded.spent_fen,
    first_paid_at = excluded.first_paid_at, last_paid_at = excluded.last_paid_at,
    derived_at = excluded.derived_at
"""


class Derived(Struct, frozen=True):
    """Members who were derived at the turns that were read, and their scores now."""

    members: list[Changed]
    scores: list[Scored]


async def derive(*, at: datetime, limit: int = 500) -> Derived:
    """Derive members who wait; `forget` them when all that shows their scores was told.

    Any number of processes may do it at once. Members are counted after their turns were read:
    what changes later leaves them waiting.
    """
    taken = await waiting(limit)
    if not taken:
        return Derived([], [])
    member_ids = sorted(one.member_id for one in taken)
    async with db.transaction():
        await db.fetch(
            "SELECT id FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE",
            member_ids,
        )
        # Under the lock: whoever derives them after us has no older rules.
        rules = await programme.load()
        await _stand(member_ids, rules.tiers(at), at=at)
        await history.note(member_ids, lowest=rules.tiers(at).tiers[0].code)
        return Derived(taken, await score(member_ids, rules, at=at))


async def _stand(member_ids: Sequence[int], tiers: Tiers, *, at: datetime) -> None:
    since = start_of(months_later(day_of(at), -tiers.window_months))
    codes = [tier.code for tier in tiers.tiers]
    bounds = [tier.from_fen for tier in tiers.tiers]
    await db.fetch(_DERIVE, list(member_ids), since, codes, bounds, at)
