"""Which tier a member held when, and who a customer was then: facts that no later change moves."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from models import db

# A tier that somebody begins with needs no row: where none is, she held the lowest.
_NOTE = """
INSERT INTO held_tier (member_id, since, tier)
SELECT member_id, tier_since, tier FROM standing
WHERE member_id = ANY($1::bigint[])
  AND (tier <> $2 OR EXISTS (SELECT FROM held_tier AS before
                             WHERE before.member_id = standing.member_id))
ORDER BY member_id
ON CONFLICT (member_id, since) DO UPDATE SET tier = excluded.tier
WHERE held_tier.tier <> excluded.tier
"""

# By merges as they stood at each moment, undone since or not. Each customer is looked up by the
# index: the planner would read the whole of both tables.
_HISTORY = """
WITH RECURSIVE path (customer_id, holder_id, depth, from_at, until_at) AS (
    SELECT id, id, 0, NULL::timestamptz, NULL::timestamptz FROM unnest($1::bigint[]) AS wanted (id)
    UNION ALL
    SELECT customer_id, root_id, depth + 1, greatest(from_at, merged_at),
           least(until_at, undone_at)
    FROM path CROSS JOIN LATERAL (SELECT * FROM merge WHERE other_id = holder_id OFFSET 0) AS led
    WHERE (until_at IS NULL OR merged_at < until_at)
      AND (from_at IS NULL OR undone_at IS NULL OR undone_at > from_at)
)
SELECT customer_id, holder_id, from_at, until_at, since, tier
FROM path LEFT JOIN LATERAL (
    SELECT since, tier FROM held_tier WHERE member_id = holder_id OFFSET 0
) AS held ON true
WHERE depth > 0 OR since IS NOT NULL ORDER BY depth, since
"""


async def note(member_ids: Sequence[int], *, lowest: str) -> None:
    """Keep the tiers that these members have since they were derived, where they changed."""
    await db.fetch(_NOTE, list(member_ids), lowest)


async def held(wanted: Iterable[tuple[int, datetime]]) -> list[tuple[int, str | None]]:
    """Return as which member each customer went at a moment, and the tier that one held then.

    None is the lowest. Who paid a moment after another order of hers has the tier that was known
    then, not the one that it led to when it was counted.
    """
    asked = list(wanted)
    if not asked:
        return []
    rows = await db.fetch(_HISTORY, sorted({customer_id for customer_id, _ in asked}))
    if not rows:
        return [(customer_id, None) for customer_id, _ in asked]
    by_customer: dict[int, list[db.Row]] = {}
    for row in rows:
        by_customer.setdefault(row["customer_id"], []).append(row)
    return [_at(customer_id, by_customer.get(customer_id, ()), at) for customer_id, at in asked]


def _at(customer_id: int, rows: Iterable[db.Row], at: datetime) -> tuple[int, str | None]:
    """Follow the merges that stood at a moment, then take the newest tier before it."""
    holder, tier = customer_id, None
    for row in rows:
        if not _stood(row, at):
            continue
        if row["holder_id"] != holder:
            holder, tier = row["holder_id"], None
        if row["since"] is not None and row["since"] <= at:
            tier = row["tier"]
    return holder, tier


def _stood(row: db.Row, at: datetime) -> bool:
    has_begun = row["from_at"] is None or row["from_at"] <= at
    return has_begun and (row["until_at"] is None or at < row["until_at"])
