"""`jifen work` for a test to kill: `python -m tests.connectors.program`. No job of it is ever due.

With STALLS it says so in a line and stands still for ever in the first batch of each shop, before
that is ended, and with the second handful of messages, which are stored and not yet confirmed.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from connectors.reading import working
from connectors.tmall import consumer
from connectors.tmall.consumer import Consumer
from connectors.tmall.frames import Frame
from jifen import app, embedded
from jifen.settings import read
from jobs import scheduler
from loyalty import inbox

STALLS = "STALLS" in os.environ
ends, stored = inbox.end, Consumer._stored
handfuls = 0


async def end(reasons: Mapping[int, Any], **told: Any) -> None:
    """End a batch, or stand still before."""
    if STALLS:
        await _stand_still("batch")
    await ends(reasons, **told)


async def store(taker: Consumer, taken: Sequence[consumer.Message]) -> Frame:
    """Store messages, and stand still before that is said."""
    global handfuls
    answer = await stored(taker, taken)
    handfuls += 1
    if STALLS and handfuls > 1:
        await _stand_still("messages")
    return answer


async def _stand_still(told: str) -> None:
    print(told, flush=True)
    await asyncio.sleep(3600)


async def never(*_: Any, stopping: asyncio.Event, **__: Any) -> None:
    """Let no job be due: nothing is found by a sweep."""
    await stopping.wait()


def main() -> None:
    """Work until killed."""
    inbox.LEASE = timedelta(seconds=1)
    inbox.ATTEMPTS = 1_000  # leases this short run out on a busy machine, too
    working.RENEW_SECONDS = 0.3
    working.AT_ONCE = consumer.AT_ONCE = 10
    inbox.end = end
    Consumer._stored = store  # type: ignore[method-assign]
    scheduler.keep_schedule = never  # type: ignore[assignment]
    settings = read(os.environ)
    app.work(settings, embedded.Addresses(settings.database_url, settings.redis_url))


if __name__ == "__main__":
    main()
