"""What is kept of members so that rules can ask: tier, figures and segments."""

from collections.abc import Sequence
from datetime import datetime

from loyalty import programme
from loyalty.calendar import day_of
from loyalty.facts import Facts
from models import db

_FACTS = """
SELECT member.id, standing.tier, coalesce(standing.orders, 0) AS orders,
       coalesce(standing.spent_fen, 0) AS spent_fen, standing.first_paid_at,
       standing.last_paid_at, ARRAY(
           SELECT newest.slot FROM (
               SELECT DISTINCT ON (slot) id, slot FROM snapshot WHERE on_day <= $2
               ORDER BY slot, on_day DESC
           ) AS newest
           JOIN snapshot_member ON snapshot_member.snapshot_id = newest.id
                               AND snapshot_member.member_id = member.id
       ) AS segments
FROM member LEFT JOIN standing ON standing.member_id = member.id
WHERE member.id = ANY($1::bigint[])
"""


async def facts(member_ids: Sequence[int], *, at: datetime) -> dict[int, Facts]:
    """Return what rules may know of each member; whoever is no member is left out."""
    tiers = (await programme.load()).tiers(at)
    rows = await db.fetch(_FACTS, list(member_ids), day_of(at))
    found = {}
    for row in rows:
        rank = tiers.rank_of(row["tier"] or "")
        found[row["id"]] = Facts(
            member_id=row["id"],
            at=at,
            tier=tiers.tiers[rank].code,
            tier_rank=rank,
            orders=row["orders"],
            spent_fen=row["spent_fen"],
            first_paid_at=row["first_paid_at"],
            last_paid_at=row["last_paid_at"],
            segments=frozenset(row["segments"]),
        )
    return found
