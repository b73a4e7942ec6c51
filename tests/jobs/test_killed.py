"""kill -9 of the process that leads, runs a job and sends, all at once."""

import asyncio
import os
import sys
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
from tests.jobs.conftest import Until
from tests.jobs.lots import members
from tests.jobs.program import JOBS, PACE
from tests.jobs.test_scheduler import leaders
from tests.jobs.test_settle_points import earn
from web.context import Context, now

LOTS = 10


@pytest.fixture
async def doomed(
    database: None, database_url: str, servers: embedded.Addresses
) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": servers.redis_url}
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.jobs.program",
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
    )
    yield program
    if program.returncode is None:
        program.kill()
    await program.wait()


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
    doomed: asyncio.subprocess.Process,
    tasks: Callable[..., asyncio.Task[None]],
    until: Until,
) -> None:
    earlier = now() - timedelta(days=8)
    everybody = await members(500, at=earlier)
    await planned(everybody[0])
    await earn(everybody, lots=LOTS, at=earlier, settles_at=earlier + timedelta(days=7))

    async def is_half_way() -> bool:
        is_sending = await Delivery.filter(state="sending").exists()
        return is_sending and await settlements() > 0

    await until(is_half_way)
    (old_leader,) = await leaders(database_url)
    doomed.kill()
    await doomed.wait()
    left_at, done_before = now(), await settlements()
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
        return is_sent and has_run_since and await settlements() == 500 * LOTS

    await until(is_all_done)
    assert done_before < 500 * LOTS, "the job was not half-way: use more lots"
    assert await leaders(database_url) not in ([], [old_leader])
    assert [one.state.value for one in await Delivery.all()] == ["unknown"]
    assert flights == []
    assert {one.available for one in (await ledger.balances(everybody, at=now())).values()} == {100}
    assert await ledger.verify() == []
    stopping.set()
