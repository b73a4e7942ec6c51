"""A change that is made again where it collides with another process's."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from models import db

T = TypeVar("T")
ATTEMPTS = 8
PAUSE_SECONDS = 0.005


async def in_transaction(act: Callable[[], Awaitable[T]]) -> T:
    """Do it in a transaction, again after a collision; in the caller's, a collision is hers."""
    if db.in_caller_transaction():
        return await act()
    for attempt in range(ATTEMPTS):
        try:
            async with db.transaction():
                return await act()
        except db.Collision:
            if attempt == ATTEMPTS - 1:
                raise
        await asyncio.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))  # two who collided part
    raise AssertionError("the last attempt returns or raises")
