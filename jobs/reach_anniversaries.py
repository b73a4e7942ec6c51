"""Anniversaries and birthdays come with the day, not with a purchase."""

from datetime import datetime

from jobs.registry import daily
from loyalty import crossings
from web.context import Context


@daily(at="00:30")
async def reach_anniversaries(context: Context, at: datetime) -> int:
    """Let those be derived again whose anniversary or birthday has come."""
    return await crossings.due(at=at)
