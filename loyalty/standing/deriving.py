"""Count members again: tier and figures from their purchases, scores from their entries."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty import crossings, ladders, programme, progress, referrals
from loyalty.again import in_transaction
from loyalty.leaderboards.scoring import Scored, score
from loyalty.policies.tiers import Tiers
from loyalty.standing import bought, history
from loyalty.standing.changes import Changed, waiting
from loyalty.standing.measuring import THESE, arguments, stood
from models import db

# An order dated a little later than now was paid all the same: clocks of shops differ, and nothing
# would derive her again.
_DERIVE = """
WITH {stood}
INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached, review_on,
                      keep_by_on, still_counts, projected_tier, changes_on, first_paid_at,
                      last_paid_at, derived_at)
SELECT member_id, ($12::text[])[rank + 1], $13, orders, spent_fen, reached, review_on, keep_by_on,
       still_counts, ($12::text[])[rank_then + 1], changes_on, first_paid_at, last_paid_at, $13
FROM stood ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE
SET tier = excluded.tier,
    tier_since = CASE WHEN standing.tier = excluded.tier THEN standing.tier_since
                      ELSE excluded.tier_since END,
    orders = excluded.orders, spent_fen = excluded.spent_fen, reached = excluded.reached,
    review_on = excluded.review_on, keep_by_on = excluded.keep_by_on,
    still_counts = excluded.still_counts, projected_tier = excluded.projected_tier,
    changes_on = excluded.changes_on, first_paid_at = excluded.first_paid_at,
    last_paid_at = excluded.last_paid_at, derived_at = excluded.derived_at
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
    return Derived(taken, await in_transaction(lambda: _derive(member_ids, at=at)))


async def _derive(member_ids: Sequence[int], *, at: datetime) -> list[Scored]:
    held = await db.fetch(
        "SELECT id, deleted_at FROM member WHERE id = ANY($1::bigint[]) ORDER BY id"
        " FOR NO KEY UPDATE",
        list(member_ids),
    )
    gone = {row["id"] for row in held if row["deleted_at"] is not None}
    everybody, member_ids = member_ids, [one for one in member_ids if one not in gone]
    # Under the lock: whoever derives them after us has no older rules.
    rules = await programme.load()
    await _stand(member_ids, rules.tiers(at), at=at)
    await bought.keep(member_ids)
    await history.note(member_ids, lowest=rules.tiers(at).tiers[0].code)
    await crossings.follow(member_ids, rules, at=at)
    await progress.follow(member_ids, rules, at=at)
    await ladders.follow(member_ids, rules, at=at)
    await referrals.follow(member_ids, rules, at=at)
    return await score(everybody, rules, at=at)


async def _stand(member_ids: Sequence[int], tiers: Tiers, *, at: datetime) -> None:
    await db.fetch(
        _DERIVE.format(stood=stood(tiers, THESE)),
        *arguments(member_ids, tiers, at=at),
        [tier.code for tier in tiers.tiers],
        at,
    )
