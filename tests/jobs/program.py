"""A process that schedules, works and sends, for a test to kill: `python -m tests.jobs.program`."""

import asyncio
import os

import aiohttp
import uvloop
from redis.asyncio import Redis

from channels import Address
from jobs.registry import Job
from jobs.scheduler import keep_schedule
from jobs.settle_points import settle_points
from jobs.slots import Every
from jobs.worker import Pace, work
from loyalty.deliveries import Message
from loyalty.sealing import Sealer, new_master_key
from models import db
from web.context import Context

JOBS = {"settle_points": Job("settle_points", Every(1), settle_points)}
PACE = Pace(look_seconds=0.05, lease_seconds=1.5, grace_seconds=1)


async def pigeon(context: Context, address: Address, message: Message) -> None:
    """Fly for ever."""
    await asyncio.sleep(3600)


async def main() -> None:
    """Run until killed."""
    url, stopping = os.environ["DATABASE_URL"], asyncio.Event()
    async with (
        db.opened(url, pool_size=4),
        aiohttp.ClientSession() as http,
        Redis.from_url(os.environ["REDIS_URL"]) as redis,
    ):
        sealer = Sealer(new_master_key())
        context = Context(redis=redis, http=http, sealer=sealer, accounts={}, miniprograms={})
        await asyncio.gather(
            keep_schedule(context, url, stopping=stopping, jobs=JOBS),
            work(context, stopping=stopping, jobs=JOBS, channels={"pigeon": pigeon}, pace=PACE),
        )


if __name__ == "__main__":
    uvloop.run(main())
