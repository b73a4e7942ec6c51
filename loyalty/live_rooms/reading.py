"""Live rooms as staff see them, and those that are on."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from models import db

SHOWN = 50

# Orders are those that a platform attributed to the room, paid while it was on, or within the day.
_ROOMS = """
SELECT room.uuid, name_zh, name_en, word, starts_at, least(ends_at, closed_at) AS ends_at,
       room_code, closed_at IS NOT NULL AS is_closed, count(visit.member_id) AS members,
       coalesce(sum(visit.points), 0)::bigint AS points,
       (SELECT count(DISTINCT line.purchase_id) FROM purchase
        JOIN purchase_line AS line ON line.purchase_id = purchase.id
        WHERE room_code <> '' AND paid_at >= starts_at AND paid_at < ends_at + interval '1 day'
          AND attributed_to @> jsonb_build_array(
              jsonb_build_object('kind', 'live_room', 'code', room_code))) AS orders
FROM live_room AS room LEFT JOIN live_visit AS visit ON visit.room_id = room.id
GROUP BY room.id ORDER BY starts_at DESC, room.id DESC LIMIT $1
"""
_ON = """
SELECT name_zh, name_en, least(ends_at, closed_at) AS ends_at FROM live_room
WHERE ends_at > $1 AND starts_at <= $1 AND closed_at IS NULL ORDER BY starts_at, id LIMIT 1
"""


class FullRoom(Struct, frozen=True):
    """A live room's window with who was there, what it gave, and the orders attributed to it."""

    uuid: UUID
    name_zh: str
    name_en: str
    word: str
    starts_at: datetime
    ends_at: datetime
    room_code: str
    is_closed: bool
    members: int
    points: int
    orders: int


class RoomOn(Struct, frozen=True):
    """A live room that is on now."""

    name_zh: str
    name_en: str
    ends_at: datetime


async def newest(*, limit: int = SHOWN) -> list[FullRoom]:
    """Return the newest rooms, those to come first."""
    return [FullRoom(*row) for row in await db.fetch(_ROOMS, limit)]


async def on_now(*, at: datetime) -> RoomOn | None:
    """Return the room that is on; of several the one that began first."""
    rows = await db.fetch(_ON, at)
    return RoomOn(*rows[0]) if rows else None
