"""What a worker does while the database is away: it waits, and finishes what it knows."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from models import db

T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0


def pause_seconds(failures: int) -> float:
    """Return how long to wait after so many failures in a row, from 1."""
    return float(min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10)))


async def insist(write: Callable[[], Awaitable[T]], *, within: timedelta) -> T:
    """Repeat a guarded write while the database is away, for as long as it can matter.

    Raises:
        db.Unreachable: it is away still.
    """
    failures = 0
    ends_at = asyncio.get_running_loop().time() + within.total_seconds()
    while True:
        try:
            return await write()
        except db.Unreachable:
            failures += 1
            pause = pause_seconds(failures)
            if asyncio.get_running_loop().time() + pause >= ends_at:
                raise
            await asyncio.sleep(pause)


async def until(event: asyncio.Event, *, within_seconds: float) -> bool:
    """Wait for an event; False where it did not come in time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within_seconds):
            await event.wait()
    return event.is_set()
