"""A wake-up rings every process's bell, and its loss costs little."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from jifen import embedded
from web import wake as waking
from web.wake import Bell, hear, wake


@pytest.fixture
async def heard(redis: Redis) -> AsyncIterator[Bell]:
    """A bell on a line to Redis that stands."""
    bell = Bell()
    mark = bell.mark()
    hearing = asyncio.create_task(hear(redis, bell))
    await Bell.rung(mark, within_seconds=60)
    yield bell
    hearing.cancel()
    await asyncio.wait([hearing])


async def has_rung(mark: asyncio.Event) -> bool:
    await Bell.rung(mark, within_seconds=60)
    return mark.is_set()


async def test_a_wake_up_rings_the_bell_of_every_process(redis: Redis, heard: Bell) -> None:
    other, mark = Bell(), heard.mark()
    other_mark = other.mark()
    hearing = asyncio.create_task(hear(redis, other))
    assert await has_rung(other_mark)
    other_mark = other.mark()
    await wake(redis)
    assert await has_rung(mark)
    assert await has_rung(other_mark)
    hearing.cancel()


async def test_a_ring_while_one_looks_is_not_missed() -> None:
    bell = Bell()
    mark = bell.mark()
    bell.ring()
    assert await has_rung(mark)
    assert not bell.mark().is_set()


async def test_the_next_mark_waits_for_the_next_ring(redis: Redis, heard: Bell) -> None:
    mark = heard.mark()
    await wake(redis)
    assert await has_rung(mark)
    began = time.monotonic()
    await Bell.rung(heard.mark(), within_seconds=0.1)
    assert time.monotonic() - began >= 0.1


async def test_redis_that_answers_nothing_costs_little_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waking, "PUBLISH_SECONDS", 0.25)
    monkeypatch.setattr(waking, "TRY_AGAIN_SECONDS", 3600)
    tries: list[asyncio.StreamWriter] = []

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.append(writer)
        await reader.read()
        writer.close()

    with TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder) / "silent.sock"
        silent = await asyncio.start_unix_server(swallow, path)
        with capture_logs() as lines:
            async with Redis(unix_socket_path=str(path)) as redis:
                for _ in range(100):
                    await wake(redis)
        silent.close()
    assert len(tries) == 1, "one short wait, and not one a wake-up"
    assert [line["event"] for line in lines] == ["wake_up_away"]


async def test_who_is_cancelled_while_it_wakes_stops_there(servers: embedded.Addresses) -> None:
    stopped = []
    async with Redis.from_url(servers.redis_url, socket_timeout=10) as redis:
        await wake(redis)
        for steps in itertools.count():
            waking_up = asyncio.create_task(wake(redis))
            for _ in range(steps):
                await asyncio.sleep(0)
            was_done = waking_up.done()
            waking_up.cancel()
            await asyncio.wait([waking_up])
            assert waking_up.cancelled() is not was_done, f"after {steps} steps"
            if was_done:
                break
            stopped.append(steps)
    assert len(stopped) > 1, "somewhere on its way"


async def test_a_line_that_is_cancelled_while_it_is_laid_ends(servers: embedded.Addresses) -> None:
    async with Redis.from_url(servers.redis_url, socket_timeout=10) as redis:
        for steps in range(60):
            hearing = asyncio.create_task(hear(redis, Bell()))
            for _ in range(steps):
                await asyncio.sleep(0)
            hearing.cancel()
            _, running = await asyncio.wait([hearing], timeout=30)
            assert not running, f"after {steps} steps"
