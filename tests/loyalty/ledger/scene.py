"""What the ledger's tests share: a calendar, members, and short ways to ask."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from loyalty.errors import LoyaltyError
from loyalty.ledger import Earn, Movement, Posted, balances, record, record_one
from loyalty.outcomes import Outcome
from models import db

START = datetime(2026, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    """Return a moment so many days after the start."""
    return START + timedelta(days=number)


async def joined(count: int) -> list[int]:
    """Let so many customers join and return their ids in order."""
    rows = await db.fetch(
        "WITH new AS (INSERT INTO customer (created_at)"
        " SELECT $1::timestamptz FROM generate_series(1, $2) RETURNING id)"
        " INSERT INTO member (id, joined_at, joined_through) SELECT id, $1, 'test' FROM new"
        " RETURNING id",
        START,
        count,
    )
    return sorted(row["id"] for row in rows)


async def earned(
    member_id: int, points: int, *, key: str, at: datetime = START, **more: Any
) -> Posted:
    """Open a lot that is available at once."""
    return await record_one(
        Earn(member_id=member_id, key=key, at=at, points=points, settles_at=at, **more)
    )


async def totals(member_id: int, *, at: datetime = START) -> tuple[int, int, int]:
    """Return (available, pending, debt) as a member reads them at a moment."""
    balance = (await balances([member_id], at=at))[member_id]
    return balance.available, balance.pending, balance.debt


async def kept(member_id: int) -> tuple[int, int, int]:
    """Return the cached totals, in which due lots count until they are swept."""
    (row,) = await db.fetch(
        "SELECT points_available, points_pending, points_debt FROM member WHERE id = $1", member_id
    )
    return tuple(row)


async def remainders(member_id: int) -> list[int]:
    """Return what is left of each lot, by number."""
    rows = await db.fetch(
        "SELECT remaining FROM lot WHERE member_id = $1 ORDER BY number", member_id
    )
    return [row["remaining"] for row in rows]


async def refusal(movement: Movement) -> tuple[str, dict[str, object]]:
    """Return the code and the figures with which a movement is refused."""
    try:
        posted = await record_one(movement)
    except LoyaltyError as refused:
        return refused.code, refused.figures
    raise AssertionError(f"not refused: {posted}")


async def fates(movements: Sequence[Movement]) -> list[str]:
    """Record a batch and return each one's fate, or its refusal's code."""
    return [fate(outcome) for outcome in await record(movements)]


def fate(outcome: Outcome[Posted]) -> str:
    """Return an outcome's fate, or its refusal's code."""
    return outcome.refusal.code if outcome.refusal else outcome.fate.value
