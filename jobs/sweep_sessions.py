"""Sessions of shoppers and of staff that have ended are removed."""

from datetime import datetime

from jobs.pages import PAGE
from jobs.registry import daily
from loyalty import sessions, staff
from web.context import Context, now


@daily(at="04:40")
async def sweep_sessions(context: Context, at: datetime) -> int:
    """Forget the sessions that have ended, which the time of the wire tells."""
    things = 0
    for expire in (sessions.expire, staff.expire):
        while forgotten := await expire(at=now(), limit=PAGE):
            things += forgotten
    return things
