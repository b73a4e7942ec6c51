"""The database goes away and comes back, under a worker that holds something."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from channels import Address
from jobs.registry import Job
from jobs.slots import Every
from jobs.worker import work
from loyalty import deliveries, schedule
from loyalty.deliveries import Message, Planned, Text
from models import Delivery, JobRun, JobRunState, db
from tests.jobs.cable import Cable
from tests.jobs.conftest import QUICK, Until
from tests.jobs.lots import members
from web.context import Context, now

Tasks = Callable[..., asyncio.Task[None]]

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture
async def database_by_cable(url_by_cable: str) -> AsyncIterator[None]:
    """Bind the models to the test's database, at the other end of a cable."""
    async with db.opened(url_by_cable, pool_size=4):
        yield


pytestmark = pytest.mark.usefixtures("database_by_cable")


async def mended_once_told(cable: Cable, lines: Sequence[Mapping[str, Any]]) -> None:
    """Wait until the worker says that the database is away, and mend the cable."""
    async with asyncio.timeout(60):
        while not any(line["event"] == "database_away" for line in lines):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await cable.mend()


async def test_a_worker_outlives_the_database_and_ends_what_it_knows(
    context: Context, database_cable: Cable, tasks: Tasks, until: Until
) -> None:
    async def probe(context: Context, at: datetime) -> int:
        await database_cable.cut()
        return 7

    await schedule.plan([("probe", NOON)])
    jobs = {"probe": Job("probe", Every(60), probe)}
    stopping = asyncio.Event()
    with capture_logs() as lines:
        worker = tasks(work(context, stopping=stopping, jobs=jobs, channels={}, pace=QUICK))
        await mended_once_told(database_cable, lines)

        async def is_done() -> bool:
            return await JobRun.filter(state=JobRunState.DONE).exists()

        async def is_told() -> bool:
            return any(line["event"] == "database_back" for line in lines)

        await until(is_done)
        await until(is_told)
    assert not worker.done()
    run = await JobRun.get(job="probe")
    assert (run.outcome, run.attempts) == (7, 1)
    told = [line["event"] for line in lines if line["event"].startswith("database_")]
    assert told[:2] == ["database_away", "database_back"]


async def test_a_message_that_is_out_is_delivered_though_the_database_was_away(
    context: Context, database_cable: Cable, tasks: Tasks, until: Until
) -> None:
    async def pigeon(context: Context, address: Address, message: Message) -> None:
        await database_cable.cut()

    (wang,) = await members(1, at=NOON)
    at = now()
    await deliveries.plan(
        [
            Planned(
                key="once",
                customer_id=wang,
                channel="pigeon",
                scope="",
                address="the roof",
                message=Text("积分"),
                not_before=at,
                lapses_at=at + timedelta(hours=1),
            )
        ],
        at=at,
    )
    stopping, channels = asyncio.Event(), {"pigeon": pigeon}
    with capture_logs() as lines:
        tasks(work(context, stopping=stopping, jobs={}, channels=channels, pace=QUICK))
        await mended_once_told(database_cable, lines)

    async def is_delivered() -> bool:
        return await Delivery.filter(state="delivered", attempts=1).exists()

    await until(is_delivered)


async def test_a_worker_that_starts_without_a_database_begins_when_it_comes(
    context: Context, database_cable: Cable, tasks: Tasks, until: Until
) -> None:
    async def probe(context: Context, at: datetime) -> int:
        return 1

    await schedule.plan([("probe", NOON)])
    await database_cable.cut()
    stopping, jobs = asyncio.Event(), {"probe": Job("probe", Every(60), probe)}
    with capture_logs() as lines:
        worker = tasks(work(context, stopping=stopping, jobs=jobs, channels={}, pace=QUICK))
        await mended_once_told(database_cable, lines)

    async def is_done() -> bool:
        return await JobRun.filter(state=JobRunState.DONE).exists()

    await until(is_done)
    stopping.set()
    await worker
