"""Who waits to be derived again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.calendar import day_of
from models import db


class Changed(Struct, frozen=True):
    """A member who waits, at the turn that was read: the transaction that changed her last."""

    member_id: int
    turn: int


# In the order of ids, so that two batches that share members do not deadlock. A turn never comes
# again: whoever was let go and changes anew is not let go by who read her before.
_CHANGED = """
INSERT INTO changed_member (member_id, turn)
SELECT id, pg_current_xact_id()::text::bigint FROM unnest($1::bigint[]) AS wanted (id) ORDER BY id
ON CONFLICT (member_id) DO UPDATE SET turn = excluded.turn
"""

# Those who wait already, too: who derives them at this moment may have read the rules of before.
_EVERYONE = """
INSERT INTO changed_member (member_id, turn)
SELECT member_id, pg_current_xact_id()::text::bigint
FROM (SELECT member_id FROM standing UNION SELECT member_id FROM changed_member) AS known
ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET turn = excluded.turn
RETURNING member_id
"""

_SINCE = """
INSERT INTO changed_member (member_id, turn)
SELECT member_id, pg_current_xact_id()::text::bigint FROM standing
WHERE changes_on <= $1 OR derived_at < (
    SELECT max(moment) FROM rule_version CROSS JOIN LATERAL unnest(ARRAY[starts_at, ends_at]) moment
    WHERE slot = 'tiers' AND moment <= $2)
ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET turn = excluded.turn
RETURNING member_id
"""


async def changed(member_ids: Iterable[int]) -> None:
    """Note that something of these members changed; joins the caller's transaction."""
    wanted = sorted(set(member_ids))
    if wanted:
        await db.fetch(_CHANGED, wanted)


async def changed_since(*, at: datetime) -> int:
    """Note that time alone changed these: what left their window, what lasted until now.

    So it did where tiers began or ended of which it was said beforehand.
    """
    return len(await db.fetch(_SINCE, day_of(at), at))


async def everyone_changed() -> int:
    """Note that the rules changed by which all are derived; joins the caller's transaction."""
    return len(await db.fetch(_EVERYONE))


async def waiting(limit: int) -> list[Changed]:
    """Return members who wait, in no promised order."""
    rows = await db.fetch("SELECT member_id, turn FROM changed_member LIMIT $1", limit)
    return [Changed(row["member_id"], row["turn"]) for row in rows]


async def forget(done: Sequence[Changed]) -> None:
    """Let members go whose turn is still the one that was read; the others wait on."""
    await db.fetch(
        "DELETE FROM changed_member USING unnest($1::bigint[], $2::bigint[]) AS done (id, turn)"
        " WHERE member_id = done.id AND changed_member.turn = done.turn",
        [one.member_id for one in done],
        [one.turn for one in done],
    )
