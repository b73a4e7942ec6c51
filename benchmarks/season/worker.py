"""`worker.py`: does what the clock asks for, at the moments that it reads from its input.

Made to be killed at any moment: what it had begun another one finishes.
"""

import asyncio
import os
import sys
from datetime import datetime

import aiohttp
import uvloop
from redis.asyncio import Redis

from jifen import running
from jobs.deriving import Deriver
from jobs.settle_points import settle_points
from loyalty import leaderboards, referrals
from loyalty.sealing import Sealer
from models import db
from web.context import Context

PAUSE_SECONDS = 0.02


async def work() -> None:
    """Work until the input ends."""
    running.load_kinds()
    now: list[datetime] = []
    reading = asyncio.get_running_loop().run_in_executor(None, _read, now)
    async with (
        db.opened(os.environ["DATABASE_URL"], pool_size=2),
        Redis.from_url(os.environ["REDIS_URL"]) as redis,
        aiohttp.ClientSession() as http,
    ):
        context = Context(redis, http, Sealer(os.environ["JIFEN_MASTER_KEY"]), {}, {})
        deriver = Deriver(redis)
        while not reading.done():
            things = await _once(context, deriver, now[-1]) if now else 0
            if not things:
                await asyncio.sleep(PAUSE_SECONDS)


async def _once(context: Context, deriver: Deriver, at: datetime) -> int:
    return (
        await deriver.derive(at)
        + await settle_points(context, at)
        + await referrals.due(at=at)
        + await leaderboards.freeze(at=at)
        + await leaderboards.pay(at=at)
    )


def _read(now: list[datetime]) -> None:
    for line in sys.stdin:
        now.append(datetime.fromisoformat(line.strip()))


if __name__ == "__main__":
    uvloop.run(work())
