"""Connections go from hand to hand; none is lost, and nobody waits for ever."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from models import db, pooling


@pytest.fixture
async def two(database_url: str) -> AsyncIterator[None]:
    """Bind the models with two connections."""
    async with db.opened(database_url, pool_size=2):
        yield


async def _pids(count: int) -> set[int]:
    found = await asyncio.gather(*(db.fetch("SELECT pg_backend_pid()") for _ in range(count)))
    return {rows[0][0] for rows in found}


async def test_256_at_once_are_all_served_by_two_connections(two: None) -> None:
    assert len(await _pids(256)) == 2
    assert db.pool_use() == db.PoolUse(busy=0, idle=2)


async def test_a_statement_is_planned_once_for_any_values(two: None) -> None:
    """The rest of the decision is PostgreSQL's: see 0044."""
    asked = "SELECT name, generic_plans, custom_plans FROM pg_prepared_statements"
    async with db.transaction():
        for number in range(3):
            await db.fetch("SELECT id FROM customer WHERE id = $1", number)
        plans = [
            (one["generic_plans"], one["custom_plans"])
            for one in await db.fetch(f"{asked} WHERE statement LIKE '%customer WHERE id = $1'")
        ]
    assert plans == [(3, 0)]


async def test_who_gave_up_waiting_takes_no_connection_with_her(two: None) -> None:
    release = asyncio.Event()
    held = [asyncio.create_task(_hold(release)) for _ in range(2)]
    while db.pool_use().busy < 2:  # noqa: ASYNC110 (the pool rings no bell)
        await asyncio.sleep(0)
    waiting = [asyncio.create_task(db.fetch("SELECT 1")) for _ in range(5)]
    await asyncio.sleep(0)
    for task in (*waiting[:3], held[0]):
        task.cancel()
    release.set()
    told = await asyncio.gather(*waiting, *held, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in told] == [True] * 3 + [
        False,
        False,
        True,
        False,
    ]
    assert await _pids(20)
    assert db.pool_use().busy == 0


async def test_a_statement_that_is_cancelled_half_way_spoils_none_after_it(two: None) -> None:
    for _ in range(4):
        sleeping = asyncio.create_task(db.fetch("SELECT pg_sleep(60)"))
        while not db.pool_use().busy:  # noqa: ASYNC110 (the pool rings no bell)
            await asyncio.sleep(0)
        sleeping.cancel()
        await asyncio.gather(sleeping, return_exceptions=True)
        assert (await db.fetch("SELECT 1 AS one"))[0]["one"] == 1
    assert await _pids(20)


async def test_who_waits_too_long_or_behind_too_many_is_told_so(
    two: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooling, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(pooling, "LONGEST_LINE", 3)
    release = asyncio.Event()
    held = [asyncio.create_task(_hold(release)) for _ in range(2)]
    while db.pool_use().busy < 2:  # noqa: ASYNC110 (the pool rings no bell)
        await asyncio.sleep(0)
    told = await asyncio.gather(*(db.fetch("SELECT 1") for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in told] == [pooling.PoolBusy] * 5
    assert issubclass(pooling.PoolBusy, db.Unreachable)
    release.set()
    await asyncio.gather(*held)
    monkeypatch.undo()
    assert await _pids(20)


async def _hold(release: asyncio.Event) -> None:
    async with db.transaction():
        await db.fetch("SELECT 1")
        await release.wait()
