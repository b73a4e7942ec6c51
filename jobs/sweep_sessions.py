"""Sessions of shoppers that have ended are removed."""

from datetime import datetime

from jobs.pages import PAGE
from jobs.registry import daily
from loyalty import sessions
from web.context import Context, now


@daily(at="04:40")
async def sweep_sessions(context: Context, at: datetime) -> int:
    """Forget the shoppers' sessions that have ended, which the time of the wire tells."""
    things = 0
    while forgotten := await sessions.expire(at=now(), limit=PAGE):
        things += forgotten
    return things
