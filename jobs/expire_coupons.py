"""Coupons whose time is over expire: at midnight in Shanghai."""

from datetime import datetime

from jobs.pages import PAGE
from jobs.registry import every
from loyalty import coupons
from web.context import Context


@every(minutes=60)
async def expire_coupons(context: Context, at: datetime) -> int:
    """Let coupons expire; nobody could use them any more since their time was over."""
    things = 0
    while expired := await coupons.expire(at=at, limit=PAGE):
        things += expired
    return things
