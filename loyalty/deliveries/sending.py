"""Claim what is due, and end it once: delivered, refused, lapsed or unknown.

Leases are told by the database's clock, which all workers share; ``at`` is business time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from loyalty import consents
from loyalty.deliveries.messages import KINDS, Message
from models import DeliveryState, db

ATTEMPTS = 8
ERROR_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send; ``attempt`` counts from 1 and is the claim's fence."""

    id: int
    attempt: int
    channel: str
    scope: str
    address: str
    message: Message


@dataclass(frozen=True, slots=True)
class Batch:
    """What a claim gave to send, and how many it ended.

    ``lapsed`` came too late, ``unknown`` were lost, ``refused`` she does not want any more.
    """

    claimed: list[Claimed]
    lapsed: int
    unknown: int
    refused: int


_REFUSED = consents.refuses("delivery.customer_id", "delivery.purpose", "delivery.channel")
_CLAIM = f"""
WITH due AS (
    SELECT id, CASE WHEN state = 'sending' THEN 'unknown'
                    WHEN lapses_at <= $1 THEN 'lapsed'
                    WHEN purpose IS NOT NULL AND {_REFUSED} THEN 'refused'
                    ELSE 'sending' END AS next
    FROM delivery
    WHERE state IN ('planned', 'sending') AND not_before <= $1
      AND (state = 'planned' AND (channel = ANY($2::text[]) AND message ->> 'kind' = ANY($5::text[])
                                  OR lapses_at <= $1)
           OR state = 'sending' AND leased_until <= clock_timestamp())
    ORDER BY not_before LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE delivery
SET state = due.next,
    attempts = attempts + (due.next = 'sending')::int,
    leased_until = CASE WHEN due.next = 'sending' THEN clock_timestamp() + $4::interval END,
    ended_at = CASE WHEN due.next <> 'sending' THEN $1 END,
    error = CASE due.next WHEN 'unknown' THEN 'worker_died'
                          WHEN 'refused' THEN 'consent_refused' ELSE error END
FROM due WHERE delivery.id = due.id
RETURNING delivery.id, attempts, channel, scope, address, message, state, not_before
"""


async def claim(channels: Sequence[str], *, limit: int, lease: timedelta, at: datetime) -> Batch:
    """Claim what is due on these channels: ``sending``, committed before this returns.

    What came too late ends ``lapsed``, on any channel. What another worker claimed and did not
    end within its lease ends ``unknown``, what she refused since ``refused``. Messages of a kind
    that this version does not know wait for a worker that does.
    """
    assert not db.in_caller_transaction(), "nothing may be sent before the claim is committed"
    rows = await db.fetch(_CLAIM, at, list(channels), limit, lease, KINDS)
    due = sorted(rows, key=lambda row: (row["not_before"], row["id"]))
    states = [DeliveryState(row["state"]) for row in due]
    return Batch(
        [
            _claimed(row)
            for row, state in zip(due, states, strict=True)
            if state is DeliveryState.SENDING
        ],
        states.count(DeliveryState.LAPSED),
        states.count(DeliveryState.UNKNOWN),
        states.count(DeliveryState.REFUSED),
    )


def _claimed(row: db.Row) -> Claimed:
    return Claimed(
        row["id"],
        row["attempts"],
        row["channel"],
        row["scope"],
        row["address"],
        msgspec.json.decode(row["message"], type=Message),
    )


async def are_due(*, at: datetime) -> bool:
    """Say whether something waits to be sent, or is being sent."""
    (row,) = await db.fetch(
        "SELECT EXISTS (SELECT FROM delivery WHERE state IN ('planned', 'sending')"
        " AND not_before <= $1) AS found",
        at,
    )
    return bool(row["found"])


@dataclass(frozen=True, slots=True)
class Ending:
    """How a claimed delivery ended; ``error`` is the code of a refusal or of what was lost."""

    delivery: Claimed
    state: DeliveryState
    error: str | None = None


async def end(endings: Sequence[Ending], *, at: datetime) -> list[bool]:
    """End a batch; False where a delivery is ours no more, and stays as it is."""
    rows = await db.fetch(
        "UPDATE delivery SET state = ending.state, error = ending.error, ended_at = $5,"
        " leased_until = NULL"
        " FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[])"
        "  AS ending (id, attempt, state, error)"
        " WHERE delivery.id = ending.id AND delivery.attempts = ending.attempt"
        " AND delivery.state = 'sending' RETURNING delivery.id",
        [ending.delivery.id for ending in endings],
        [ending.delivery.attempt for ending in endings],
        [ending.state.value for ending in endings],
        [_written(ending.error) for ending in endings],
        at,
    )
    ended = {row["id"] for row in rows}
    return [ending.delivery.id in ended for ending in endings]


@dataclass(frozen=True, slots=True)
class Postponement:
    """Nothing has left us for this claimed delivery: ``error`` says why, to be tried again."""

    delivery: Claimed
    error: str
    not_before: datetime


async def postpone(postponements: Sequence[Postponement], *, at: datetime) -> list[bool]:
    """Plan a batch again; after ``ATTEMPTS`` a delivery is refused instead.

    False where a delivery is ours no more, and stays as it is.
    """
    rows = await db.fetch(
        "UPDATE delivery SET error = again.error, leased_until = NULL,"
        " state = CASE WHEN attempts < $5 THEN 'planned' ELSE 'refused' END,"
        " ended_at = CASE WHEN attempts < $5 THEN NULL ELSE $6::timestamptz END,"
        " not_before = CASE WHEN attempts < $5 THEN least(again.not_before, lapses_at)"
        "  ELSE delivery.not_before END"
        " FROM unnest($1::bigint[], $2::int[], $3::text[], $4::timestamptz[])"
        "  AS again (id, attempt, error, not_before)"
        " WHERE delivery.id = again.id AND delivery.attempts = again.attempt"
        " AND delivery.state = 'sending' RETURNING delivery.id",
        [again.delivery.id for again in postponements],
        [again.delivery.attempt for again in postponements],
        [_written(again.error) for again in postponements],
        [again.not_before for again in postponements],
        ATTEMPTS,
        at,
    )
    put_back = {row["id"] for row in rows}
    return [again.delivery.id in put_back for again in postponements]


def _written(error: str | None) -> str | None:
    """Return a code that the database can hold."""
    if error is None:
        return None
    return error.encode("ascii", "backslashreplace").decode().replace("\x00", "")[:ERROR_LIMIT]
