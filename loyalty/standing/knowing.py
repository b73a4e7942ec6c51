"""What rules may know of members, read in one statement."""

from collections.abc import Sequence
from datetime import datetime

from loyalty import programme
from loyalty.errors import NotFound
from loyalty.facts import Facts
from loyalty.policies.tiers import Tiers
from loyalty.programme import Programme
from models import db

_FACTS = """
SELECT member.id, standing.tier, coalesce(standing.orders, 0) AS orders,
       coalesce(standing.spent_fen, 0) AS spent_fen, standing.first_paid_at, standing.last_paid_at,
       ARRAY(SELECT newest.slot FROM (
                 SELECT DISTINCT ON (slot) id, slot FROM snapshot
                 WHERE taken_at <= $2 ORDER BY slot, on_day DESC
             ) AS newest JOIN snapshot_member ON snapshot_id = newest.id
             WHERE member_id = member.id) AS segments
FROM member LEFT JOIN standing ON standing.member_id = member.id
WHERE member.id = ANY($1::bigint[])
"""


async def facts(
    member_ids: Sequence[int], *, at: datetime, rules: Programme | None = None
) -> dict[int, Facts]:
    """Return what is known of each member; whoever is no member is left out.

    A member of whom nothing was derived yet is in the lowest tier. ``rules`` are those that the
    caller has read already.
    """
    tiers = (rules or await programme.load()).tiers(at)
    rows = await db.fetch(_FACTS, list(member_ids), at)
    return {row["id"]: _facts(row, tiers, at=at) for row in rows}


async def facts_of(member_id: int, *, at: datetime, rules: Programme | None = None) -> Facts:
    """Return what is known of one member.

    Raises:
        NotFound: ``no_such_member``.
    """
    found = await facts([member_id], at=at, rules=rules)
    if member_id not in found:
        raise NotFound("no_such_member")
    return found[member_id]


def _facts(row: db.Row, tiers: Tiers, *, at: datetime) -> Facts:
    rank = tiers.rank_of(row["tier"] or "")
    return Facts(
        member_id=row["id"],
        at=at,
        tier=tiers.tiers[rank].code,
        tier_rank=rank,
        orders=row["orders"],
        spent_fen=row["spent_fen"],
        first_paid_at=row["first_paid_at"],
        last_paid_at=row["last_paid_at"],
        segments=frozenset(row["segments"]),
        tiers=tiers,
    )
