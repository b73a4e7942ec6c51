"""Tell the workers that there is something to do, so that they need not wait for their next look.

A wake-up may be lost: whoever waits looks by itself every second or so, and while Redis is away
that is all there is.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

CHANNEL = "{jifen}:wake"
PUBLISH_SECONDS = 0.25
TRY_AGAIN_SECONDS = 1.0
SILENCE_SECONDS = 30.0

# TimeoutError is an OSError
Away = (OSError, RedisError)


class Reach:
    """Whether something can be reached, told to the log when it changes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._is_away = False
        self.asked_again_at = 0.0

    def lost(self, error: BaseException) -> None:
        """Note that it could not be reached."""
        self.asked_again_at = time.monotonic() + TRY_AGAIN_SECONDS
        if not self._is_away:
            self._is_away = True
            log.warning(f"{self._name}_away", error=type(error).__name__)

    def found(self) -> None:
        """Note that it was reached."""
        if self._is_away:
            self._is_away = False
            log.info(f"{self._name}_back")

    def is_worth_a_try(self) -> bool:
        """Say False for a while after it was found to be away."""
        return not self._is_away or time.monotonic() >= self.asked_again_at


_publishing = Reach("wake_up")


async def wake(redis: Redis) -> None:
    """Let waiting workers look now. Call it after the commit; costs little while Redis is away."""
    if not _publishing.is_worth_a_try():
        return
    with _cancelled_for_good():
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await redis.publish(CHANNEL, b"")
            _publishing.found()
        except Away as error:
            _publishing.lost(error)


@contextmanager
def _cancelled_for_good() -> Iterator[None]:
    """Raise a cancellation that got lost inside: redis waits by ``asyncio.wait_for``.

    Before Python 3.12 that loses it where what it waits for is done at the same moment.
    """
    task = asyncio.current_task()
    assert task is not None
    before = task.cancelling()
    try:
        yield
    finally:
        if task.cancelling() > before:
            raise asyncio.CancelledError


class Bell:
    """Rung by a wake-up. Who looks takes a ``mark`` first, so that no ring is missed meanwhile."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        """Let all who wait look."""
        self._next.set()
        self._next = asyncio.Event()

    def mark(self) -> asyncio.Event:
        """Return what the next ring sets."""
        return self._next

    @staticmethod
    async def rung(mark: asyncio.Event, *, within_seconds: float) -> None:
        """Wait for the ring after ``mark``, or until the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                await mark.wait()


async def hear(redis: Redis, bell: Bell) -> None:
    """Ring the bell at every wake-up, for ever; while Redis is away, try again and again."""
    reach = Reach("wake_up_line")
    while True:
        try:
            async with redis.pubsub() as line:
                with _cancelled_for_good():
                    await line.subscribe(CHANNEL)
                while True:
                    with _cancelled_for_good():
                        await _listen(line, bell, reach)
        except Away as error:
            reach.lost(error)
            await asyncio.sleep(TRY_AGAIN_SECONDS)


async def _listen(line: PubSub, bell: Bell, reach: Reach) -> None:
    """Wait for one message. The first is Redis' own: it makes up for what came before."""
    message = await line.get_message(timeout=SILENCE_SECONDS)
    if message is None:
        await line.ping()
        return
    reach.found()
    bell.ring()
