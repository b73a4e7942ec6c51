"""kill -9 of the process that leads, runs a job and sends, all at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from channels import Address
from jifen import embedded
from jobs.scheduler import keep_schedule
from jobs.worker import work
from loyalty import deliveries, ledger
from loyalty.deliveries import Message, Planned, Text
from models import Delivery, JobRun, db
from tests.connectors.killing import Begin, killed, workers
from tests.jobs.conftest import Until
from tests.jobs.lots import members
from tests.jobs.program import JOBS, PACE
from tests.jobs.test_scheduler import leaders
from tests.jobs.test_settle_points import earn
from web.context import Context, now

LOTS = 3
HELD_UP = (
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
async def begin(
    database: None, database_url: str, servers: embedded.Addresses
) -> AsyncIterator[Begin]:
    told = {"DATABASE_URL": database_url, "REDIS_URL": servers.redis_url}
    async with workers("tests.jobs.program", told, stdout=asyncio.subprocess.DEVNULL) as begin:
        yield begin


async def planned(customer_id: int) -> None:
    at = now()
    pigeon = Planned(
        key="farewell",
        customer_id=customer_id,
        channel="pigeon",
        scope="",
        address="the roof",
        message=Text("再见"),
        not_before=at,
        lapses_at=at + timedelta(hours=1),
    )
    await deliveries.plan([pigeon], at=at)


async def settlements() -> int:
    (row,) = await db.fetch("SELECT count(*) AS entries FROM entry WHERE kind = 'settle'")
    return int(row["entries"])


async def test_what_a_killed_process_held_is_finished_by_another_and_nothing_twice(
    context: Context,
    database_url: str,
    begin: Begin,
    tasks: Callable[..., asyncio.Task[None]],
    until: Until,
) -> None:
    earlier = now() - timedelta(days=8)
    last, *others = await members(501, at=earlier)
    settles_at = earlier + timedelta(days=7)
    await earn(others, lots=LOTS, at=earlier, settles_at=settles_at)
    await earn([last], at=earlier, settles_at=settles_at + timedelta(hours=1))
    await planned(last)

    async def is_half_way() -> bool:
        is_sending = await Delivery.filter(state="sending").exists()
        return is_sending and bool(await db.fetch(HELD_UP))

    async with db.session(database_url) as other, other.transaction():
        await other.execute("SELECT FROM member WHERE id = $1 FOR UPDATE", last)
        doomed = await begin()
        await until(is_half_way)
        (old_leader,) = await leaders(database_url)
        await killed(doomed)
    left_at, done_before = now(), await settlements()
    assert 0 < done_before < 500 * LOTS + 1
    await db.fetch("UPDATE delivery SET leased_until = now()")  # let a minute be over
    flights: list[int] = []

    async def pigeon(context: Context, address: Address, message: Message) -> None:
        flights.append(address.delivery_id)

    stopping = asyncio.Event()
    tasks(keep_schedule(context, database_url, stopping=stopping, jobs=JOBS))
    channels = {"pigeon": pigeon}
    tasks(work(context, stopping=stopping, jobs=JOBS, channels=channels, pace=PACE))

    async def is_all_done() -> bool:
        is_sent = not await Delivery.filter(state="sending").exists()
        has_run_since = await JobRun.filter(state="done", tick__gt=left_at).exists()
        return is_sent and has_run_since and await settlements() == 500 * LOTS + 1

    await until(is_all_done)
    assert await leaders(database_url) not in ([], [old_leader])
    assert [one.state.value for one in await Delivery.all()] == ["unknown"]
    assert flights == []
    found = await ledger.balances([last, *others], at=now())
    assert found.pop(last).available == 10
    assert {one.available for one in found.values()} == {10 * LOTS}
    assert await ledger.verify() == []
    stopping.set()
