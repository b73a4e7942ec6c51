"""Tries of coupon codes are counted for ten minutes only."""

from datetime import datetime

from jobs.pages import PAGE
from jobs.registry import every
from loyalty import coupon_codes
from web.context import Context


@every(minutes=30)
async def forget_code_tries(context: Context, at: datetime) -> int:
    """Remove counts of tries whose time is over."""
    things = 0
    while forgotten := await coupon_codes.forget(at=at, limit=PAGE):
        things += forgotten
    return things
