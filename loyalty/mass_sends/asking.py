"""Each part of a mass send is asked of the platform, once: it lists what it was asked for.

Whoever asked and did not hear the answer leaves the part as asked. The next one looks it up in the
platform's list, and asks again where it is not there. Leases run by the clock of the wire.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from loyalty.again import in_transaction
from models import MassSendKind, db

LEASE = timedelta(seconds=60)


class Part(Struct, frozen=True):
    """What one staff member is to be asked to send.

    ``asked_at``: it may have been asked since then, by one who did not hear the answer.
    ``is_cancelled``: if it was, it is to be taken back.
    """

    id: int
    mass_send_id: int
    corp_id: str
    kind: MassSendKind
    user_id: str
    text: str
    picture: str | None
    community_slot: str | None
    addresses: Sequence[str]
    asked_at: datetime | None
    is_cancelled: bool


_TAKE = """
WITH taken AS (
    SELECT mass_send_part.id, asked_at, mass_send.state = 'cancelled' AS is_cancelled
    FROM mass_send_part JOIN mass_send ON mass_send.id = mass_send_id
    WHERE mass_send_part.id = ANY(ARRAY(
        SELECT id FROM mass_send_part AS part
        WHERE state IN ('due', 'asked') AND leased_until <= $2
          AND EXISTS (SELECT FROM mass_send WHERE id = part.mass_send_id AND corp_id = ANY($1))
        ORDER BY leased_until, id LIMIT $4 FOR UPDATE SKIP LOCKED))
), asked AS (
    UPDATE mass_send_part SET state = 'asked', leased_until = $2::timestamptz + $3::interval,
        asked_at = coalesce(mass_send_part.asked_at, $2)
    FROM taken WHERE mass_send_part.id = taken.id
    RETURNING mass_send_part.id, mass_send_id, user_id
)
SELECT asked.id, mass_send_id, corp_id, kind, user_id, text, picture, community_slot,
       ARRAY(SELECT address FROM mass_send_target
             WHERE part_id = asked.id AND mass_send_target.state = 'waiting' ORDER BY id),
       taken.asked_at, is_cancelled
FROM asked JOIN taken USING (id) JOIN mass_send ON mass_send.id = mass_send_id ORDER BY asked.id
"""


async def take(corp_ids: Sequence[str], *, moment: datetime, limit: int) -> list[Part]:
    """Take parts that are to be asked within ``LEASE``, the longest waiting first."""
    rows = await db.fetch(_TAKE, list(corp_ids), moment, LEASE, limit)
    return [Part(row[0], row[1], row[2], MassSendKind(row[3]), *tuple(row)[4:]) for row in rows]


_MADE = """
UPDATE mass_send_part SET state = 'waiting', msgid = $2, made_at = $3, look_at = $3
WHERE id = $1 AND state = 'asked' RETURNING id
"""

_UNREACHED = """
UPDATE mass_send_target SET state = $3
WHERE part_id = $1 AND state = 'waiting' AND ($2::text[] IS NULL OR address = ANY($2))
"""

_REFUSED = """
UPDATE mass_send_part SET state = $2, error = $3 WHERE id = $1 AND state = 'asked'
RETURNING mass_send_id
"""


async def made(part_id: int, msgid: str, failed: Collection[str], *, at: datetime) -> None:
    """Keep that the platform has asked the staff member, and whom it reaches not at all."""

    async def act() -> None:
        if await db.fetch(_MADE, part_id, msgid, at) and failed:
            await db.fetch(_UNREACHED, part_id, list(failed), "unreachable")

    await in_transaction(act)


async def refused(part_id: int, error: str, *, at: datetime, is_over_quota: bool = False) -> None:
    """Keep that the platform asks nobody; ``is_over_quota``: its targets had as many as they may.

    ``error`` is the platform's code.
    """

    async def act() -> None:
        rows = await db.fetch(_REFUSED, part_id, "refused", error)
        state = "over_quota" if is_over_quota else "unreachable"
        await db.fetch(_UNREACHED, part_id, None, state)
        await end_sends([row["mass_send_id"] for row in rows], at=at)

    await in_transaction(act)


async def never_asked(part_id: int) -> None:
    """Keep that a part of a cancelled mass send was never asked."""

    async def act() -> None:
        await db.fetch(_REFUSED, part_id, "cancelled", None)
        await db.fetch(_UNREACHED, part_id, None, "cancelled")

    await in_transaction(act)


async def known(msgids: Collection[str]) -> set[str]:
    """Return which of these tasks of the platform are known."""
    rows = await db.fetch(
        "SELECT msgid FROM mass_send_part WHERE msgid = ANY($1::text[])", list(msgids)
    )
    return {row["msgid"] for row in rows}


_END = """
UPDATE mass_send SET state = 'done', ended_at = $2
WHERE id = ANY($1::bigint[]) AND state = 'under_way' AND NOT EXISTS (
    SELECT FROM mass_send_part WHERE mass_send_id = mass_send.id
      AND (state IN ('due', 'asked', 'waiting') OR state = 'confirmed' AND look_at IS NOT NULL))
"""


async def end_sends(send_ids: Collection[int], *, at: datetime) -> None:
    """Let mass sends be over of which nothing more is to come."""
    if send_ids:
        await db.fetch(_END, list(send_ids), at)
