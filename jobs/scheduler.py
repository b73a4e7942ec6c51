"""The scheduler: in whichever process holds the advisory lock, it plans each job once a slot.

Two leaders at a handover do no harm: a run is one row by job and slot. At taking the lead the
newest slot of each job that nobody planned is caught up, once.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from jobs.metrics import LEADERSHIP
from jobs.patience import pause_seconds, until
from jobs.registry import Job
from jobs.registry import load as load_jobs
from loyalty import schedule
from models import db
from web.context import Context
from web.wake import Bell, Reach, wake

log = structlog.get_logger(__name__)

TRY_LEAD_SECONDS = 1.0
PULSE_SECONDS = 5.0
ANSWER_SECONDS = 5.0

# Lets the server notice within seconds that our machine is gone, and free the lock.
NOTICE_LOSS = """
SELECT set_config('tcp_keepalives_idle', '5', false),
       set_config('tcp_keepalives_interval', '2', false),
       set_config('tcp_keepalives_count', '3', false)
"""


async def keep_schedule(
    context: Context,
    database_url: str,
    *,
    stopping: asyncio.Event,
    jobs: Mapping[str, Job] | None = None,
) -> None:
    """Plan jobs while this process leads, and wait for the lead while another does.

    ``jobs`` are those of the folder where None. Runs until ``stopping`` is set.
    """
    scheduler = _Scheduler(context, load_jobs() if jobs is None else jobs, stopping=stopping)
    failures = 0
    while not stopping.is_set():
        if await scheduler.take_turn(database_url):
            failures = 0
            continue
        failures += 1
        await until(stopping, within_seconds=pause_seconds(failures))


class _Scheduler:
    """Plans jobs for as long as a session of its own lives and holds the lock."""

    def __init__(
        self, context: Context, jobs: Mapping[str, Job], *, stopping: asyncio.Event
    ) -> None:
        self._context = context
        self._jobs = jobs
        self._stopping = stopping
        self._database = Reach("scheduler_database")

    async def take_turn(self, database_url: str) -> bool:
        """Wait for the lead and keep it; False where that broke, which is told here."""
        try:
            async with db.session(database_url) as session:
                await self._with(session)
        except db.Unreachable as away:
            self._database.lost(away)
            return False
        except Exception as broken:
            log.error("scheduler_broke", exc_info=broken)
            return False
        return True

    async def _with(self, session: Any) -> None:
        try:
            if await self._take_lead(session):
                await self._lead(session)
        except Exception:
            session.terminate()  # a polite end would wait for a server that is silent
            raise

    async def _take_lead(self, session: Any) -> bool:
        """Wait for the lock; False where we stop before we have it."""
        await session.fetch(NOTICE_LOSS)
        while not self._stopping.is_set():
            (row,) = await session.fetch(
                "SELECT pg_try_advisory_lock($1) AS leads", db.LEADER_LOCK, timeout=ANSWER_SECONDS
            )
            self._database.found()
            if row["leads"]:
                return True
            await until(self._stopping, within_seconds=TRY_LEAD_SECONDS)
        return False

    async def _lead(self, session: Any) -> None:
        """Plan every slot when its alarm rings; ends with the session that holds the lock."""
        bell = Bell()
        session.add_termination_listener(lambda _: bell.ring())
        planned: dict[str, datetime] = {}
        with _alarms(self._jobs, bell), _leading():
            while not (self._stopping.is_set() or session.is_closed()):
                mark = bell.mark()
                await self._plan_newest(planned)
                await _first_of(mark, self._stopping)
                if not session.is_closed():
                    await session.fetch("SELECT 1", timeout=ANSWER_SECONDS)

    async def _plan_newest(self, planned: dict[str, datetime]) -> None:
        at = self._context.clock()
        newest = {name: job.slots.newest(at) for name, job in self._jobs.items()}
        slots = [(name, tick) for name, tick in newest.items() if planned.get(name) != tick]
        if not slots:
            return
        new = await schedule.plan(slots)
        planned.update(slots)
        if new:
            log.info("jobs_planned", slots=[f"{job} {tick.isoformat()}" for job, tick in new])
            await wake(self._context.redis)


async def _first_of(*events: asyncio.Event) -> None:
    """Wait for an event, or for the next pulse."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=PULSE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


@contextmanager
def _alarms(jobs: Mapping[str, Job], bell: Bell) -> Iterator[None]:
    """Ring at every slot of every job."""
    alarms: Any = AsyncIOScheduler(timezone=UTC)  # type: ignore[no-untyped-call]

    async def ring() -> None:
        bell.ring()

    for name, job in jobs.items():
        alarms.add_job(ring, job.slots.trigger(), id=name, misfire_grace_time=None, coalesce=True)
    alarms.start()
    try:
        yield
    finally:
        alarms.shutdown(wait=False)


@contextmanager
def _leading() -> Iterator[None]:
    log.info("scheduler_leads")
    LEADERSHIP.set(1)
    try:
        yield
    finally:
        LEADERSHIP.set(0)
        log.info("scheduler_leads_no_more")
