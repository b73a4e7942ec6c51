"""Inbound events: stored before they are answered, claimed once, worked or parked.

An event's key is the platform's own id for it. Who stores it first has taken it: with its reply, or
claimed to be worked. A retry finds the reply that was given, or waits for it, or takes over when
the claim's lease has run out.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import astuple

from models import EventState, db

LEASE = timedelta(seconds=5)
ATTEMPTS = 3


class Arrival(Struct, frozen=True):
    """One event as it came in. ``reply`` is its answer where nothing has to be done for it."""

    connection_id: int
    event_key: str
    kind: str
    sender: str
    body: bytes
    nonce: str | None
    reply: bytes | None = None


_TAKE = """
INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, nonce, reply, state,
                           claimed_until, worked_at, attempts, received_at)
SELECT connection_id, event_key, kind, sender, body, nonce, reply,
       CASE WHEN reply IS NULL THEN 'claimed' ELSE 'worked' END,
       CASE WHEN reply IS NULL THEN clock_timestamp() + $9::interval END,
       CASE WHEN reply IS NOT NULL THEN $8::timestamptz END, 1, $8
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[],
            $7::bytea[])
     AS taken (connection_id, event_key, kind, sender, body, nonce, reply)
ORDER BY connection_id, event_key
ON CONFLICT DO NOTHING
RETURNING connection_id, event_key, id
"""


async def take(arrivals: Sequence[Arrival], *, at: datetime) -> list[int | None]:
    """Store events and return their ids; None for one that came before, or whose nonce did.

    One with its reply is worked by that; any other is claimed for ``LEASE``, the caller's to work.
    One statement for the batch; of equal events in it the first is taken.
    """
    first = {_name(arrival): arrival for arrival in reversed(arrivals)}
    columns = zip(*map(astuple, first.values()), strict=True)
    rows = await db.fetch(_TAKE, *columns, at, LEASE)
    ids = {(connection_id, event_key): event_id for connection_id, event_key, event_id in rows}
    return [
        ids.get(name) if first[name := _name(arrival)] is arrival else None for arrival in arrivals
    ]


async def store(arrivals: Sequence[Arrival], *, at: datetime) -> int:
    """Store events that are answered before they are worked; return how many are new.

    A worker takes them by ``take_left``.
    """
    rows = await db.fetch(
        "INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, nonce, state,"
        " claimed_until, attempts, received_at)"
        " SELECT *, 'received', clock_timestamp(), 0, $7 FROM unnest($1::bigint[], $2::text[],"
        "  $3::text[], $4::text[], $5::bytea[], $6::text[])"
        " ON CONFLICT DO NOTHING RETURNING id",
        *(
            [getattr(one, name) for one in arrivals]
            for name in ("connection_id", "event_key", "kind", "sender", "body", "nonce")
        ),
        at,
    )
    return len(rows)


_STORE_CALL = """
WITH call AS (
    INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, nonce, state,
                               attempts, received_at, worked_at)
    VALUES ($1, 'call:' || $2, 'call', '', '', $2, 'worked', 0, $3, $3)
    ON CONFLICT DO NOTHING RETURNING id
), new AS (
    INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, state, claimed_until,
                               attempts, received_at)
    SELECT $1, event_key, kind, sender, body, 'received', clock_timestamp(), 0, $3
    FROM unnest($4::text[], $5::text[], $6::text[], $7::bytea[])
         AS told (event_key, kind, sender, body)
    WHERE EXISTS (SELECT FROM call)
    ORDER BY event_key
    ON CONFLICT DO NOTHING RETURNING id
)
SELECT (SELECT count(*) FROM call) AS calls, (SELECT count(*) FROM new) AS events
"""


async def store_call(
    arrivals: Sequence[Arrival], *, connection_id: int, nonce: str, at: datetime
) -> int | None:
    """Store the events of one call and return how many are new; None where its nonce came before.

    The nonce stands in a row of its own, of kind ``call``. One statement; a worker takes the events
    by ``take_left``.
    """
    columns = ("event_key", "kind", "sender", "body")
    (row,) = await db.fetch(
        _STORE_CALL,
        connection_id,
        nonce,
        at,
        *([getattr(one, name) for one in arrivals] for name in columns),
    )
    return int(row["events"]) if row["calls"] else None


def _name(arrival: Arrival) -> tuple[int, str]:
    return arrival.connection_id, arrival.event_key


async def take_over(arrival: Arrival) -> int | None:
    """Claim an event whose claim ran out, because its process died; None while it is held."""
    rows = await db.fetch(
        "UPDATE inbound_event SET state = 'claimed', attempts = attempts + 1,"
        " claimed_until = clock_timestamp() + $3::interval"
        " WHERE connection_id = $1 AND event_key = $2 AND state IN ('received', 'claimed')"
        " AND claimed_until <= clock_timestamp() RETURNING id",
        arrival.connection_id,
        arrival.event_key,
        LEASE,
    )
    return rows[0]["id"] if rows else None


async def keep_nonce(arrival: Arrival, *, at: datetime) -> None:
    """Keep a retry's own nonce in a row without a message, so that no other event comes with it."""
    await db.fetch(
        "INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, nonce, state,"
        " received_at, worked_at) VALUES ($1, 'retry:' || $2, 'retry', $3, '', $2, 'worked', $4,"
        " $4) ON CONFLICT DO NOTHING",
        arrival.connection_id,
        arrival.nonce,
        arrival.sender,
        at,
    )


