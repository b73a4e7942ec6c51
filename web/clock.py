"""Business time: that of the wire, and in the demo as far ahead of it as somebody moved it.

Points settle, tiers age and campaigns run by it. Signatures, tokens, sessions and leases never do:
they use `web.context.now`.
"""

import asyncio
from datetime import datetime, timedelta

from loyalty import brand
from models import db
from web.context import now

LOOK_SECONDS = 0.25  # moving the clock waits for all to have looked


class BusinessClock:
    """A clock that stands ahead by what is kept with the brand; `Context.clock` of a demo."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Return the moment of business time."""
        return now() + self._ahead

    async def look(self) -> timedelta:
        """Read how far ahead we are."""
        self._ahead = await brand.offset()
        return self._ahead

    async def keep_looking(self) -> None:
        """Learn, for ever, what other processes moved."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except db.Unreachable:
                continue
