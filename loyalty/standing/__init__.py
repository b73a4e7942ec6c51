"""What is derived of members: their tier, figures and segments, as rules may know them."""

from collections.abc import Sequence
from datetime import datetime

from loyalty import programme
from loyalty.facts import Facts
from models import db

# Of each segment the newest snapshot counts, so that whoever left it is no longer in it.
_FACTS = """
SELECT wanted.id, standing.tier, standing.orders, standing.spent_fen, standing.first_paid_at,
       standing.last_paid_at,
       ARRAY(
           SELECT newest.slot
           FROM (SELECT DISTINCT ON (slot) slot, id FROM snapshot
                 WHERE taken_at <= $2 ORDER BY slot, on_day DESC) AS newest
           JOIN snapshot_member AS held
             ON held.snapshot_id = newest.id AND held.member_id = wanted.id
       ) AS segments
FROM unnest($1::bigint[]) AS wanted (id)
LEFT JOIN standing ON standing.member_id = wanted.id
"""


async def facts(member_ids: Sequence[int], *, at: datetime) -> dict[int, Facts]:
    """Return what rules may know of members; one without a standing is of the lowest tier."""
    tiers = (await programme.load()).tiers(at)
    found: dict[int, Facts] = {}
    for row in await db.fetch(_FACTS, sorted(set(member_ids)), at):
        tier = row["tier"] or tiers.tiers[0].code
        found[row["id"]] = Facts(
            member_id=row["id"],
            at=at,
            tier=tier,
            tier_rank=tiers.rank_of(tier),
            orders=row["orders"] or 0,
            spent_fen=row["spent_fen"] or 0,
            first_paid_at=row["first_paid_at"],
            last_paid_at=row["last_paid_at"],
            segments=frozenset(row["segments"]),
        )
    return found
