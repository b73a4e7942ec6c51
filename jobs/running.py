"""Run a job that is due, under a lease that is renewed while it runs."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from jobs import metrics
from jobs.patience import insist
from jobs.registry import Job
from loyalty import schedule
from loyalty.schedule import Run
from models import JobRunState, db
from web.context import Context

log = structlog.get_logger(__name__)


class Runner:
    """Runs these jobs. What it claims is its own for ``lease``, which it renews."""

    def __init__(self, context: Context, jobs: Mapping[str, Job], *, lease: timedelta) -> None:
        self._context = context
        self._jobs = jobs
        self._lease = lease

    async def run_due(self, at: datetime) -> int:
        """Claim one run and see it to its end; 0 where none is due."""
        run = await schedule.claim(list(self._jobs), lease=self._lease, at=at)
        if run is None:
            return 0
        _tell(log.debug, "job_started", run=run)
        begun = time.monotonic()
        working = asyncio.create_task(self._jobs[run.job].run(self._context, run.tick))
        try:
            await self._hold(run, working)
        except asyncio.CancelledError:
            await _stop(working)
            await insist(partial(schedule.give_back, run), within=self._lease)
            _tell(log.info, "job_given_back", run=run)
            raise
        finally:
            working.cancel()
        await self._end(run, working, begun=begun)
        return 1

    async def _hold(self, run: Run, working: asyncio.Task[int]) -> None:
        """Renew the lease until the job ends; stop the job where another worker has it."""
        renew_seconds = self._lease.total_seconds() / 3
        while not (await asyncio.wait([working], timeout=renew_seconds))[0]:
            try:
                is_ours = await schedule.renew(run, lease=self._lease)
            except db.Unreachable:
                continue  # the job meets it too; the next renewal tells whether we were replaced
            if not is_ours:
                await _stop(working)

    async def _end(self, run: Run, working: asyncio.Task[int], *, begun: float) -> None:
        """Write down how a run ended, unless another worker has it now."""
        error = None if working.cancelled() else working.exception()
        if error is not None:
            await self._fail(run, error)
            return
        is_ours = False
        if not working.cancelled():
            things, at = working.result(), self._context.clock()
            write = partial(schedule.done, run, things=things, at=at)
            is_ours = await insist(write, within=self._lease)
        if not is_ours:
            metrics.RUNS.labels(run.job, "lost").inc()
            _tell(log.warning, "job_lost", run=run)
            return
        seconds = time.monotonic() - begun
        metrics.RUNS.labels(run.job, "done").inc()
        metrics.RUN_SECONDS.labels(run.job).observe(seconds)
        _tell(log.info, "job_done", run=run, things=things, seconds=round(seconds, 3))

    async def _fail(self, run: Run, error: BaseException) -> None:
        told = f"{type(error).__name__}: {error}"
        write = partial(schedule.failed, run, told, at=self._context.clock())
        state = await insist(write, within=self._lease)
        metrics.RUNS.labels(run.job, "failed").inc()
        tell = log.error if state is JobRunState.FAILED else log.warning
        _tell(tell, "job_failed", run=run, exc_info=error)


async def _stop(working: asyncio.Task[int]) -> None:
    working.cancel()
    await asyncio.wait([working])


def _tell(tell: Callable[..., object], event: str, *, run: Run, **more: object) -> None:
    tell(event, job=run.job, tick=run.tick.isoformat(), attempt=run.attempt, **more)
