"""What the group calendars say now becomes a mass send."""

from datetime import datetime

from jobs.registry import every
from loyalty import group_calendars
from web.context import Context


@every(minutes=1)
async def plan_calendars(context: Context, at: datetime) -> int:
    """Plan the mass sends that are due; return how many."""
    corp_id = next(iter(context.corps), None)
    return await group_calendars.plan_due(corp_id, at=at) if corp_id else 0
