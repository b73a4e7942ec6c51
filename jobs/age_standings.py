"""Orders leave the tier window as time passes, and tiers are reviewed."""

from datetime import datetime

from jobs.registry import daily
from loyalty import standing
from web.context import Context


@daily(at="00:20")
async def age_standings(context: Context, at: datetime) -> int:
    """Let those be derived again whose orders left the window, or whose tier is reviewed today."""
    return await standing.changed_since(at=at)
