"""When pending points become available: the moment is planned here, the settle job keeps it."""

from collections.abc import Sequence
from datetime import datetime

from models import db

# Where a lot moved in a merge, what was earned waits in another, too.
_LOTS = """
SELECT key, lot.member_id, lot.number
FROM entry CROSS JOIN LATERAL (
    SELECT member_id, number FROM lot
    WHERE lot.member_id = entry.member_id AND lot.entry_number = entry.number
    UNION ALL
    SELECT moved.member_id, moved.number FROM lot AS earned
    JOIN lot AS moved ON moved.origin_member_id = earned.member_id
                     AND moved.origin_number = earned.number
    WHERE earned.member_id = entry.member_id AND earned.entry_number = entry.number
) AS lot
WHERE key = ANY($1::text[])
"""

_PLAN = f"""
UPDATE lot SET settles_at = planned.settles_at
FROM unnest($1::text[], $2::timestamptz[]) AS planned (earn_key, settles_at)
JOIN ({_LOTS}) AS held ON held.key = planned.earn_key
WHERE lot.member_id = held.member_id AND lot.number = held.number
  AND lot.settled_at IS NULL AND lot.settles_at IS DISTINCT FROM planned.settles_at
"""

_LOCK = f"""
SELECT member.id
FROM (SELECT DISTINCT member_id FROM ({_LOTS}) AS held) AS holder
JOIN member ON member.id = holder.member_id
ORDER BY member.id
FOR UPDATE OF member
"""


async def plan_settlement(planned: Sequence[tuple[str, datetime]]) -> None:
    """Set when the lots opened under these earn keys settle; settled ones stay as they are.

    Moves no points, so it makes no entry. Locks the members in id order: call it before ``record``
    in the same transaction.
    """
    if not planned:
        return
    keys = [key for key, _ in planned]
    async with db.transaction():
        await db.fetch(_LOCK, keys)
        await db.fetch(_PLAN, keys, [moment for _, moment in planned])
