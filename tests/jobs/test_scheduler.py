"""One leads and plans each slot once, whoever dies."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from jobs import scheduler
from jobs.registry import Job
from jobs.scheduler import keep_schedule
from jobs.slots import Daily, Every
from models import JobRun, db
from tests.jobs.cable import Cable
from tests.jobs.conftest import Until
from web.context import Context, now
from web.wake import CHANNEL

Tasks = Callable[..., asyncio.Task[None]]

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


async def nothing(context: Context, at: datetime) -> int:
    """Do nothing."""
    return 0


SECONDLY = {"tick": Job("tick", Every(1), nothing)}
NIGHTLY = {"night": Job("night", Daily(time(3, 10)), nothing)}


@pytest.fixture
async def stopping() -> AsyncIterator[asyncio.Event]:
    event = asyncio.Event()
    yield event
    event.set()


async def ticks(job: str) -> list[datetime]:
    return [run.tick for run in await JobRun.filter(job=job).order_by("tick")]


async def leaders(database_url: str) -> list[int]:
    """Return the server processes that hold the leader's lock."""
    rows = await db.fetch(
        "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE locktype = 'advisory' AND granted AND datname = current_database()"
        " AND ((classid::bigint << 32) | objid::bigint) = $1",
        db.LEADER_LOCK,
    )
    return [row["pid"] for row in rows]


async def test_two_schedulers_plan_one_run_a_slot_and_none_before_its_time(
    context: Context, database_url: str, stopping: asyncio.Event, tasks: Tasks, until: Until
) -> None:
    begun = now()
    for _ in range(2):
        tasks(keep_schedule(context, database_url, stopping=stopping, jobs=SECONDLY))

    async def are_three() -> bool:
        return len(await ticks("tick")) > 2

    await until(are_three)
    planned = await ticks("tick")
    assert len(await leaders(database_url)) == 1
    assert all(tick.microsecond == 0 for tick in planned)
    assert len(planned) == len(set(planned))
    assert begun - timedelta(seconds=1) <= planned[0]
    assert planned[-1] <= now(), "no slot is planned before its time"


async def test_when_the_leader_is_killed_the_other_takes_over_within_seconds(
    context: Context, database_url: str, stopping: asyncio.Event, tasks: Tasks, until: Until
) -> None:
    first = tasks(keep_schedule(context, database_url, stopping=stopping, jobs=SECONDLY))

    async def is_led() -> bool:
        return bool(await leaders(database_url))

    await until(is_led)
    tasks(keep_schedule(context, database_url, stopping=stopping, jobs=SECONDLY))
    (old,) = await leaders(database_url)
    first.cancel()

    async def is_led_by_another() -> bool:
        return (await leaders(database_url) or [old]) != [old]

    await until(is_led_by_another)
    before = len(await ticks("tick"))

    async def goes_on() -> bool:
        return len(await ticks("tick")) > before

    await until(goes_on)
    planned = await ticks("tick")
    assert len(planned) == len(set(planned))


async def test_a_leader_whose_session_dies_stops_and_leads_again_when_it_can(
    context: Context, database_url: str, stopping: asyncio.Event, tasks: Tasks, until: Until
) -> None:
    tasks(keep_schedule(context, database_url, stopping=stopping, jobs=SECONDLY))

    async def is_led() -> bool:
        return bool(await leaders(database_url))

    await until(is_led)
    (pid,) = await leaders(database_url)
    with capture_logs() as lines:
        await db.fetch("SELECT pg_terminate_backend($1)", pid)

        async def is_led_anew() -> bool:
            is_told = any(line["event"] == "scheduler_leads" for line in lines)
            return is_told and (await leaders(database_url) or [pid]) != [pid]

        await until(is_led_anew)
    told = [line["event"] for line in lines]
    assert told.index("scheduler_leads_no_more") < told.index("scheduler_leads")


async def test_the_database_may_be_away_at_start_and_later(
    context: Context,
    url_by_cable: str,
    database_cable: Cable,
    stopping: asyncio.Event,
    tasks: Tasks,
    until: Until,
) -> None:
    def told() -> list[str]:
        return [line["event"] for line in lines if line["event"].startswith("scheduler_database")]

    async def is_away() -> bool:
        return told()[-1:] == ["scheduler_database_away"]

    async def goes_on() -> bool:
        return len(await ticks("tick")) > before

    await database_cable.cut()
    with capture_logs() as lines:
        task = tasks(keep_schedule(context, url_by_cable, stopping=stopping, jobs=SECONDLY))
        await until(is_away)
        for _ in range(2):
            before = len(await ticks("tick"))
            await database_cable.mend()
            await until(goes_on)
            await database_cable.cut()
            await until(is_away)
    assert not task.done()
    away, back = "scheduler_database_away", "scheduler_database_back"
    assert told() == [away, back, away, back, away]


async def test_what_breaks_the_scheduler_for_a_while_does_not_end_it(
    context: Context, database_url: str, stopping: asyncio.Event, tasks: Tasks, until: Until
) -> None:
    await db.fetch("ALTER TABLE job_run RENAME TO elsewhere")
    with capture_logs() as lines:
        tasks(keep_schedule(context, database_url, stopping=stopping, jobs=SECONDLY))

        async def has_broken() -> bool:
            return any(line["event"] == "scheduler_broke" for line in lines)

        await until(has_broken)
        await db.fetch("ALTER TABLE elsewhere RENAME TO job_run")

        async def goes_on() -> bool:
            return bool(await ticks("tick"))

        await until(goes_on)


async def test_only_the_newest_slot_that_was_missed_is_caught_up_and_only_once(
    context: Context, database_url: str, tasks: Tasks, until: Until
) -> None:
    last_night = datetime(2026, 11, 21, 19, 10, tzinfo=UTC)
    at_noon = replace(context, clock=lambda: NOON)

    async def is_caught_up() -> bool:
        return bool(await ticks("night"))

    for _ in range(2):
        stopping = asyncio.Event()
        task = tasks(keep_schedule(at_noon, database_url, stopping=stopping, jobs=NIGHTLY))
        await until(is_caught_up)
        stopping.set()
        await task
    assert await ticks("night") == [last_night]


async def test_a_planned_run_wakes_the_workers(
    context: Context,
    redis: Redis,
    database_url: str,
    stopping: asyncio.Event,
    tasks: Tasks,
) -> None:
    async with redis.pubsub() as line:
        await line.subscribe(CHANNEL)
        tasks(keep_schedule(context, database_url, stopping=stopping, jobs=NIGHTLY))
        kinds = [await line.get_message(timeout=60) for _ in range(2)]
    assert [kind and kind["type"] for kind in kinds] == ["subscribe", "message"]


async def test_stopping_gives_the_lead_up_at_once(
    context: Context,
    database_url: str,
    stopping: asyncio.Event,
    tasks: Tasks,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "PULSE_SECONDS", 3600)
    task = tasks(keep_schedule(context, database_url, stopping=stopping, jobs=NIGHTLY))

    async def is_led() -> bool:
        return bool(await leaders(database_url))

    await until(is_led)
    stopping.set()
    await task

    async def is_free() -> bool:
        return not await leaders(database_url)

    await until(is_free)
