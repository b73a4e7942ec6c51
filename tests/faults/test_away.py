"""Database or Redis away in the middle of traffic: answered in time, taken later, told once."""

import asyncio
import os
import random
import signal

from loyalty import ledger
from tests.bot.conftest import Town
from tests.faults.conftest import Servers
from tests.faults.traffic import SLOWEST_SECONDS, everyone_was_told_once, writing


async def test_postgresql_is_killed_and_comes_back_after_seconds(town: Town, own: Servers) -> None:
    await town.begin_worker()
    async with writing(town) as traffic:
        await asyncio.sleep(0.7)
        first = own.pids("postgres")[0]
        own.kill("postgres")
        await asyncio.sleep(1.5)
        assert await own.start_again() == ["PostgreSQL"]
        assert own.pids("postgres")[0] != first
        await asyncio.sleep(0.7)
    assert traffic.statuses() == {200, 503}
    assert traffic.slowest_seconds() < SLOWEST_SECONDS
    await everyone_was_told_once(town, traffic)
    assert await ledger.verify() == []


async def test_postgresql_stands_still_for_seconds(town: Town, own: Servers) -> None:
    await town.begin_worker()
    async with writing(town) as traffic:
        await asyncio.sleep(0.5)
        own.signal("postgres", signal.SIGSTOP)
        traffic.begin("oWriterLate")  # the others may have been taken already, and be answered 200
        try:
            await asyncio.sleep(4.7)
        finally:
            own.signal("postgres", signal.SIGCONT)
        await asyncio.sleep(0.7)
    assert traffic.statuses() == {200, 503}
    assert traffic.slowest_seconds() < SLOWEST_SECONDS
    await everyone_was_told_once(town, traffic)


async def test_single_connections_are_killed_again_and_again(town: Town, own: Servers) -> None:
    await town.begin_worker()
    chance = random.Random(4)
    async with writing(town) as traffic:
        for _ in range(2):
            await asyncio.sleep(0.5)
            backends = own.pids("postgres")[-3:]
            os.kill(chance.choice(backends), signal.SIGKILL)  # PostgreSQL ends all the others
            await asyncio.sleep(0.5)
            await own.recovered()
    assert traffic.statuses() <= {200, 503}
    assert traffic.slowest_seconds() < SLOWEST_SECONDS
    await everyone_was_told_once(town, traffic)


async def test_valkey_is_flushed_killed_and_comes_back(town: Town, own: Servers) -> None:
    await town.begin_worker()
    async with writing(town) as traffic:
        await asyncio.sleep(0.4)
        await town.context.redis.flushall()
        await asyncio.sleep(0.3)
        own.kill("valkey")
        await asyncio.sleep(1.5)
        assert await own.start_again() == ["Valkey"]
        await asyncio.sleep(0.4)
    assert traffic.statuses() == {200}
    assert traffic.slowest_seconds() < SLOWEST_SECONDS
    await everyone_was_told_once(town, traffic)
