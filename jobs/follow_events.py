"""Lines of events follow: places that came free are given, and who should know is told."""

from datetime import datetime

from jobs.registry import every
from loyalty import brand_events
from web.context import Context


@every(minutes=5)
async def follow_events(context: Context, at: datetime) -> int:
    """Give free places to who waits; tell of events that moved, and of cancelled ones."""
    return await brand_events.follow(at=at)
