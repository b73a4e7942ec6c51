"""Runs of jobs are kept for a month."""

from datetime import datetime, timedelta

from jobs.pages import PAGE
from jobs.registry import daily
from loyalty import schedule
from web.context import Context

KEPT = timedelta(days=30)


@daily(at="04:20")
async def forget_runs(context: Context, at: datetime) -> int:
    """Remove the ended runs of slots that are over a month old."""
    things = 0
    while forgotten := await schedule.forget(before=at - KEPT, limit=PAGE):
        things += forgotten
    return things
