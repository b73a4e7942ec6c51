"""What a team reached together may be undone by an order that one of it gives back."""

from datetime import datetime

from jobs.registry import every
from loyalty import progress
from web.context import Context


@every(minutes=30)
async def recheck_teams(context: Context, at: datetime) -> int:
    """Let those be derived again who claimed for what their team has reached no more."""
    return await progress.recheck_teams(at=at)
