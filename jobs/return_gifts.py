"""Gifts that nobody claimed in time go back to their givers."""

from datetime import datetime

from jobs.pages import PAGE
from jobs.registry import every
from loyalty import gifts
from web.context import Context


@every(minutes=60)
async def return_gifts(context: Context, at: datetime) -> int:
    """Return what nobody claimed: points to their lots, coupons to whoever gave them."""
    things = 0
    while returned := await gifts.return_unclaimed(at=at, limit=PAGE):
        things += returned
    return things
