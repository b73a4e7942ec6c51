"""The demo's clock is moved by one at a time, also where one of them lost its lease."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from jifen.seeds import brand
from jobs import moving
from loyalty.brand import offset
from loyalty.errors import Refused
from tests.web.conftest import away, context, http, redis
from web.clock import BusinessClock
from web.context import Context

__all__ = ["away", "context", "http", "redis"]

HOUR = timedelta(hours=1)


@pytest.fixture
async def demo(database: None, context: Context) -> Context:
    """A process of a demo, with nobody who works."""
    await brand.lay()
    return replace(context, clock=BusinessClock())


async def lease_runs_out(redis: Redis) -> None:
    await redis.delete(*await redis.keys("*moving*"))


async def test_who_lost_the_lease_leaves_the_clock_and_the_lease_of_another_alone(
    demo: Context, redis: Redis
) -> None:
    late = await moving.begin(demo, HOUR)
    await lease_runs_out(redis)
    other = await moving.begin(demo, 2 * HOUR)
    with pytest.raises(Refused, match="clock_moved"):
        async with asyncio.timeout(60):
            await late.run()
    assert await moving.under_way(redis) == other.move
    with pytest.raises(Refused, match="clock_is_moving"):
        await moving.begin(demo, HOUR)
    assert await offset() == timedelta()


async def test_a_move_that_ends_or_is_stopped_lets_the_next_begin(
    demo: Context, redis: Redis
) -> None:
    mover = await moving.begin(demo, HOUR)
    assert await moving.under_way(redis) == mover.move
    running = asyncio.create_task(mover.run())
    await asyncio.sleep(0.2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await moving.under_way(redis) is None
    assert await redis.keys("*moving*") == []
    await moving.begin(demo, HOUR)
