"""签到: one check-in a Shanghai day."""

from datetime import date, datetime, timedelta

from loyalty import programme
from loyalty.calendar import day_of
from loyalty.errors import NotFound, Refused
from loyalty.happenings.check_ins import CheckedIn
from loyalty.progress.coming import give_what_comes
from loyalty.roots import HER_IDS
from loyalty.standing.changes import changed
from models import db

LOOKED_BACK = timedelta(days=400)

_HERS = f"""
SELECT on_day FROM check_in WHERE member_id = ANY({HER_IDS}) AND on_day >= $2 ORDER BY on_day
"""
_STANDS = "SELECT FROM member WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE"

_CHECK_IN = f"""
INSERT INTO check_in (member_id, on_day, checked_in_at)
SELECT $1, $2, $3 WHERE NOT EXISTS (
    SELECT FROM check_in WHERE member_id = ANY({HER_IDS}) AND on_day = $2)
ON CONFLICT DO NOTHING RETURNING on_day
"""


async def check_in(member_id: int, on_day: date, *, at: datetime) -> tuple[bool, int]:
    """Check a member in and give what comes by itself; joins the caller's transaction.

    Returns whether the check-in is new, and the points that came with it; the same day again is
    no check-in and brings nothing.

    Raises:
        Refused: ``not_today``. NotFound: ``no_such_member``.
    """
    if on_day != today(at):
        raise Refused("not_today", today=today(at).isoformat())
    rules = await programme.load()
    async with db.transaction():
        if not await db.fetch(_STANDS, member_id):
            raise NotFound("no_such_member")
        added = await db.fetch(_CHECK_IN, member_id, on_day, at)
        if not added:
            return False, 0
        await changed([member_id])
        return True, await give_what_comes(member_id, CheckedIn, rules=rules, at=at)


def today(at: datetime) -> date:
    """Return the day in Shanghai on which a check-in counts."""
    return day_of(at)


async def days(member_id: int, *, at: datetime) -> tuple[list[date], int]:
    """Return the days of this Shanghai month with a check-in, and the streak that runs.

    The streak counts back from today, or from yesterday while today is still to come.
    """
    now = today(at)
    rows = await db.fetch(_HERS, member_id, now - LOOKED_BACK)
    found = {row["on_day"] for row in rows}
    streak, day = 0, now if now in found else now - timedelta(days=1)
    while day in found:
        streak, day = streak + 1, day - timedelta(days=1)
    first = now.replace(day=1)
    return [day for day in sorted(found) if day >= first], streak
