"""When pending points become available: the moment is planned here, the settle job keeps it."""

from collections.abc import Sequence
from datetime import datetime

from models import db

_PLAN = """
UPDATE lot SET settles_at = planned.settles_at
FROM unnest($1::text[], $2::timestamptz[]) AS planned (earn_key, settles_at)
JOIN entry ON entry.key = planned.earn_key
WHERE lot.member_id = entry.member_id AND lot.entry_number = entry.number
  AND lot.settled_at IS NULL AND lot.settles_at IS DISTINCT FROM planned.settles_at
"""

_LOCK = """
SELECT member.id
FROM (SELECT DISTINCT member_id FROM entry WHERE key = ANY($1::text[])) AS earner
JOIN member ON member.id = earner.member_id
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
