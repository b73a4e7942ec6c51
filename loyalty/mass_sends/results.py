"""What became of a mass send: who of the staff confirmed it, whom it reached, reminders."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from loyalty.again import in_transaction
from loyalty.mass_sends.asking import end_sends
from models import MassSendKind, MassSendTargetState, db

LEASE = timedelta(minutes=2)
# How soon it is looked at again, by how long ago it was asked for; then nobody waits any more.
PACE = (
    (timedelta(hours=1), timedelta(minutes=1)),
    (timedelta(days=1), timedelta(minutes=15)),
    (timedelta(days=30), timedelta(hours=3)),
)
# The platform tells of those whom a confirmed one reached within minutes.
TOLD_WITHIN = timedelta(days=1)
REMINDERS = 3
REMINDED_EVERY = timedelta(days=1)


class Asked(Struct, frozen=True):
    """A task that a staff member was asked to send."""

    part_id: int
    corp_id: str
    kind: MassSendKind
    user_id: str
    msgid: str


class Result(Struct, frozen=True):
    """What became of one target, as the platform tells it."""

    address: str
    state: MassSendTargetState
    sent_at: datetime | None


_LOOK = """
UPDATE mass_send_part SET look_at = $2::timestamptz + $3::interval
FROM mass_send
WHERE mass_send.id = mass_send_id AND mass_send_part.id = ANY(ARRAY(
    SELECT id FROM mass_send_part WHERE look_at <= $2
    ORDER BY look_at, id LIMIT $4 FOR UPDATE SKIP LOCKED))
  AND corp_id = ANY($1::text[])
  AND (mass_send.state <> 'cancelled' OR mass_send_part.state = 'confirmed')
RETURNING mass_send_part.id, corp_id, kind, user_id, msgid
"""


async def to_look_at(corp_ids: Sequence[str], *, at: datetime, limit: int) -> list[Asked]:
    """Return the tasks whose results are due to be read; whoever dies leaves them to the next."""
    rows = await db.fetch(_LOOK, list(corp_ids), at, LEASE, limit)
    return _asked(rows)


async def look_now(send_id: int, *, at: datetime) -> None:
    """Let the results of a mass send be read as soon as may be."""
    await db.fetch(
        "UPDATE mass_send_part SET look_at = least(look_at, $2)"
        " WHERE mass_send_id = $1 AND look_at IS NOT NULL",
        send_id,
        at,
    )


_TELL = """
UPDATE mass_send_target SET state = told.state, sent_at = told.sent_at
FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS told (address, state, sent_at)
WHERE part_id = $1 AND mass_send_target.address = told.address
  AND mass_send_target.state = 'waiting' AND told.state <> 'waiting'
"""

_PART = """
UPDATE mass_send_part SET
    state = CASE WHEN $2::timestamptz IS NOT NULL THEN 'confirmed'
                 WHEN made_at + $4::interval <= $3 THEN 'over' ELSE state END,
    confirmed_at = coalesce($2, confirmed_at),
    look_at = CASE
        WHEN $2 IS NOT NULL AND NOT EXISTS (SELECT FROM mass_send_target
            WHERE part_id = $1 AND mass_send_target.state = 'waiting') THEN NULL
        WHEN $2 IS NOT NULL AND $2 + $5::interval <= $3 THEN NULL
        WHEN $2 IS NULL AND made_at + $4 <= $3 THEN NULL
        ELSE $3 + CASE WHEN made_at + $6::interval > $3 THEN $7::interval
                       WHEN made_at + $8::interval > $3 THEN $9::interval
                       ELSE $10::interval END END
WHERE id = $1 AND state IN ('waiting', 'confirmed') RETURNING mass_send_id
"""


async def tell(
    part_id: int, confirmed_at: datetime | None, results: Sequence[Result], *, at: datetime
) -> None:
    """Take over what the platform tells of a task; None of ``confirmed_at``: he has not sent it.

    What became of a target once stays so, however often it is told.
    """

    async def act() -> None:
        await db.fetch(
            _TELL,
            part_id,
            [one.address for one in results],
            [one.state.value for one in results],
            [one.sent_at for one in results],
        )
        (hour, soon), (day, later), (longest, seldom) = PACE
        rows = await db.fetch(
            _PART,
            part_id,
            confirmed_at,
            at,
            longest,
            TOLD_WITHIN,
            hour,
            soon,
            day,
            later,
            seldom,
        )
        await end_sends([row["mass_send_id"] for row in rows], at=at)

    await in_transaction(act)


_REMIND = """
SELECT mass_send_part.id, corp_id, kind, user_id, msgid
FROM mass_send_part JOIN mass_send ON mass_send.id = mass_send_id
WHERE mass_send_part.state = 'waiting' AND mass_send.state = 'under_way' AND reminders < $3
  AND corp_id = ANY($1::text[])
  AND coalesce(reminded_at, mass_send_part.made_at) <= $2::timestamptz - $4::interval
  AND ($5::bigint IS NULL OR mass_send_id = $5)
ORDER BY mass_send_part.id LIMIT 500
"""


async def to_remind(
    corp_ids: Sequence[str], *, at: datetime, send_id: int | None = None
) -> list[Asked]:
    """Return what staff were asked a day ago and have not sent; of one mass send, if it is told.

    Asked for one, by staff, who they were reminded of less than a day ago come, too.
    """
    every = timedelta(0) if send_id else REMINDED_EVERY
    rows = await db.fetch(_REMIND, list(corp_ids), at, REMINDERS, every, send_id)
    return _asked(rows)


async def reminded(part_id: int, *, at: datetime) -> None:
    """Keep that the platform reminded its staff member."""
    await db.fetch(
        "UPDATE mass_send_part SET reminders = reminders + 1, reminded_at = $2 WHERE id = $1",
        part_id,
        at,
    )


_TO_TAKE_BACK = """
SELECT mass_send_part.id, corp_id, kind, user_id, msgid
FROM mass_send_part JOIN mass_send ON mass_send.id = mass_send_id
WHERE mass_send_part.state = 'waiting' AND mass_send.state = 'cancelled'
  AND corp_id = ANY($1::text[]) ORDER BY mass_send_part.id LIMIT $2
"""


async def to_take_back(corp_ids: Sequence[str], *, limit: int) -> list[Asked]:
    """Return what staff were asked to send of mass sends that are cancelled."""
    return _asked(await db.fetch(_TO_TAKE_BACK, list(corp_ids), limit))


_TAKEN_BACK = """
WITH gone AS (
    UPDATE mass_send_part SET state = 'cancelled', look_at = NULL
    WHERE id = $1 AND state = 'waiting' RETURNING id
)
UPDATE mass_send_target SET state = 'cancelled'
WHERE part_id = ANY(ARRAY(SELECT id FROM gone)) AND state = 'waiting'
"""


async def taken_back(part_id: int) -> None:
    """Keep that its staff member is asked no more."""
    await db.fetch(_TAKEN_BACK, part_id)


def _asked(rows: Sequence[db.Row]) -> list[Asked]:
    return [Asked(row[0], row[1], MassSendKind(row[2]), row[3], row[4]) for row in rows]
