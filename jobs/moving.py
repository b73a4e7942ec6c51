"""Moving business time forward, in the demo: day by day, with all that the clock asks for between.

Each day: the clock is put ahead, every daily job runs at its slot, one after the other, then each
other job once, at the day's end. The workers run them as always.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from msgspec import Struct, json
from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError

from jobs.registry import load as load_jobs
from jobs.slots import Daily
from loyalty import brand, deliveries, schedule, standing
from loyalty.errors import Refused
from web.clock import LOOK_SECONDS, BusinessClock
from web.context import Context
from web.wake import wake

log = structlog.get_logger(__name__)

KEY = "{jifen}:moving"
LEASE_SECONDS = 15
LEAST = timedelta(hours=1)
MOST = timedelta(days=400)
DAY = timedelta(days=1)
LOOK_AGAIN_SECONDS = 0.03
# A run that fails is tried again later, and the clock does not wait for that; nor for a long one.
JOB_SECONDS = 20.0
QUIET_SECONDS = 5.0


class Move(Struct, frozen=True):
    """A move under way: from and to which moment of business time, and how far it is."""

    begins_at: datetime
    ends_at: datetime
    at: datetime


async def under_way(redis: Redis) -> Move | None:
    """Return the move that is under way; None where the clock just ticks."""
    holder = await redis.get(KEY)
    told = await redis.get(_told_by(holder)) if holder else None
    return json.decode(told, type=Move) if told else None


def _told_by(holder: bytes | str) -> str:
    """Return where the holder of the lease tells how far it is."""
    return f"{KEY}:{holder if isinstance(holder, str) else holder.decode()}"


async def begin(context: Context, by: timedelta) -> "Mover":
    """Return what will move the clock ``by`` so much; nobody else can until it has ended.

    Raises:
        Refused: ``clock_step``: less than an hour or more than 400 days. ``clock_is_moving``.
    """
    if not LEAST <= by <= MOST:
        raise Refused("clock_step", days=MOST.days)
    assert isinstance(context.clock, BusinessClock), "only a demo's clock can be moved"
    await context.clock.look()
    at = context.clock()
    holder = uuid4().hex
    lease = context.redis.lock(KEY, timeout=LEASE_SECONDS)
    if not await lease.acquire(blocking=False, token=holder):
        raise Refused("clock_is_moving")
    mover = Mover(context, context.clock, Move(at, at + by, at), lease=lease, holder=holder)
    await mover.tell()
    return mover


class Mover:
    """One move of the clock; ``move`` tells how far it is."""

    def __init__(
        self, context: Context, clock: BusinessClock, move: Move, *, lease: Lock, holder: str
    ) -> None:
        self._context = context
        self._clock = clock
        self._lease = lease
        self._place = _told_by(holder)
        self.move = move
        self._jobs = load_jobs()

    async def run(self) -> Move:
        """Move the clock to the end, and return how far it came.

        Raises:
            Refused: ``clock_moved``: the lease ran out, and another process may move it.
                ``clock_too_far``.
        """
        try:
            while self.move.at < self.move.ends_at:
                await self._day(min(self.move.at + DAY, self.move.ends_at))
        finally:
            await self._context.redis.delete(self._place)
            with suppress(LockError):  # it ran out, and may be another's
                await self._lease.release()
        log.info("clock_moved", to=self.move.ends_at.isoformat())
        return self.move

    async def _day(self, until: datetime) -> None:
        await self.tell()
        since = self.move.at
        await brand.put_ahead(until - since, of=await brand.offset())
        await self._clock.look()
        await asyncio.sleep(2 * LOOK_SECONDS)  # by then every process has seen it
        daily = [job for job in self._jobs.values() if isinstance(job.slots, Daily)]
        for tick, job in sorted((job.slots.newest(until), job.name) for job in daily):
            if tick > since:
                await self._run([(job, tick)])
        await self._quiet(until)
        others = [job for job in self._jobs.values() if not isinstance(job.slots, Daily)]
        # at the moment itself: what is due since the newest slot shall not wait for the next
        await self._run([(job.name, until) for job in others])
        await self._quiet(until)
        self.move = Move(self.move.begins_at, self.move.ends_at, until)

    async def _run(self, slots: list[tuple[str, datetime]]) -> None:
        """Let the workers run these slots, and wait for their end."""
        await schedule.plan(slots)
        await wake(self._context.redis)

        async def is_over() -> bool:
            return not await schedule.are_open(slots)

        if not await self._until(is_over, seconds=JOB_SECONDS):
            log.warning("runs_not_over", slots=[f"{job} {at.isoformat()}" for job, at in slots])

    async def _quiet(self, at: datetime) -> None:
        """Wait until members who changed are derived, and what is due was sent."""
        await wake(self._context.redis)

        async def is_quiet() -> bool:
            return not (await standing.waiting(1) or await deliveries.are_due(at=at))

        if not await self._until(is_quiet, seconds=QUIET_SECONDS):
            log.warning("not_quiet")

    async def _until(self, is_so: Callable[[], Awaitable[bool]], *, seconds: float) -> bool:
        loop = asyncio.get_running_loop()
        ends_at, tells_at = loop.time() + seconds, loop.time()
        while not await is_so():
            if loop.time() >= ends_at:
                return False
            if loop.time() >= tells_at:
                await self.tell()
                tells_at = loop.time() + LEASE_SECONDS / 3
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return True

    async def tell(self) -> None:
        """Keep the lease, and tell how far it is.

        Raises:
            Refused: ``clock_moved``: the lease ran out, and another process may move it.
        """
        try:
            await self._lease.reacquire()
        except LockError:
            raise Refused("clock_moved") from None
        await self._context.redis.set(self._place, json.encode(self.move), ex=LEASE_SECONDS)
