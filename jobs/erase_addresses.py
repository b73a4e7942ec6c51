"""Where gifts were sent is deleted some days after they arrived or were cancelled."""

from datetime import datetime, timedelta

from jobs.pages import PAGE
from jobs.registry import daily
from loyalty import programme, redemptions
from web.context import Context


@daily(at="04:30")
async def erase_addresses(context: Context, at: datetime) -> int:
    """Delete the addresses whose days are over, as the rule `privacy` says."""
    rules = await programme.load()
    before = at - timedelta(days=rules.privacy(at).address_kept_days)
    things = 0
    while erased := await redemptions.erase_addresses(ended_before=before, at=at, limit=PAGE):
        things += erased
    return things
