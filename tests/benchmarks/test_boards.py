"""Boards are measured by what counts whom it paid, and compares whose ranks it read."""

import pytest
from redis.asyncio import Redis

from benchmarks import boards_ours
from benchmarks.measuring import BenchmarkFailed
from models import db
from tests.web.conftest import redis
from web import boards

__all__ = ["redis"]

MEMBERS, WINNERS = 60, 20


async def test_a_season_ends_once_however_it_was_killed(database: None, redis: Redis) -> None:
    laid = await boards_ours.lay(MEMBERS, winners=WINNERS)
    assert await boards.lay(redis, laid.slot, laid.season) == MEMBERS
    await boards_ours.compare_ranks(redis, laid, MEMBERS)
    await boards_ours.freeze(laid)
    await boards_ours.pay(laid)
    await boards_ours.verify_paid(laid)
    await db.fetch("UPDATE lot SET points = points + 1")
    with pytest.raises(BenchmarkFailed, match="20 prizes given"):
        await boards_ours.verify_paid(laid)


async def test_a_copy_with_other_ranks_is_no_copy(database: None, redis: Redis) -> None:
    laid = await boards_ours.lay(MEMBERS, winners=WINNERS)
    with pytest.raises(BenchmarkFailed, match="not whole"):
        await boards_ours.compare_ranks(redis, laid, MEMBERS)
    await boards.lay(redis, laid.slot, laid.season)
    await db.fetch("UPDATE score SET score = 1000 WHERE member_id = 2")
    with pytest.raises(BenchmarkFailed, match="ranks others"):
        await boards_ours.compare_ranks(redis, laid, MEMBERS)


async def test_orders_are_told_to_a_brand_with_boards(database: None, redis: Redis) -> None:
    await boards_ours.lay_shop(has_boards=True)
    # so few take less than a tick of the clock that processor time is told by
    assert await boards_ours.tell_orders(redis, 30, number=0, postmaster=None) >= 0
    assert len(await db.fetch("SELECT FROM purchase")) >= 30
    assert await db.fetch("SELECT FROM score")
