"""Gifts that were shipped count as received after their days, where she does not say so before."""

from datetime import datetime

from jobs.pages import PAGE
from jobs.registry import every
from loyalty import redemptions
from web.context import Context


@every(minutes=60)
async def receive_shipments(context: Context, at: datetime) -> int:
    """Count as received what was shipped long enough ago."""
    things = 0
    while received := await redemptions.receive_by_time(at=at, limit=PAGE):
        things += received
    return things