async def stands(arrival: Arrival) -> tuple[EventState, bytes | None] | None:
    """Return state and reply of an event; None where it is not stored."""
    rows = await db.fetch(
        "SELECT state, reply FROM inbound_event WHERE connection_id = $1 AND event_key = $2",
        arrival.connection_id,
        arrival.event_key,
    )
    return (EventState(rows[0]["state"]), rows[0]["reply"]) if rows else None


async def renew(event_ids: Collection[int]) -> None:
    """Hold claimed events for another lease."""
    await db.fetch(
        "UPDATE inbound_event SET claimed_until = clock_timestamp() + $2::interval"
        " WHERE id = ANY($1::bigint[]) AND state = 'claimed'",
        list(event_ids),
        LEASE,
    )


async def rewrite(event_id: int, body: bytes) -> None:
    """Keep something else of a claimed event from now on, in the caller's transaction."""
    await db.fetch(
        "UPDATE inbound_event SET body = $2 WHERE id = $1 AND state = 'claimed'", event_id, body
    )


async def give_back(event_ids: Collection[int], *, again_after: timedelta) -> None:
    """Let claimed events wait a while: nothing is wrong with them, so no attempt is counted."""
    await db.fetch(
        "UPDATE inbound_event SET state = 'received', attempts = greatest(attempts - 1, 0),"
        " claimed_until = clock_timestamp() + $2::interval"
        " WHERE id = ANY($1::bigint[]) AND state = 'claimed'",
        list(event_ids),
        again_after,
    )


async def reply_of(event_id: int) -> bytes | None:
    """Return the stored reply of an event."""
    rows = await db.fetch("SELECT reply FROM inbound_event WHERE id = $1", event_id)
    reply: bytes | None = rows[0]["reply"] if rows else None
    return reply


async def replace_reply(event_id: int, reply: bytes) -> None:
    """Let a retry of a worked event get another reply than the one that was stored."""
    await db.fetch(
        "UPDATE inbound_event SET reply = $2 WHERE id = $1 AND state = 'worked'", event_id, reply
    )


async def keep_reply(event_id: int, reply: bytes) -> None:
    """Keep what a claimed event is to be answered, before that is sent."""
    await db.fetch(
        "UPDATE inbound_event SET reply = $2 WHERE id = $1 AND state = 'claimed'", event_id, reply
    )


async def work_done(replies: Sequence[tuple[int, bytes]], *, at: datetime) -> list[bool]:
    """Store the replies of worked events; False where another process was faster."""
    rows = await db.fetch(
        "UPDATE inbound_event SET state = 'worked', reply = done.reply, worked_at = $3,"
        " claimed_until = NULL"
        " FROM unnest($1::bigint[], $2::bytea[]) AS done (id, reply)"
        " WHERE inbound_event.id = done.id AND state IN ('received', 'claimed')"
        " RETURNING inbound_event.id",
        [event_id for event_id, _ in replies],
        [reply for _, reply in replies],
        at,
    )
    ended = {row["id"] for row in rows}
    return [event_id in ended for event_id, _ in replies]


async def work_failed(
    event_id: int, error: str, *, at: datetime, again_after: timedelta = timedelta()
) -> None:
    """Give an event back with its error, to be taken again after a while, or at once.

    After ``ATTEMPTS`` it is parked for a person to see.
    """
    await db.fetch(
        "UPDATE inbound_event SET error = $2, claimed_until = clock_timestamp() + $5::interval,"
        " state = CASE WHEN attempts >= $4 THEN 'parked' ELSE 'received' END,"
        " worked_at = CASE WHEN attempts >= $4 THEN $3::timestamptz END"
        " WHERE id = $1 AND state = 'claimed'",
        event_id,
        error,
        at,
        ATTEMPTS,
        again_after,
    )


async def drop_if_parked(event_id: int) -> None:
    """Set an event aside for good where it is out of tries, and keep nothing of it."""
    await db.fetch(
        "UPDATE inbound_event SET state = 'dropped', body = '', reply = NULL"
        " WHERE id = $1 AND state = 'parked'",
        event_id,
    )


class Left(Struct, frozen=True):
    """An event that a process left behind, claimed anew."""

    event_id: int
    connection_id: int
    body: bytes


