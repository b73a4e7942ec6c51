"""A member leaves the pages of platforms by our own side; each is told until it has heard it."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.again import in_transaction
from loyalty.roots import ids_of
from models import db

_HERS = ids_of("$1::bigint")
_HOLD = "SELECT FROM member WHERE id = $1 FOR UPDATE"
_END = f"""
UPDATE pass_binding SET ended_at = greatest($2, confirmed_at), end_to_tell = true
WHERE ended_at IS NULL AND customer_id = ANY({_HERS}) RETURNING connection_id, value
"""
_LEAVE = """
INSERT INTO pass_leaving AS known (connection_id, value, left_at)
SELECT *, $3 FROM unnest($1::bigint[], $2::text[])
ON CONFLICT (connection_id, value)
DO UPDATE SET left_at = greatest(known.left_at, excluded.left_at)
"""
# The names that passes gave us; an openid she has by signing in herself.
_FORGET = f"""
DELETE FROM identity WHERE kind IN ('tmall_ouid', 'douyin_open_id') AND value = ANY($2::text[])
  AND customer_id = ANY({_HERS})
"""
_TO_TELL = """
SELECT id, value FROM pass_binding AS ended
WHERE connection_id = $1 AND end_to_tell
  AND NOT EXISTS (SELECT FROM pass_binding AS standing
                  WHERE standing.connection_id = $1 AND standing.value = ended.value
                    AND standing.ended_at IS NULL)
ORDER BY id LIMIT $2
"""
# The name of one whose account was deleted is forgotten with it.
_TOLD = """
UPDATE pass_binding SET end_to_tell = false,
    value = CASE WHEN EXISTS (SELECT FROM member WHERE member.id = customer_id
                              AND deleted_at IS NOT NULL)
                 THEN 'deleted:' || id ELSE value END
WHERE id = ANY($1::bigint[])
"""


class EndToTell(Struct, frozen=True):
    """A binding that ended by our side; ``name`` is the platform's for her."""

    binding_id: int
    name: str


async def leave(customer_id: int, *, at: datetime) -> int:
    """Let no platform show a customer any more; return how many did. What she has stays hers.

    Her later orders there are nobody's until she binds again.
    """
    # platforms tell their moments in whole seconds
    at = at.replace(microsecond=0)

    async def end() -> int:
        await db.fetch(_HOLD, customer_id)
        rows = await db.fetch(_END, customer_id, at)
        values = [row["value"] for row in rows]
        await db.fetch(_LEAVE, [row["connection_id"] for row in rows], values, at)
        await db.fetch(_FORGET, customer_id, values)
        return len(rows)

    return await in_transaction(end)


async def ends_to_tell(connection_id: int, *, limit: int) -> list[EndToTell]:
    """Return bindings of a pass that ended by our side, of which its platform was not told.

    Whoever is bound again meanwhile is none of them.
    """
    rows = await db.fetch(_TO_TELL, connection_id, limit)
    return [EndToTell(row["id"], row["value"]) for row in rows]


async def ends_told(ends: Sequence[EndToTell]) -> None:
    """Note that a platform was told of these."""
    await db.fetch(_TOLD, [one.binding_id for one in ends])
