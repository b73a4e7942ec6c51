"""What the ledger tells: balances at a moment, totals as of the past, the history of a member."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Entry, EntryKind, db

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Balance:
    """A member's points at a moment.

    ``available`` can be spent now: lots that are due do not count, swept or not. ``expiring`` of
    them lapse within 30 days, the first of these at ``expires_first_at``.
    """

    available: int
    pending: int
    debt: int
    expiring: int
    expires_first_at: datetime | None


_BALANCES = """
SELECT member.id, member.points_pending AS pending, member.points_debt AS debt,
       coalesce(sum(lot.remaining)
                FILTER (WHERE lot.settled_at IS NOT NULL), 0)::bigint AS available,
       coalesce(sum(lot.remaining)
                FILTER (WHERE lot.settled_at IS NOT NULL AND lot.expiry <= $3), 0)::bigint
           AS expiring,
       min(lot.expiry) FILTER (WHERE lot.settled_at IS NOT NULL AND lot.expiry <= $3)
           AS expires_first_at
FROM member LEFT JOIN LATERAL (
    SELECT remaining, settled_at, coalesce(expires_at, member.idle_expires_at) AS expiry
    FROM lot WHERE lot.member_id = member.id AND lot.remaining > 0
) AS lot ON lot.expiry IS NULL OR lot.expiry > $2
WHERE member.id = ANY($1::bigint[])
GROUP BY member.id
"""


async def balances(member_ids: Sequence[int], *, at: datetime) -> dict[int, Balance]:
    """Return the balance of each member at ``at``; whoever is no member is left out."""
    rows = await db.fetch(_BALANCES, list(member_ids), at, at + SOON)
    return {
        row["id"]: Balance(
            available=row["available"],
            pending=row["pending"],
            debt=row["debt"],
            expiring=row["expiring"],
            expires_first_at=row["expires_first_at"],
        )
        for row in rows
    }


async def as_of(member_id: int, *, moment: datetime) -> tuple[int, int, int]:
    """Return (available, pending, debt) by all entries that took effect up to ``moment``."""
    (row,) = await db.fetch(
        "SELECT coalesce(sum(available), 0)::bigint AS available,"
        " coalesce(sum(pending), 0)::bigint AS pending, coalesce(sum(debt), 0)::bigint AS debt"
        " FROM entry WHERE member_id = $1 AND at <= $2",
        member_id,
        moment,
    )
    return row["available"], row["pending"], row["debt"]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One movement as a member reads it."""

    number: int
    kind: EntryKind
    at: datetime
    available: int
    pending: int
    debt: int
    cause: str


async def history(member_id: int, *, before: int | None = None, limit: int) -> list[HistoryLine]:
    """Return a member's newest entries, or those below number ``before``, newest first."""
    entries = Entry.filter(member_id=member_id).order_by("-number").limit(limit)
    if before is not None:
        entries = entries.filter(number__lt=before)
    return [
        HistoryLine(
            entry.number,
            entry.kind,
            entry.at,
            entry.available,
            entry.pending,
            entry.debt,
            entry.cause,
        )
        for entry in await entries
    ]


async def due_to_settle(*, at: datetime, limit: int) -> list[tuple[int, str]]:
    """Return (member id, earn key) of pending lots whose time has come, oldest first."""
    rows = await db.fetch(
        "SELECT lot.member_id, entry.key FROM lot"
        " JOIN entry ON entry.member_id = lot.member_id AND entry.number = lot.entry_number"
        " WHERE lot.settled_at IS NULL AND lot.remaining > 0 AND lot.settles_at <= $1"
        " ORDER BY lot.settles_at LIMIT $2",
        at,
        limit,
    )
    return [(row["member_id"], row["key"]) for row in rows]


async def due_to_expire(*, at: datetime, limit: int) -> list[int]:
    """Return the ids of members who hold lots that are due."""
    rows = await db.fetch(
        "SELECT DISTINCT member_id FROM ("
        " (SELECT member_id FROM lot WHERE settled_at IS NOT NULL AND remaining > 0"
        "  AND expires_at <= $1 ORDER BY expires_at LIMIT $2)"
        " UNION ALL"
        " (SELECT lot.member_id FROM member JOIN lot ON lot.member_id = member.id"
        "  WHERE member.idle_expires_at <= $1 AND lot.expires_at IS NULL"
        "  AND lot.settled_at IS NOT NULL AND lot.remaining > 0 LIMIT $2)"
        ") AS due ORDER BY member_id LIMIT $2",
        at,
        limit,
    )
    return [row["member_id"] for row in rows]