# Open is what was not worked: a claim changes no column of an index, so that it writes none.
_TAKE_LEFT = """
WITH left_behind AS (
    SELECT id, attempts FROM inbound_event
    WHERE connection_id = ANY($1::bigint[]) AND worked_at IS NULL
      AND claimed_until <= clock_timestamp() ORDER BY received_at, id LIMIT $3
    FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE inbound_event SET attempts = inbound_event.attempts + 1,
        state = CASE WHEN left_behind.attempts >= $5 THEN 'parked' ELSE 'claimed' END,
        error = CASE WHEN left_behind.attempts >= $5
                     THEN coalesce(error, 'the process that worked it died') ELSE error END,
        worked_at = CASE WHEN left_behind.attempts >= $5 THEN $2::timestamptz END,
        claimed_until = clock_timestamp() + $4::interval
    FROM left_behind WHERE inbound_event.id = left_behind.id
    RETURNING inbound_event.id, connection_id, body, state
)
SELECT id, connection_id, body FROM taken WHERE state = 'claimed'
"""

# The set is sorted before the locks are taken: whoever wants some of the same waits and no more.
_LOCK = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(sender, connection_id) AS key
    FROM unnest($1::bigint[], $2::text[]) AS wanted (connection_id, sender) ORDER BY key
) AS wanted
"""

_WORKED_OR_WAITING = """
SELECT event.id, event.connection_id, event.body, event.state
FROM unnest($1::bigint[], $2::text[]) AS wanted (connection_id, sender)
CROSS JOIN LATERAL (
    SELECT * FROM inbound_event
    WHERE sender = wanted.sender AND connection_id = wanted.connection_id AND kind = $3
      AND (state = 'worked' OR state = 'parked' AND split_part(error, ' ', 1) = $4)
    OFFSET 0 FOR NO KEY UPDATE
) AS event
ORDER BY event.id
"""

_END = """
UPDATE inbound_event
SET state = CASE WHEN ended.reason IS NULL THEN 'worked' ELSE 'parked' END,
    error = ended.reason, worked_at = $3, claimed_until = NULL,
    body = coalesce(ended.body, inbound_event.body)
FROM unnest($1::bigint[], $2::text[], $4::bytea[]) AS ended (id, reason, body)
WHERE inbound_event.id = ended.id
"""

Sender = tuple[int, str]


async def take_left(connection_ids: Sequence[int], *, limit: int, at: datetime) -> list[Left]:
    """Claim events of these connections whose claim ran out; those out of attempts are parked."""
    rows = await db.fetch(_TAKE_LEFT, list(connection_ids), at, limit, LEASE, ATTEMPTS)
    return [Left(*row) for row in rows]


async def are_waiting(at_least: int) -> bool:
    """Say whether so many events wait to be claimed, of whatever connection."""
    rows = await db.fetch(
        "SELECT count(*) AS events FROM (SELECT FROM inbound_event WHERE worked_at IS NULL"
        " AND claimed_until <= clock_timestamp() LIMIT $1) AS waiting",
        at_least,
    )
    return bool(rows[0]["events"] >= at_least)


async def hold(events: Sequence[Left], senders: Collection[Sender]) -> list[Left]:
    """Return those of the claimed events that nobody else has ended meanwhile, in their order.

    Until the caller's transaction ends, nobody else works events of these senders (connection id
    and sender).
    """
    await db.fetch(_LOCK, *_columns(senders))
    rows = await db.fetch(
        "SELECT id FROM inbound_event WHERE id = ANY($1::bigint[]) AND state = 'claimed'",
        [event.event_id for event in events],
    )
    held = {row["id"] for row in rows}
    return sorted((event for event in events if event.event_id in held), key=attrgetter("event_id"))


async def worked_or_waiting(
    senders: Collection[Sender], *, kind: str, waiting_for: str
) -> tuple[list[Left], list[Left]]:
    """Return the events of these senders that are worked, and those parked with this code.

    Until the caller's transaction ends, nobody tries them again or drops them.
    """
    rows = await db.fetch(_WORKED_OR_WAITING, *_columns(senders), kind, waiting_for)
    worked = [Left(*row[:3]) for row in rows if row["state"] == EventState.WORKED]
    return worked, [Left(*row[:3]) for row in rows if row["state"] == EventState.PARKED]


def _columns(senders: Collection[Sender]) -> tuple[list[int], list[str]]:
    wanted = sorted(senders)
    return [connection_id for connection_id, _ in wanted], [sender for _, sender in wanted]


async def end(
    reasons: Mapping[int, str | None],
    *,
    at: datetime,
    bodies: Mapping[int, bytes] = MappingProxyType({}),
) -> None:
    """Let events be worked, or parked where there is a reason, in the caller's transaction.

    ``bodies`` are what is kept of some from now on.
    """
    kept = [bodies.get(event_id) for event_id in reasons]
    await db.fetch(_END, list(reasons), list(reasons.values()), at, kept)
