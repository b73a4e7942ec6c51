"""Lists of boards whose season is over for good are frozen, and wait for staff."""

from datetime import datetime

from jobs.registry import every
from loyalty import leaderboards
from web.context import Context


@every(minutes=10)
async def freeze_boards(context: Context, at: datetime) -> int:
    """Freeze the final lists of boards that are due."""
    return await leaderboards.freeze(at=at)
