"""Coupon codes that staff asked for are made, ten thousand at a time."""

from datetime import datetime

from jobs.registry import every
from loyalty import coupon_codes
from web.context import Context


@every(minutes=5)
async def make_coupon_codes(context: Context, at: datetime) -> int:
    """Make all codes that are asked for; return how many. The console lets it run at once."""
    things = 0
    while made := await coupon_codes.fill(context.sealer):
        things += made
    return things
