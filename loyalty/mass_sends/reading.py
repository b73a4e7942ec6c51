"""Mass sends as staff read them: the newest, one with its staff, each target."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from models import MassSendKind, MassSendPartState, MassSendState, MassSendTargetState, db


class FullMassSend(Struct, frozen=True):
    """A mass send with what became of it; the last are counts of targets, ``joined`` of members."""

    id: int
    uuid: UUID
    corp_id: str
    kind: MassSendKind
    name: str
    text: str
    picture: str | None
    audience: str
    community_slot: str | None
    slot: str | None
    state: MassSendState
    not_before: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    by: str | None
    cancelled_by: str | None
    members: int
    no_contacts: int
    unwilling: int
    over_quota: int
    not_invited: int
    targets: int
    sent: int
    waiting: int
    failed: int
    joined: int


class FullPart(Struct, frozen=True):
    """What one staff member was asked; ``staff`` is the name of who has an account here."""

    id: int
    user_id: str
    staff: str | None
    state: MassSendPartState
    error: str | None
    confirmed_at: datetime | None
    reminders: int
    targets: int
    sent: int
    failed: int


class FullTarget(Struct, frozen=True):
    """What became of one contact or group; ``name`` is the group's."""

    user_id: str
    staff: str | None
    member_uuid: UUID | None
    name: str | None
    state: MassSendTargetState
    sent_at: datetime | None


_COUNTS = """
count(target.id) AS targets,
count(*) FILTER (WHERE target.state = 'sent') AS sent,
count(*) FILTER (WHERE target.state = 'waiting') AS waiting,
count(*) FILTER (WHERE target.state IN ('no_contact', 'over_quota', 'unreachable')) AS failed
"""

# Who came into the group after she was invited by it.
_SENDS = f"""
SELECT send.id, send.uuid, corp_id, kind, send.name, text, picture, audience, community_slot, slot,
       send.state, not_before, begun_at, send.ended_at, made.name AS by,
       ended.name AS cancelled_by, members, no_contacts, unwilling, over_quota, not_invited,
       counts.targets, counts.sent, counts.waiting, counts.failed,
       CASE WHEN community_slot IS NULL OR begun_at IS NULL THEN 0 ELSE (
           SELECT count(DISTINCT target.member_id)
           FROM mass_send_part AS part JOIN mass_send_target AS target ON part_id = part.id
           JOIN customer ON coalesce(merged_into_id, customer.id) = target.member_id
           JOIN community_member ON customer_id = customer.id AND left_at IS NULL
           JOIN community ON community.id = community_id AND community.slot = community_slot
           WHERE mass_send_id = send.id AND joined_at >= date_trunc('second', begun_at)
       ) END AS joined
FROM mass_send AS send
LEFT JOIN staff_member AS made ON made.id = made_by
LEFT JOIN staff_member AS ended ON ended.id = cancelled_by
CROSS JOIN LATERAL (
    SELECT {_COUNTS} FROM mass_send_part AS part JOIN mass_send_target AS target
      ON part_id = part.id WHERE mass_send_id = send.id) AS counts
"""


async def newest(*, limit: int, offset: int = 0) -> list[FullMassSend]:
    """Return mass sends, those that are to come first, then by when they began."""
    rows = await db.fetch(
        _SENDS + "WHERE send.id = ANY(ARRAY(SELECT id FROM mass_send"
        " ORDER BY state <> 'planned', not_before DESC, id DESC LIMIT $1 OFFSET $2))"
        " ORDER BY send.state <> 'planned', not_before DESC, send.id DESC",
        limit,
        offset,
    )
    return [_send(row) for row in rows]


async def full(send_id: int) -> FullMassSend:
    """Return a mass send."""
    (row,) = await db.fetch(_SENDS + "WHERE send.id = $1", send_id)
    return _send(row)


def _send(row: db.Row) -> FullMassSend:
    told = dict(row)
    told["kind"], told["state"] = MassSendKind(told["kind"]), MassSendState(told["state"])
    return FullMassSend(**told)


_PARTS = f"""
SELECT part.id, part.user_id,
       (SELECT name FROM staff_member WHERE wecom_user_id = part.user_id LIMIT 1) AS staff,
       part.state, part.error, part.confirmed_at, part.reminders,
       counts.targets, counts.sent, counts.failed
FROM mass_send_part AS part
CROSS JOIN LATERAL (
    SELECT {_COUNTS} FROM mass_send_target AS target WHERE part_id = part.id) AS counts
WHERE mass_send_id = $1 ORDER BY part.state <> 'waiting', counts.targets DESC, part.id LIMIT 500
"""


async def parts(send_id: int) -> list[FullPart]:
    """Return what each of the staff was asked; those who have not sent it come first."""
    return [
        FullPart(row[0], row[1], row[2], MassSendPartState(row[3]), *tuple(row)[4:])
        for row in await db.fetch(_PARTS, send_id)
    ]


async def names_of_staff(user_ids: Sequence[str]) -> dict[str, str]:
    """Return the names of those of the staff who have an account here, by their user ids."""
    rows = await db.fetch(
        "SELECT wecom_user_id, name FROM staff_member WHERE wecom_user_id = ANY($1::text[])",
        list(user_ids),
    )
    return {row["wecom_user_id"]: row["name"] for row in rows}


_TARGETS = """
SELECT user_id, (SELECT name FROM staff_member WHERE wecom_user_id = user_id LIMIT 1) AS staff,
       customer.uuid, community.name, target.state, sent_at, target.id
FROM mass_send_part AS part JOIN mass_send_target AS target ON part_id = part.id
JOIN mass_send ON mass_send.id = mass_send_id
LEFT JOIN customer ON customer.id = target.member_id
LEFT JOIN community ON community.corp_id = mass_send.corp_id AND chat_id = address
WHERE mass_send_id = $1 AND target.id > $2 ORDER BY target.id LIMIT $3
"""
PAGE = 1000


async def targets(send_id: int, *, limit: int, after: int = 0) -> list[tuple[int, FullTarget]]:
    """Return what became of each target, by their numbers, from after one of them on."""
    rows = await db.fetch(_TARGETS, send_id, after, limit)
    return [
        (row[6], FullTarget(row[0], row[1], row[2], row[3], MassSendTargetState(row[4]), row[5]))
        for row in rows
    ]


async def pages(send_id: int) -> AsyncIterator[Sequence[FullTarget]]:
    """Go through all targets, a page at a time."""
    after = 0
    while found := await targets(send_id, limit=PAGE, after=after):
        after = found[-1][0]
        yield [one for _, one in found]


async def waiting_for(user_id: str) -> int:
    """Return how many mass sends a staff member has not confirmed yet."""
    rows = await db.fetch(
        "SELECT count(*) AS parts FROM mass_send_part WHERE user_id = $1 AND state = 'waiting'",
        user_id,
    )
    return int(rows[0]["parts"])
