"""Every few minutes all shops are read for what changed in them: their pushes may be lost."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime

from connectors.reading.sweeping import sweep
from jobs.registry import every
from web.context import Context
from web.wake import wake
from wechat.errors import CallFailed


@every(minutes=5)
async def sweep_shops(context: Context, at: datetime) -> int:
    """Read each shop since its last time; return how many changes are new.

    Raises:
        CallFailed: a shop could not be read to the end; it goes on there the next time.
    """
    return await all_of([sweep(context, one) for one in context.shops], context)


async def all_of(readings: Sequence[Coroutine[object, object, int]], context: Context) -> int:
    """Read several shops side by side: one that does not answer holds up no other.

    Raises:
        CallFailed: one of them could not be read to the end.
    """
    ends = await asyncio.gather(*readings, return_exceptions=True)
    new = sum(end for end in ends if isinstance(end, int))
    if new:
        await wake(context.redis)
    broken = [end for end in ends if isinstance(end, BaseException)]
    for one in broken:
        if not isinstance(one, CallFailed):
            raise one
    if broken:
        raise broken[0]
    return new
