"""Whether a member plays on boards: staff keep her off all of them with a reason, and undo it."""

from aiohttp import web

from console.access import CHANGERS, STAFF
from loyalty.roots import HER_IDS
from models import db

_OFF = f"""
SELECT reason, done_at, staff_member.name AS by
FROM board_exclusion JOIN staff_member ON staff_member.id = staff_member_id
WHERE member_id = ANY({HER_IDS}) ORDER BY done_at LIMIT 1
"""


async def of_member(request: web.Request, member_id: int) -> dict[str, object]:
    """Return what the page shows: why she is kept off, since when and by whom."""
    rows = await db.fetch(_OFF, member_id)
    return {
        "kept_off": rows[0] if rows else None,
        "may_keep_off": request[STAFF].role in CHANGERS,
    }
