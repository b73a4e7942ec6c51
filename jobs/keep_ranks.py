"""Ranks as the day begins, from which boards tell who moved."""

from datetime import datetime

from jobs.registry import daily
from loyalty import leaderboards
from web.context import Context


@daily(at="00:05")
async def keep_ranks(context: Context, at: datetime) -> int:
    """Keep the ranks that members have on the boards that run."""
    return await leaderboards.keep_ranks(at=at)
