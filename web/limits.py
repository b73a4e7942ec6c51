"""How often one caller may ask: counted in Redis over all processes, in windows of fixed length."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from redis.asyncio import Redis

from web.refusals import TooManyRequests
from web.wake import Away, Reach

REDIS_SECONDS = 0.5
LONGEST_TALLY = 10_000

# a window begins with its first request; one command, so that none is left without its end
_COUNT = """
local count = redis.call('INCRBY', KEYS[1], ARGV[2])
if count == tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` requests of one caller in a window.

    While Redis is away each process counts for itself: to ``most_alone``, or to ``most`` again.
    A process tells the others once for every ``step`` requests: so many more may pass with each of
    several, and of a flood within one moment no more than ``most`` with each.
    """

    name: str
    most: int
    window_seconds: int
    most_alone: int | None = None
    step: int = 1

    @property
    def most_here(self) -> int:
        """Return what one process allows while it knows nothing of the others."""
        return self.most if self.most_alone is None else self.most_alone


class Limiter:
    """Counts callers; Redis may be away at any time."""

    def __init__(self, redis: Redis) -> None:
        self._count: Any = redis.register_script(_COUNT)
        self._reach = Reach("limits")
        self._tally: dict[str, tuple[int, float]] = {}
        self._untold: dict[str, int] = {}

    async def check(self, limit: Limit, caller: str) -> None:
        """Count one request of a caller.

        Raises:
            TooManyRequests: she has asked too often in this window.
        """
        name = f"limit:{{{limit.name}:{caller}}}"
        count, ends_at = self._counted_here(name, limit)
        told = self._to_tell(name, limit)
        if told and count <= limit.most:  # else Redis could only agree, and a flood stops here
            found = await self._counted_by_all(name, limit, told=told)
            if found is None:
                count += limit.most - limit.most_here
            else:
                count, ends_at = found
                self._tally[name] = max(found[0], self._tally.get(name, found)[0]), ends_at
        if count > limit.most:
            seconds = ends_at - time.monotonic()
            raise TooManyRequests(after_seconds=max(1, round(seconds + 0.5)))

    def _counted_here(self, name: str, limit: Limit) -> tuple[int, float]:
        """Count in this process, and return the count and when the window ends."""
        now = time.monotonic()
        count, ends_at = self._tally.pop(name, (0, 0.0))
        if ends_at <= now:
            count, ends_at = 0, now + limit.window_seconds
        self._tally[name] = (count + 1, ends_at)
        if len(self._tally) > LONGEST_TALLY:
            del self._tally[next(iter(self._tally))]
        return count + 1, ends_at

    def _to_tell(self, name: str, limit: Limit) -> int:
        """Return how many requests the others are to be told of now; mostly none."""
        untold = self._untold.pop(name, 0) + 1
        if untold >= limit.step:
            return untold
        self._untold[name] = untold
        if len(self._untold) > LONGEST_TALLY:
            del self._untold[next(iter(self._untold))]
        return 0

    async def _counted_by_all(
        self, name: str, limit: Limit, *, told: int
    ) -> tuple[int, float] | None:
        """Count in Redis, and return the count and when the window ends; None while it is away."""
        if not self._reach.is_worth_a_try():
            return None
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                count, ends_in_ms = await self._count([name], [limit.window_seconds * 1000, told])
        except Away as error:
            self._reach.lost(error)
            return None
        self._reach.found()
        return count, time.monotonic() + ends_in_ms / 1000


LIMITER = web.AppKey("limiter", Limiter)
TRUSTED_PROXIES = web.AppKey("trusted_proxies", int)


async def check(request: web.Request, limit: Limit, *, caller: str) -> None:
    """Count one request of a caller.

    Raises:
        TooManyRequests: she has asked too often in this window.
    """
    await request.config_dict[LIMITER].check(limit, caller)


def address_of(request: web.Request) -> str:
    """Return the address that the outermost proxy we trust saw; the peer's where there is none."""
    proxies = request.config_dict[TRUSTED_PROXIES]
    if proxies:
        told = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        seen = [address.strip() for address in told if address.strip()]
        if seen:
            return seen[-min(proxies, len(seen))][:64]
    return request.remote or "unknown"
