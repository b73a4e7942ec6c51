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

# By the merges that stood at the moment, undone since or not: the last leads to whom she was.
_HELD = """
WITH RECURSIVE path (place, at, holder_id, depth) AS (
    SELECT place, at, id, 0
    FROM unnest($1::bigint[], $2::timestamptz[]) WITH ORDINALITY AS wanted (id, at, place)
    UNION ALL
    SELECT place, at, root_id, depth + 1
    FROM path CROSS JOIN LATERAL (
        SELECT root_id FROM merge
        WHERE other_id = holder_id AND merged_at <= at AND (undone_at IS NULL OR undone_at > at)
        LIMIT 1
    ) AS led
)
SELECT DISTINCT ON (place) place, holder_id, tier
FROM path LEFT JOIN LATERAL (
    SELECT tier FROM held_tier WHERE member_id = holder_id AND since <= at
    ORDER BY since DESC LIMIT 1
) AS held ON true
WHERE depth > 0 OR tier IS NOT NULL ORDER BY place, depth DESC
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
    found: list[tuple[int, str | None]] = [(customer_id, None) for customer_id, _ in asked]
    for row in await db.fetch(_HELD, [one for one, _ in asked], [at for _, at in asked]):
        found[row["place"] - 1] = row["holder_id"], row["tier"]
    return found
