"""What the ledger tells: balances at a moment, totals as of the past, the history of a member."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct

from models import EntryKind, db

SOON = timedelta(days=30)
END = 2**31 - 1  # no member has so many entries

# What brings points, or takes them.
Flow = Literal["in", "out"]


class Balance(Struct, frozen=True):
    """A member's points at a moment.

    ``available`` can be spent now: lots that are due do not count, swept or not. ``expiring`` of
    them lapse within 30 days, the first of these at ``expires_first_at``.
    """

    available: int
    pending: int
    debt: int
    expiring: int
    expires_first_at: datetime | None


class BalancePart(Struct, frozen=True):
    """What adds balances to a statement over ``member``.

    ``columns`` are a ``Balance``'s, in its order; $1 is the moment and $2 is ``SOON`` after it.
    """

    columns: str
    join: str


# The cached total less what is due, swept or not: of her lots only those are read that lapse within
# ``SOON``, and those without an expiry of their own only where her inactivity lapses by then.
_SETTLED = "lot.member_id = member.id AND lot.remaining > 0 AND lot.settled_at IS NOT NULL"
BALANCE = BalancePart(
    columns="member.points_available - held.due AS available, member.points_pending,"
    " member.points_debt, held.expiring, held.expires_first_at",
    join=f"""
CROSS JOIN LATERAL (
    SELECT coalesce(sum(remaining) FILTER (WHERE expiry <= $1), 0)::bigint AS due,
           coalesce(sum(remaining) FILTER (WHERE expiry > $1), 0)::bigint AS expiring,
           min(expiry) FILTER (WHERE expiry > $1) AS expires_first_at
    FROM (
        SELECT remaining, expires_at AS expiry FROM lot WHERE {_SETTLED} AND expires_at <= $2
        UNION ALL
        SELECT remaining, member.idle_expires_at FROM lot
        WHERE {_SETTLED} AND expires_at IS NULL AND member.idle_expires_at <= $2
    ) AS lot
) AS held""",
)
_BALANCES = (
    f"SELECT member.id, {BALANCE.columns} FROM member {BALANCE.join}"
    " WHERE member.id = ANY($3::bigint[])"
)


async def balances(member_ids: Sequence[int], *, at: datetime) -> dict[int, Balance]:
    """Return the balance of each member at ``at``; whoever is no member is left out."""
    rows = await db.fetch(_BALANCES, at, at + SOON, list(member_ids))
    return {row[0]: Balance(*row[1:]) for row in rows}


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
    """One movement as a member reads it; ``given`` is what each rule version gave, or a cap took.

    Where an entry only adds to what its order earned before, nothing is given by it alone.
    ``balance`` are the points that could be spent after it.
    """

    number: int
    kind: EntryKind
    at: datetime
    available: int
    pending: int
    debt: int
    cause: str
    balance: int
    given: tuple[tuple[int, int], ...] = ()


# What a line shows of an entry: what can be spent of it, else what is pending, else what is owed.
_SHOWN = "coalesce(nullif(available, 0), nullif(pending, 0), -debt)"
_FLOWS: dict[Flow | None, str] = {None: "<> 0", "in": "> 0", "out": "< 0"}

# Where lines are left out, what those in between changed counts all the same.
_HISTORY = """
WITH page AS (
    SELECT number, kind, at, available, pending, debt, cause,
           CASE WHEN NOT breakdown ? 'before' THEN breakdown -> 'rules' END AS rules
    FROM entry
    WHERE member_id = $1 AND number < $2 AND {shown} {flow}
    ORDER BY number DESC LIMIT $3
), since AS (
    SELECT number, sum(available) OVER (ORDER BY number DESC) - available AS later
    FROM entry WHERE member_id = $1 AND number >= (SELECT min(number) FROM page)
)
SELECT page.*, (member.points_available - since.later)::bigint AS balance
FROM page JOIN since USING (number) JOIN member ON member.id = $1
ORDER BY number DESC
"""


async def history(
    member_id: int, *, before: int | None = None, flow: Flow | None = None, limit: int
) -> list[HistoryLine]:
    """Return a member's newest entries, or those below number ``before``, newest first.

    An entry that moved nothing is left out: the merge of somebody who has no points writes one.
    ``flow``: only those that brought points, or took them.
    """
    rows = await db.fetch(
        _HISTORY.format(shown=_SHOWN, flow=_FLOWS[flow]),
        member_id,
        END if before is None else before,
        limit,
    )
    return [_line(row) for row in rows]


class PointSums(Struct, frozen=True):
    """What became of all points of a member: what can be spent and what is pending, less debt.

    That is ``earned`` less ``spent`` less ``expired``. What was taken back of an earning is not
    earned; what came back of a spending is not spent; what she gave to a friend is.
    """

    earned: int
    spent: int
    expired: int


_SUMS = """
SELECT coalesce(sum(moved) FILTER (WHERE kind NOT IN ('spend', 'restore', 'expire')), 0)::bigint
           AS earned,
       coalesce(-sum(moved) FILTER (WHERE kind IN ('spend', 'restore')), 0)::bigint AS spent,
       coalesce(-sum(moved) FILTER (WHERE kind = 'expire'), 0)::bigint AS expired
FROM (SELECT kind, available + pending - debt AS moved FROM entry WHERE member_id = $1) AS entry
"""


async def sums(member_id: int) -> PointSums:
    """Return the sums of all of a member's entries."""
    (row,) = await db.fetch(_SUMS, member_id)
    return PointSums(row["earned"], row["spent"], row["expired"])


def _line(row: db.Row) -> HistoryLine:
    rules = msgspec.json.decode(row["rules"]) if row["rules"] else ()
    return HistoryLine(
        number=row["number"],
        kind=EntryKind(row["kind"]),
        at=row["at"],
        available=row["available"],
        pending=row["pending"],
        debt=row["debt"],
        cause=row["cause"],
        balance=row["balance"],
        given=tuple((one["version"], one["points"]) for one in rules),
    )


async def due_to_settle(*, at: datetime, limit: int) -> list[tuple[int, str]]:
    """Return (member id, earn key) of pending lots whose time has come, oldest first."""
    rows = await db.fetch(
        "SELECT lot.member_id, entry.key FROM lot"
        " LEFT JOIN lot AS origin ON origin.member_id = lot.origin_member_id"
        "  AND origin.number = lot.origin_number"
        " JOIN entry ON entry.member_id = coalesce(origin.member_id, lot.member_id)"
        "  AND entry.number = coalesce(origin.entry_number, lot.entry_number)"
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
