"""A worker of its own for a test to kill: `python -m tests.connectors.own_store.program`.

With STALLS_AFTER it stands still for ever in the middle of a batch, so many batches from now.
"""

import asyncio
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import uvloop
from redis.asyncio import Redis

from connectors.own_store import working
from connectors.own_store.working import StoreEvents
from jobs.worker import Pace, work
from loyalty import inbox, programme
from loyalty.sealing import Sealer, new_master_key
from models import db
from tests.connectors.own_store.till import CODE, connected
from web.context import Context

PACE = Pace(look_seconds=0.05, grace_seconds=1)
STALLS_AFTER = int(os.environ.get("STALLS_AFTER", "1000000"))
ends = inbox.end
batches = 0


async def end(reasons: Mapping[int, Any], *, at: datetime) -> None:
    """End a batch, or stand still before."""
    global batches
    batches += 1
    if batches > STALLS_AFTER:
        await asyncio.sleep(3600)
    await ends(reasons, at=at)


async def main() -> None:
    """Work until killed."""
    inbox.LEASE = timedelta(seconds=1)
    inbox.ATTEMPTS = 1_000  # leases this short run out on a busy machine, too
    inbox.end = end
    working.AT_ONCE = 20
    programme.load_kinds()
    async with (
        db.opened(os.environ["DATABASE_URL"], pool_size=4),
        aiohttp.ClientSession() as http,
        Redis.from_url(os.environ["REDIS_URL"]) as redis,
    ):
        store = connected(int(os.environ["CONNECTION_ID"]))
        context = Context(
            redis=redis,
            http=http,
            sealer=Sealer(new_master_key()),
            accounts={},
            miniprograms={},
            stores={CODE: store},
        )
        pumps = [StoreEvents(context).work]
        await work(context, stopping=asyncio.Event(), pumps=pumps, jobs={}, channels={}, pace=PACE)


if __name__ == "__main__":
    uvloop.run(main())
