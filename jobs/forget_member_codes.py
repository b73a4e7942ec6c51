"""Which order a member code named is kept for two months."""

from datetime import datetime, timedelta

from jobs.pages import PAGE
from jobs.registry import daily
from loyalty import member_codes
from web.context import Context

KEPT = timedelta(days=60)


@daily(at="04:50")
async def forget_member_codes(context: Context, at: datetime) -> int:
    """Forget the orders that codes named over two months ago."""
    things = 0
    while forgotten := await member_codes.forget(before=at - KEPT, limit=PAGE):
        things += forgotten
    return things
