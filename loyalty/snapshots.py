"""Snapshots: whom a segment held on a day."""

from datetime import date, datetime

import msgspec
from msgspec import Struct

from loyalty import programme
from loyalty.calendar import day_of
from loyalty.errors import NotFound
from loyalty.roots import wants_personal_offers
from loyalty.segments import SEGMENTS, CutPoints, Segment
from models import db

# Those of a snapshot ($1) who let the brand personalise, each as whom she became.
WILLING = f"""
SELECT DISTINCT coalesce(merged_into_id, customer.id) AS member_id
FROM snapshot_member JOIN customer ON customer.id = member_id
WHERE snapshot_id = $1 AND {wants_personal_offers("coalesce(merged_into_id, customer.id)")}
"""


class Taken(Struct, frozen=True):
    """A snapshot: its id, its day, how many it holds."""

    id: int
    on_day: date
    members: int


async def take(slot: str, *, at: datetime) -> Taken:
    """Take a segment's snapshot of today, or return the one that was taken; whole or not at all.

    Two processes at once take it once.

    Raises:
        NotFound: ``no_such_segment``.
    """
    rule = (await programme.load()).find(slot, SEGMENTS, at)
    if rule is None:
        raise NotFound("no_such_segment", slot=slot)
    segment: Segment = rule.body
    async with db.transaction():
        await db.fetch("SELECT pg_advisory_xact_lock(hashtext($1))", slot)
        taken = await _taken(slot, day_of(at))
        if taken is not None:
            return taken
        cut_points = await _cut_points(segment, at=at)
        (row,) = await db.fetch(
            "INSERT INTO snapshot (slot, on_day, rule_version_id, members, cut_points, taken_at)"
            " VALUES ($1, $2, $3, 0, $4::jsonb, $5) RETURNING id",
            slot,
            day_of(at),
            rule.version_id,
            msgspec.json.encode(cut_points).decode(),
            at,
        )
        return Taken(row["id"], day_of(at), await _fill(row["id"], segment, cut_points, at=at))


async def _taken(slot: str, on_day: date) -> Taken | None:
    rows = await db.fetch(
        "SELECT id, members FROM snapshot WHERE slot = $1 AND on_day = $2", slot, on_day
    )
    return Taken(rows[0]["id"], on_day, rows[0]["members"]) if rows else None


async def _cut_points(segment: Segment, *, at: datetime) -> CutPoints:
    query = segment.cut_points(at=at)
    (row,) = await db.fetch(query.sql, *query.arguments)
    return {name: [int(bound) for bound in bounds or []] for name, bounds in row.items()}


async def _fill(snapshot_id: int, segment: Segment, cut_points: CutPoints, *, at: datetime) -> int:
    query = segment.members(cut_points, at=at)
    place = len(query.arguments) + 1
    rows = await db.fetch(
        f"WITH held AS (INSERT INTO snapshot_member (snapshot_id, member_id, cell)"
        f"  SELECT ${place}::bigint, member_id, cell FROM ({query.sql}) AS held RETURNING 1)"
        f" UPDATE snapshot SET members = (SELECT count(*) FROM held)"
        f" WHERE id = ${place} RETURNING members",
        *query.arguments,
        snapshot_id,
    )
    members: int = rows[0]["members"]
    return members
