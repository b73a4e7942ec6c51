"""kill -9 of a worker in the middle of a batch, beside another that goes on."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from jifen import embedded
from loyalty import ledger
from models import Purchase
from tests.connectors.own_store.till import CODE, Till, order, points, refund, states

ORDERS = 300
Begin = Callable[..., Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
async def begin(till: Till, database_url: str, servers: embedded.Addresses) -> AsyncIterator[Begin]:
    """Start workers, each a process that does not outlive the test."""
    async with AsyncExitStack() as stack:

        async def start(**how: str) -> asyncio.subprocess.Process:
            environment = {
                **os.environ,
                "DATABASE_URL": database_url,
                "REDIS_URL": servers.redis_url,
                "CONNECTION_ID": str(till.context.stores[CODE].id),
                **how,
            }
            program = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.connectors.own_store.program",
                env=environment,
                stdout=asyncio.subprocess.DEVNULL,
            )
            stack.push_async_callback(end, program)
            return program

        yield start


async def end(program: asyncio.subprocess.Process) -> None:
    if program.returncode is None:
        program.kill()
    await program.wait()


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await is_so():  # noqa: ASYNC110 (the database rings no bell)
            await asyncio.sleep(0.05)


async def test_what_a_killed_worker_held_is_worked_by_another_and_nothing_twice(
    till: Till, begin: Begin
) -> None:
    doomed = await begin(STALLS_AFTER="2")
    await till.send([order(f"T-{number}") for number in range(ORDERS)])
    await till.send([], [refund(f"T-{number}", "R-1", line_1=4_000) for number in range(100)])

    async def stands_still() -> bool:
        found = await states()
        return found.get("worked", 0) == 40 and found.get("claimed", 0) >= 20

    await until(stands_still)
    assert await Purchase.all().count() <= 40, "what is not ended is not recorded"
    survivors = [await begin(), await begin()]
    doomed.kill()
    await doomed.wait()

    async def is_done() -> bool:
        return await states() == {"worked": ORDERS + 100}

    await until(is_done)
    assert all(one.returncode is None for one in survivors)
    assert await Purchase.all().count() == ORDERS
    assert await points() == 200 * 100 + 100 * 60
    assert await ledger.verify() == []
