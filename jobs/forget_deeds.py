"""What staff did is kept for three years."""

from datetime import datetime, timedelta

from jobs.pages import PAGE
from jobs.registry import daily
from loyalty import staff
from web.context import Context

KEPT = timedelta(days=3 * 365)


@daily(at="04:25")
async def forget_deeds(context: Context, at: datetime) -> int:
    """Remove what was done over three years ago."""
    things = 0
    while forgotten := await staff.forget_deeds(before=at - KEPT, limit=PAGE):
        things += forgotten
    return things
