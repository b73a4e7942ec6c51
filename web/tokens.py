"""Access tokens shared by all processes: one refreshes, the others wait for what it stores."""

import asyncio
from datetime import UTC, datetime

from loyalty import connections
from loyalty.connections import KeptToken
from loyalty.sealing import Sealer
from wechat.tokens import Fetch, StoredToken

LEASE_SECONDS = 15.0
LOOK_AGAIN_SECONDS = 0.1


class SharedTokens:
    """A ``wechat.tokens.TokenStore`` over the database, with the leases of ``connections``."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._copies: dict[str, StoredToken] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, key: str) -> StoredToken | None:
        """Return this process's copy while it is usable, else what is stored."""
        copy = self._copies.get(key)
        if copy is not None and copy.is_usable(datetime.now(UTC)):
            return copy
        return await self._stored(key)

    async def refreshed(self, key: str, *, stale: str | None, fetch: Fetch) -> StoredToken:
        """Return a usable token other than ``stale``; one caller over all processes fetches it."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            while True:
                stored = await self._stored(key)
                if stored and stored.value != stale and stored.is_usable(datetime.now(UTC)):
                    return stored
                if await connections.lease_token(key, seconds=LEASE_SECONDS, at=datetime.now(UTC)):
                    return await self._fetched(key, fetch)
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _stored(self, key: str) -> StoredToken | None:
        kept = await connections.kept_token(key, sealer=self._sealer)
        if kept is None:
            return None
        self._copies[key] = StoredToken(kept.value, kept.expires_at)
        return self._copies[key]

    async def _fetched(self, key: str, fetch: Fetch) -> StoredToken:
        try:
            token = await fetch()
            await connections.keep_token(
                key, KeptToken(token.value, token.expires_at), sealer=self._sealer
            )
        except BaseException:
            await connections.give_back_lease(key)
            raise
        self._copies[key] = token
        return token
