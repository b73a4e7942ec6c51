"""Parked events: the reason as staff read it, tried again or dropped by one of them."""

from typing import Any

import msgspec

from loyalty.errors import Conflict, LoyaltyError
from models import db

REASON_LIMIT = 1_000


def reason(refusal: LoyaltyError) -> str:
    """Return what is kept of a refusal: its code, and its figures as JSON behind it."""
    figures = msgspec.json.encode(refusal.figures, enc_hook=str).decode()
    kept = f"{refusal.code} {figures}" if refusal.figures else refusal.code
    return kept if len(kept) <= REASON_LIMIT else refusal.code


def read(kept: str) -> tuple[str, dict[str, Any]]:
    """Return code and figures of a kept reason; what is none reads as its first word."""
    code, _, figures = kept.partition(" ")
    try:
        return code, msgspec.json.decode(figures or "{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return code, {}


# In the words of the index of parked events.
IS_PARKED = "state = 'parked' AND worked_at IS NOT NULL AND error IS NOT NULL"


async def count() -> int:
    """Return how many events are parked."""
    (row,) = await db.fetch(f"SELECT count(*) AS events FROM inbound_event WHERE {IS_PARKED}")
    return int(row["events"])


async def try_again(event_id: int) -> None:
    """Let a parked event be worked once more.

    Raises:
        Conflict: ``event_not_parked``: somebody was faster, or it never was.
    """
    await _moved(
        "UPDATE inbound_event SET state = 'received', attempts = 0, worked_at = NULL,"
        " claimed_until = clock_timestamp() WHERE id = $1 AND state = 'parked' RETURNING id",
        event_id,
    )


async def drop(event_id: int) -> None:
    """Set a parked event aside for good; the same told again changes nothing.

    Raises:
        Conflict: ``event_not_parked``: somebody was faster, or it never was.
    """
    await _moved(
        "UPDATE inbound_event SET state = 'dropped' WHERE id = $1 AND state = 'parked'"
        " RETURNING id",
        event_id,
    )


async def _moved(statement: str, event_id: int) -> None:
    if not await db.fetch(statement, event_id):
        raise Conflict("event_not_parked")
