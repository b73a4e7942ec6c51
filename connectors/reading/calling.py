"""One call to a shop's platform: within its rate, a time and a size, again where that may help.

What only reads may be repeated; what must not be is called ``with_token_once``.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import aiohttp
from aiolimiter import AsyncLimiter
from msgspec import Struct

from wechat.errors import Rejected, TokenRefused, TryAgain
from wechat.exchange import Limits, read_body

T = TypeVar("T")
LIMITS = Limits(backoff_seconds=(0.3, 1.0, 3.0))
LONGEST_PAUSE_SECONDS = 30.0
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?", re.ASCII)


class NotReached(TryAgain):
    """The call did not get to the platform, or was turned away at its door: it had no effect."""

    code = "not_reached"


class Busy(NotReached):
    """The platform wants no more calls for ``pause_seconds``."""

    code = "busy"

    def __init__(self, errmsg: str, *, endpoint: str, pause_seconds: float) -> None:
        super().__init__(errmsg, endpoint=endpoint)
        self.pause_seconds = min(max(0.0, pause_seconds), LONGEST_PAUSE_SECONDS)


class Ask(Struct, frozen=True):
    """A call as it goes over the wire; ``path`` is what errors show of the address."""

    method: str
    url: str
    path: str
    params: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes | None = None


class Answer(Struct, frozen=True):
    """What a platform answered to a call, whatever its status below 500."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Caller:
    """Calls of one shop. Each ``path`` has its own rate, as the platforms count them."""

    def __init__(self, http: aiohttp.ClientSession, *, calls_per_second: float) -> None:
        self._http = http
        self._calls_per_second = calls_per_second
        self._rates: dict[str, AsyncLimiter] = {}

    async def send(self, ask: Ask) -> Answer:
        """Send one call once, when its rate allows.

        Raises:
            Busy: it was answered with 429, and says after how many seconds it may be made.
            TryAgain: nobody answered in time, too much, or with a status of 429 or 500 and more.
        """
        # a burst of one second's calls at most, and never less than one call
        rate = self._rates.setdefault(
            ask.path,
            AsyncLimiter(max(1.0, self._calls_per_second), max(1.0, 1 / self._calls_per_second)),
        )
        async with rate:
            return await self._exchange(ask)

    async def _exchange(self, ask: Ask) -> Answer:
        timeout = aiohttp.ClientTimeout(total=LIMITS.total_seconds, connect=LIMITS.connect_seconds)
        try:
            async with self._http.request(
                ask.method,
                ask.url,
                params=ask.params,
                headers=ask.headers,
                data=ask.body,
                timeout=timeout,
                allow_redirects=False,  # a token must not follow one to another host
            ) as response:
                told = response.headers.get("Retry-After", "")
                if response.status == 429 and _SECONDS.fullmatch(told):
                    raise Busy("HTTP 429", endpoint=ask.path, pause_seconds=float(told))
                if response.status == 429:
                    raise NotReached("HTTP 429", endpoint=ask.path)
                if response.status >= 500:
                    raise TryAgain(f"HTTP {response.status}", endpoint=ask.path)
                body = await read_body(response, LIMITS.answer_limit_bytes, endpoint=ask.path)
                return Answer(response.status, dict(response.headers), body)
        # what these say of themselves may hold the address and with it a token
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReached(f"no answer: {type(error).__name__}", endpoint=ask.path) from None
        except (TimeoutError, aiohttp.ClientError) as error:
            raise TryAgain(f"no answer: {type(error).__name__}", endpoint=ask.path) from None


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Call until it is answered, a few times, later each time, or when the platform says.

    Raises:
        CallFailed: one of its kinds; ``TryAgain`` after the last time.
    """
    for pause_seconds in LIMITS.backoff_seconds:
        try:
            return await call()
        except Busy as busy:
            await asyncio.sleep(max(pause_seconds, busy.pause_seconds) * random.uniform(1.0, 1.2))
        except TryAgain:
            await asyncio.sleep(pause_seconds * random.uniform(0.5, 1.5))
    return await call()


async def with_token(
    call: Callable[[str], Awaitable[T]], token: Callable[[str | None], Awaitable[str]]
) -> T:
    """Call with a token, once more with a fresh one where the platform refuses it.

    ``token`` returns one other than it is given.

    Raises:
        CallFailed: one of its kinds.
    """
    first = await token(None)
    try:
        return await patiently(lambda: call(first))
    except TokenRefused:
        second = await token(first)
        return await patiently(lambda: call(second))


async def with_token_once(
    call: Callable[[str], Awaitable[T]], token: Callable[[str | None], Awaitable[str]]
) -> T:
    """Call once with a token, and again only with a fresh one where the platform refused it.

    Raises:
        CallFailed: one of its kinds.
    """
    first = await token(None)
    try:
        return await call(first)
    except TokenRefused:
        return await call(await token(first))


def unreadable(ask: Ask, error: Exception) -> Rejected:
    """Return the error for an answer that is none of the platform's: its form, not its content."""
    return Rejected(f"not as documented: {type(error).__name__}: {error}", endpoint=ask.path)
