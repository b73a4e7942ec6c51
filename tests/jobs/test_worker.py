"""Workers do each planned run once and look again at once while there is more."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from jobs.registry import Job, Run
from jobs.settle_points import settle_points
from jobs.slots import Every
from jobs.worker import Pace, work
from loyalty import ledger, schedule
from models import JobRun, JobRunState, db
from tests.jobs.cable import Cable
from tests.jobs.conftest import QUICK, Until
from tests.jobs.lots import members
from tests.jobs.test_settle_points import EARLIER, earn, settled
from web.context import Context
from web.wake import wake

Tasks = Callable[..., asyncio.Task[None]]

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
# So long between two looks that only a wake-up explains what happens sooner.
BRIEF = Pace(look_seconds=0.03, lease_seconds=1.5, grace_seconds=0.5, jobs_at_once=1)
RENEWED = Pace(look_seconds=0.03, lease_seconds=6, jobs_at_once=1)
PATIENT = Pace(look_seconds=0.03, grace_seconds=60)
SLEEPY = Pace(look_seconds=3600, lease_seconds=15, grace_seconds=0.5, jobs_at_once=1)


@pytest.fixture
async def stopping() -> AsyncIterator[asyncio.Event]:
    event = asyncio.Event()
    yield event
    event.set()


@pytest.fixture
def begin(context: Context, stopping: asyncio.Event, tasks: Tasks) -> Tasks:
    """Start a worker that has no channels."""

    def start(run: Run | None = None, *, by: Context = context, **how: object) -> object:
        jobs = {"probe": Job("probe", Every(60), run)} if run else {}
        settings = {"stopping": stopping, "jobs": jobs, "channels": {}, "pace": QUICK, **how}
        return tasks(work(by, **settings))  # type: ignore[arg-type]

    return start  # type: ignore[return-value]


async def the_run() -> JobRun:
    return await JobRun.get(job="probe", tick=NOON)


async def is_(state: JobRunState) -> bool:
    return (await the_run()).state is state


async def planned(job: str = "probe") -> None:
    await schedule.plan([(job, NOON)])


async def test_a_planned_run_is_done_with_its_slot_and_counted(begin: Tasks, until: Until) -> None:
    asked: list[datetime] = []

    async def probe(context: Context, at: datetime) -> int:
        asked.append(at)
        return 7

    await planned()
    begin(probe)
    await until(partial(is_, JobRunState.DONE))
    run = await the_run()
    assert asked == [NOON]
    assert (run.outcome, run.attempts, run.leased_until) == (7, 1, None)


async def test_many_workers_run_each_slot_once(begin: Tasks, until: Until) -> None:
    asked: list[datetime] = []

    async def probe(context: Context, at: datetime) -> int:
        asked.append(at)
        return 0

    slots = [NOON + timedelta(minutes=minute) for minute in range(30)]
    await schedule.plan([("probe", slot) for slot in slots])
    for _ in range(3):
        begin(probe)

    async def are_done() -> bool:
        return await JobRun.filter(state=JobRunState.DONE).count() == 30

    await until(are_done)
    assert asked == slots


async def test_a_job_that_breaks_is_tried_again_later_and_stops_nothing_else(
    begin: Tasks, until: Until
) -> None:
    async def probe(context: Context, at: datetime) -> int:
        if at == NOON:
            raise ZeroDivisionError("by nought")
        return 1

    await planned()
    await schedule.plan([("other", NOON)])
    begin(probe)

    async def has_failed() -> bool:
        return (await the_run()).error is not None

    await until(has_failed)
    run = await the_run()
    assert run.leased_until
    assert (run.state, run.error) == (JobRunState.PLANNED, "ZeroDivisionError: by nought")


async def test_the_lease_is_renewed_while_a_job_runs(begin: Tasks, until: Until) -> None:
    leases: set[datetime] = set()
    may_end = asyncio.Event()

    async def probe(context: Context, at: datetime) -> int:
        await may_end.wait()
        return 1

    async def is_renewed() -> bool:
        leases.update(filter(None, [(await the_run()).leased_until]))
        return len(leases) > 1

    await planned()
    for _ in range(2):
        begin(probe, pace=RENEWED)
    await until(is_renewed)
    may_end.set()
    await until(partial(is_, JobRunState.DONE))
    assert (await the_run()).attempts == 1, "the other worker left it alone"


async def test_a_worker_that_lost_its_run_stops_doing_it(begin: Tasks, until: Until) -> None:
    told: list[str] = []

    async def probe(context: Context, at: datetime) -> int:
        told.append("begun")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            told.append("stopped")
            raise
        return 1

    await planned()
    begin(probe, pace=BRIEF)

    async def has_begun() -> bool:
        return bool(told)

    await until(has_begun)
    await db.fetch(
        "UPDATE job_run SET attempts = attempts + 1, leased_until = now() + interval '1 hour'"
    )

    async def has_stopped() -> bool:
        return told == ["begun", "stopped"]

    await until(has_stopped)
    run = await the_run()
    assert (run.state, run.attempts) == (JobRunState.CLAIMED, 2)


async def test_stopping_lets_a_job_finish(
    begin: Tasks, stopping: asyncio.Event, until: Until
) -> None:
    async def probe(context: Context, at: datetime) -> int:
        stopping.set()
        await asyncio.sleep(0.2)
        return 3

    await planned()
    await begin(probe, pace=PATIENT)
    run = await the_run()
    assert (run.state, run.outcome) == (JobRunState.DONE, 3)


async def test_stopping_gives_back_a_job_that_takes_too_long(
    begin: Tasks, stopping: asyncio.Event
) -> None:
    async def probe(context: Context, at: datetime) -> int:
        stopping.set()
        await asyncio.sleep(60)
        return 3

    await planned()
    await begin(probe)
    run = await the_run()
    assert (run.state, run.attempts, run.leased_until) == (JobRunState.PLANNED, 0, None)


async def test_points_settle_once_though_the_worker_is_cut_off_half_way(
    context: Context, tasks: Tasks, until: Until
) -> None:
    everybody = await members(500, at=EARLIER)
    await earn(everybody, lots=3)
    await schedule.plan([("settle_points", NOON)])
    jobs = {"settle_points": Job("settle_points", Every(300), settle_points)}
    start = partial(work, context, stopping=asyncio.Event(), jobs=jobs, channels={}, pace=QUICK)
    first = tasks(start())

    async def has_begun() -> bool:
        rows = await db.fetch("SELECT FROM entry WHERE kind = 'settle' LIMIT 1")
        return bool(rows)

    await until(has_begun)
    first.cancel()
    await asyncio.wait([first])
    tasks(start())

    async def is_done() -> bool:
        return await JobRun.filter(state=JobRunState.DONE).exists()

    await until(is_done)
    assert set(await settled(everybody)) == {(30, 0)}
    assert await ledger.verify() == []


async def test_a_job_whose_connection_is_terminated_is_done_in_the_end(
    begin: Tasks, until: Until
) -> None:
    async def probe(context: Context, at: datetime) -> int:
        (row,) = await db.fetch("SELECT attempts FROM job_run")
        if row["attempts"] == 1:
            await db.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
        return 5

    await planned()
    begin(probe)

    async def has_failed() -> bool:
        return (await the_run()).error is not None

    await until(has_failed)
    await db.fetch("UPDATE job_run SET leased_until = NULL")  # let the pause be over
    await until(partial(is_, JobRunState.DONE))
    assert (await the_run()).attempts == 2


# pumps and wake-ups


async def test_a_pump_is_called_again_at_once_while_it_finds_something(
    begin: Tasks, until: Until
) -> None:
    waiting = list(range(50))

    async def pump(at: datetime) -> int:
        return 1 if waiting and waiting.pop() is not None else 0

    async def is_empty() -> bool:
        return not waiting

    begin(pumps=[pump], pace=SLEEPY)
    await until(is_empty)


async def test_a_wake_up_lets_a_waiting_worker_look(
    begin: Tasks, redis: Redis, until: Until
) -> None:
    looks: list[datetime] = []

    async def pump(at: datetime) -> int:
        looks.append(at)
        return 0

    begin(pumps=[pump], pace=SLEEPY)

    async def listens() -> bool:
        return dict(await redis.pubsub_numsub("{jifen}:wake"))[b"{jifen}:wake"] > 0

    await until(listens)
    for _ in range(3):
        before = len(looks)

        async def looked(before: int = before) -> bool:
            await wake(redis)  # again and again: a wake-up may be lost
            return len(looks) > before

        await until(looked)


async def test_a_pump_that_breaks_is_called_again_and_stops_no_other(
    begin: Tasks, until: Until
) -> None:
    calls: list[str] = []

    async def broken(at: datetime) -> int:
        calls.append("broken")
        raise ZeroDivisionError

    async def sound(at: datetime) -> int:
        calls.append("sound")
        return 0

    begin(pumps=[broken, sound])

    async def went_on() -> bool:
        return calls.count("broken") > 1 and calls.count("sound") > 3

    await until(went_on)


async def test_without_redis_a_worker_looks_by_itself_and_says_so_once(
    begin: Tasks,
    context_by_cable: Context,
    redis_cable: Cable,
    until: Until,
) -> None:
    async def probe(context: Context, at: datetime) -> int:
        return 1

    await redis_cable.cut()
    with capture_logs() as lines:
        begin(probe, by=context_by_cable)

        async def is_away() -> bool:
            return any(line["event"] == "wake_up_line_away" for line in lines)

        await until(is_away)
        await planned()
        await until(partial(is_, JobRunState.DONE))
        await wake(context_by_cable.redis)
        await wake(context_by_cable.redis)
        await redis_cable.mend()

        async def is_back() -> bool:
            return any(line["event"] == "wake_up_line_back" for line in lines)

        await until(is_back)
    told = [line["event"] for line in lines if line["event"].startswith("wake_up_line")]
    assert told == ["wake_up_line_away", "wake_up_line_back"]


async def test_flushing_redis_loses_nothing(begin: Tasks, redis: Redis, until: Until) -> None:
    async def probe(context: Context, at: datetime) -> int:
        await redis.flushall()
        return 1

    await planned()
    begin(probe)
    await until(partial(is_, JobRunState.DONE))
    await schedule.plan([("probe", NOON + timedelta(minutes=1))])

    async def are_done() -> bool:
        return await JobRun.filter(state=JobRunState.DONE).count() == 2

    await until(are_done)
