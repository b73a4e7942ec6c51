"""kill -9 of a worker in the middle of a batch, beside another that goes on."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from jifen import embedded
from loyalty import ledger
from models import Purchase
from tests.connectors.killing import Begin, killed, until, workers
from tests.connectors.own_store.till import CODE, Till, order, points, refund, states

ORDERS = 300


@pytest.fixture
async def begin(till: Till, database_url: str, servers: embedded.Addresses) -> AsyncIterator[Begin]:
    """Start workers that share the till's database and server."""
    told = {
        "DATABASE_URL": database_url,
        "REDIS_URL": servers.redis_url,
        "CONNECTION_ID": str(till.context.stores[CODE].id),
    }
    module = "tests.connectors.own_store.program"
    async with workers(module, told, stdout=asyncio.subprocess.DEVNULL) as begin:
        yield begin


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
    await killed(doomed)

    async def is_done() -> bool:
        return await states() == {"worked": ORDERS + 100}

    await until(is_done)
    assert all(one.returncode is None for one in survivors)
    assert await Purchase.all().count() == ORDERS
    assert await points() == 200 * 100 + 100 * 60
    assert await ledger.verify() == []
