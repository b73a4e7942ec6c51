"""Access tokens: kept in one place for all processes, refreshed by one caller at a time.

Four workers that refresh at the same moment invalidate each other's token without end; a cache
where the last writer wins keeps a dead one. So a store refreshes only while the stored token is
still the one that failed, and only one caller fetches.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from msgspec import Struct

# A token is given up this long before its end, or at a tenth of a short life.
MARGIN_SECONDS = 60

Fetch = Callable[[], Awaitable["StoredToken"]]


class StoredToken(Struct, frozen=True):
    """An access token and the moment from which it should no longer be used."""

    value: str
    expires_at: datetime

    def is_usable(self, at: datetime) -> bool:
        return at < self.expires_at

    def __repr__(self) -> str:
        return f"StoredToken(expires_at={self.expires_at:%Y-%m-%dT%H:%M:%SZ})"


def token_in(answer: Any) -> StoredToken:
    """Return the token that a platform answered.

    Raises:
        KeyError, TypeError, ValueError: there is none in the answer.
    """
    value, life_seconds = answer["access_token"], int(answer["expires_in"])
    if not (isinstance(value, str) and value):
        raise ValueError("no token")
    usable_seconds = life_seconds - min(MARGIN_SECONDS, life_seconds // 10)
    return StoredToken(value, datetime.now(UTC) + timedelta(seconds=usable_seconds))


class TokenStore(Protocol):
    """Where tokens live. Keys name an account and a kind of token and hold no secret."""

    async def get(self, key: str) -> StoredToken | None:
        """The stored token, expired or not."""

    async def refreshed(self, key: str, *, stale: str | None, fetch: Fetch) -> StoredToken:
        """A usable token other than `stale`, which the platform refused (None: none known).

        Where the store already holds such a token, another caller was faster: return that.
        Else let one caller fetch, store the answer and give it to all who wait. In a database:
        take a lease on the row (`leased_until`, in a transaction of its own), fetch outside of
        any transaction, write where the value is still the one that was read; who does not get
        the lease reads again until the value changes or the lease runs out. What `fetch`
        raises is raised to all who wait for it.
        """


class MemoryTokens:
    """A store for one process: tests, and commands that run once."""

    def __init__(self) -> None:
        self._stored: dict[str, StoredToken] = {}
        self._fetches: dict[str, asyncio.Task[StoredToken]] = {}

    async def get(self, key: str) -> StoredToken | None:
        return self._stored.get(key)

    async def refreshed(self, key: str, *, stale: str | None, fetch: Fetch) -> StoredToken:
        stored = self._stored.get(key)
        if stored and stored.value != stale and stored.is_usable(datetime.now(UTC)):
            return stored
        running = self._fetches.get(key)
        if running is None:
            running = asyncio.create_task(self._fetch(key, fetch))
            self._fetches[key] = running
        # shielded: the one who started it may be cancelled while others wait
        return await asyncio.shield(running)

    async def _fetch(self, key: str, fetch: Fetch) -> StoredToken:
        try:
            self._stored[key] = await fetch()
            return self._stored[key]
        finally:
            del self._fetches[key]
