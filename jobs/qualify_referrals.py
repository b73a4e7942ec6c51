"""Friends whom members invited count once their first order can be given back no more."""

from datetime import datetime

from jobs.registry import every
from loyalty import referrals
from web.context import Context


@every(minutes=15)
async def qualify_referrals(context: Context, at: datetime) -> int:
    """Let friends be derived again whose invitation the time has moved."""
    return await referrals.due(at=at)
