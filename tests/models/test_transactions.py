"""A connection that dies where a transaction begins or ends is not the task's connection after."""

import os
import signal
import time
from collections.abc import AsyncIterator

import pytest

from models import db


@pytest.fixture
async def one_connection(database_url: str) -> AsyncIterator[None]:
    async with db.opened(database_url, pool_size=1):
        yield


async def _backend() -> int:
    (row,) = await db.fetch("SELECT pg_backend_pid() AS pid")
    pid: int = row["pid"]
    return pid


def _kill_unseen(pid: int) -> None:
    """End a server process while the event loop stands still, so that the driver cannot know."""
    os.kill(pid, signal.SIGTERM)
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)  # the event loop must not see it


async def test_a_transaction_that_cannot_begin_leaves_the_task_with_a_good_connection(
    one_connection: None,
) -> None:
    dead = await _backend()
    _kill_unseen(dead)
    begun = False
    with pytest.raises(db.Unreachable):
        async with db.transaction():
            begun = True
    assert not begun
    assert not db.in_caller_transaction()
    async with db.transaction():
        assert await _backend() != dead


async def test_a_transaction_that_cannot_end_leaves_the_task_with_a_good_connection(
    one_connection: None,
) -> None:
    with pytest.raises(db.Unreachable):  # noqa: PT012 - it is raised where the body ends
        async with db.transaction():
            dead = await _backend()
            _kill_unseen(dead)
    assert not db.in_caller_transaction()
    async with db.transaction():
        assert await _backend() != dead
