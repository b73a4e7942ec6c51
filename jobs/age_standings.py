"""Orders leave the tier window as time passes."""

from datetime import datetime

from jobs.registry import daily
from loyalty import standing
from web.context import Context


@daily(at="00:20")
async def age_standings(context: Context, at: datetime) -> int:
    """Let everyone with orders in the tier window be derived again."""
    return await standing.changed_since()
