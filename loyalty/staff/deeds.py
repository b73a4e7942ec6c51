"""What staff did in the console, and what they tried: kept as it was sent, changed by nobody."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from models import db

MOST_TOLD, LONGEST_TOLD, LONGEST_PATH = 40, 200, 300
PAGE = 1000


class Deed(Struct, frozen=True):
    """One deed: ``deed`` is the form that was sent ("/communities/{id}/keep"), ``told`` its fields.

    ``by`` is the name of the staff member; None where nobody was signed in. ``http_status`` says
    how it ended: 400 and more was refused.
    """

    id: int
    by: str | None
    deed: str
    path: str
    told: dict[str, str]
    http_status: int
    address: str
    did_at: datetime


async def record(
    staff_member_id: int | None,
    deed: str,
    *,
    path: str,
    told: Mapping[str, str],
    http_status: int,
    address: str,
    at: datetime,
) -> None:
    """Keep what somebody sent; long forms are cut, rules keep theirs in their versions."""
    kept = {
        name[:LONGEST_TOLD]: value[:LONGEST_TOLD]
        for name, value in list(told.items())[:MOST_TOLD]
        if "\x00" not in name + value
    }
    await db.fetch(
        "INSERT INTO staff_deed (staff_member_id, deed, path, told, http_status, address, did_at)"
        " VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7)",
        staff_member_id,
        deed,
        path[:LONGEST_PATH].replace("\x00", ""),
        msgspec.json.encode(kept).decode(),
        http_status,
        address,
        at,
    )


_DEEDS = """
SELECT staff_deed.id, staff_member.name, deed, path, told, http_status, address, did_at
FROM staff_deed LEFT JOIN staff_member ON staff_member.id = staff_member_id
WHERE ($1::bigint IS NULL OR staff_deed.id < $1) AND ($2::bigint IS NULL OR staff_member_id = $2)
  AND ($3::text IS NULL OR deed = $3) AND (NOT $4 OR http_status >= 400)
ORDER BY staff_deed.id DESC LIMIT $5
"""


async def deeds(
    *,
    limit: int,
    before: int | None = None,
    staff_member_id: int | None = None,
    deed: str | None = None,
    only_refused: bool = False,
) -> list[Deed]:
    """Return deeds, the newest first."""
    rows = await db.fetch(_DEEDS, before, staff_member_id, deed, only_refused, limit)
    return [
        Deed(
            row["id"],
            row["name"],
            row["deed"],
            row["path"],
            msgspec.json.decode(row["told"], type=dict[str, str]),
            row["http_status"],
            row["address"],
            row["did_at"],
        )
        for row in rows
    ]


async def pages(
    *,
    staff_member_id: int | None = None,
    deed: str | None = None,
    only_refused: bool = False,
) -> AsyncIterator[Sequence[Deed]]:
    """Go through deeds, a page at a time."""
    before = None
    while found := await deeds(
        limit=PAGE,
        before=before,
        staff_member_id=staff_member_id,
        deed=deed,
        only_refused=only_refused,
    ):
        before = found[-1].id
        yield found


async def forget(*, before: datetime, limit: int) -> int:
    """Remove deeds of before a moment, at most so many, and return how many."""
    rows = await db.fetch(
        "DELETE FROM staff_deed WHERE id = ANY(ARRAY("
        "SELECT id FROM staff_deed WHERE did_at < $1 ORDER BY did_at LIMIT $2)) RETURNING id",
        before,
        limit,
    )
    return len(rows)
