"""The worker: runs jobs, sends deliveries, and works whatever else waits in the database.

Any number of workers run side by side. Each thing to do is a pump, called again at once while it
finds something; else after a wake-up, or a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from msgspec import Struct

from channels import Send
from channels import load as load_channels
from jobs.patience import pause_seconds, until
from jobs.registry import Job
from jobs.registry import load as load_jobs
from jobs.running import Runner
from jobs.sending import Sender
from models import db
from web.context import Context
from web.wake import Bell, Reach, hear

log = structlog.get_logger(__name__)

# Does what is due at a moment, a bounded part at a time, and returns how many things it did.
Pump = Callable[[datetime], Awaitable[int]]


class Pace(Struct, frozen=True):
    """How a worker goes about it. ``jobs_at_once`` keeps a long job from holding up the others."""

    look_seconds: float = 1.0
    lease_seconds: float = 15.0
    send_lease_seconds: float = 60.0
    grace_seconds: float = 25.0
    jobs_at_once: int = 3


USUAL = Pace()


async def work(
    context: Context,
    *,
    stopping: asyncio.Event,
    pumps: Sequence[Pump] = (),
    jobs: Mapping[str, Job] | None = None,
    channels: Mapping[str, Send] | None = None,
    pace: Pace = USUAL,
) -> None:
    """Work until ``stopping`` is set, then finish what is held, or give it back.

    ``jobs`` and ``channels`` are those of their folders where None. Away database or Redis: it
    waits and tries again, and tells the log when that changes.
    """
    run = Runner(
        context,
        load_jobs() if jobs is None else jobs,
        lease=timedelta(seconds=pace.lease_seconds),
    ).run_due
    send = Sender(
        context,
        load_channels() if channels is None else channels,
        lease=timedelta(seconds=pace.send_lease_seconds),
    ).send_due
    kept = [*([run] * pace.jobs_at_once), send, *pumps]
    bell, keeper = Bell(), _Keeper(context, stopping, pace=pace)
    async with asyncio.TaskGroup() as group:
        hearing = group.create_task(hear(context.redis, bell))
        keeping = [group.create_task(keeper.keep(pump, bell)) for pump in kept]
        await stopping.wait()
        hearing.cancel()
        bell.ring()
        _, unfinished = await asyncio.wait(keeping, timeout=pace.grace_seconds)
        for task in unfinished:
            task.cancel()


class _Keeper:
    """Keeps pumps going, whatever breaks in them or is away."""

    def __init__(self, context: Context, stopping: asyncio.Event, *, pace: Pace) -> None:
        self._context = context
        self._stopping = stopping
        self._look_seconds = pace.look_seconds
        self._database = Reach("database")

    async def keep(self, pump: Pump, bell: Bell) -> None:
        failures = 0
        while not self._stopping.is_set():
            mark = bell.mark()
            things = await self._things(pump)
            if things is None:
                failures += 1
                await until(self._stopping, within_seconds=pause_seconds(failures))
                continue
            failures = 0
            if not things:
                await Bell.rung(mark, within_seconds=self._look_seconds)

    async def _things(self, pump: Pump) -> int | None:
        """Call a pump; None where it broke or the database is away, which is told here."""
        try:
            things = await pump(self._context.clock())
        except db.Unreachable as away:
            self._database.lost(away)
            return None
        except Exception as broken:
            log.error("pump_broke", exc_info=broken)
            return None
        self._database.found()
        return things
