"""Claims on events that are held for as long as they are worked."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from loyalty import inbox
from models import db

RENEW_SECONDS = 2.0


@asynccontextmanager
async def held(event_ids: Sequence[int]) -> AsyncIterator[None]:
    """Keep the claims on events, however long what is done with them takes."""
    holding = asyncio.create_task(_hold(event_ids))
    try:
        yield
    finally:
        holding.cancel()


async def _hold(event_ids: Sequence[int]) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        with suppress(*db.Unreachable):
            await inbox.renew(event_ids)
