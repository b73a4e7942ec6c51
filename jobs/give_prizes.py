"""Who won on a board has her prize once staff have approved the list."""

from datetime import datetime

from jobs.registry import every
from loyalty import leaderboards
from web.context import Context


@every(minutes=1)
async def give_prizes(context: Context, at: datetime) -> int:
    """Give the prizes of the lists that staff approved."""
    return await leaderboards.pay(at=at)
