"""Each night the last week of all shops is read again: platforms tell some changes late."""

from datetime import datetime, timedelta

from connectors.reading.sweeping import sweep_again
from jobs.registry import daily
from jobs.sweep_shops import all_of
from web.context import Context

SPAN = timedelta(days=7)


@daily(at="04:20")
async def sweep_shops_deeply(context: Context, at: datetime) -> int:
    """Read the last week of each shop once more; return how many changes are new.

    Raises:
        CallFailed: a shop could not be read to the end; it is read again.
    """
    return await all_of([sweep_again(context, one, span=SPAN) for one in context.shops], context)
