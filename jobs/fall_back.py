"""Who could not be reached by a subscribe message is written to as a follower."""

from datetime import datetime

from jobs.registry import every
from jobs.run_campaigns import route_of
from loyalty import campaigns
from web.context import Context


@every(minutes=1)
async def fall_back(context: Context, at: datetime) -> int:
    """Plan a customer message for each subscribe message that was refused."""
    return await campaigns.fall_back(route_of(context), at=at)
