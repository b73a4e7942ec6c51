"""The access token of a shop on JD: entered by the operator, renewed where JD gave a way to.

Each renewal gives a new refresh token, too, so both are kept as one. A newly entered token begins
anew, whatever was kept of the one before.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from msgspec import Struct

from wechat.errors import TokenRefused
from wechat.tokens import StoredToken, TokenStore


class Pair(Struct, frozen=True):
    """An access token and what renews it."""

    access: str
    refresh: str = ""

    def __repr__(self) -> str:
        return "Pair()"


Renew = Callable[[str], Awaitable[StoredToken]]


class JdTokens:
    """Tokens of one shop. ``renew`` turns a refresh token into a pair as JSON."""

    def __init__(self, store: TokenStore, entered: Pair, *, account: str, renew: Renew) -> None:
        self._store = store
        self._entered = entered
        self._renew = renew
        # one entered later is another key; a part of its digest tells nothing of it
        self._key = f"jd:{account}:{sha256(entered.access.encode()).hexdigest()[:12]}"

    async def token(self, stale: str | None) -> str:
        """Return the access token that is to be used; one other than ``stale``.

        Raises:
            TokenRefused: it ended, and nothing renews it.
        """
        kept = await self._store.get(self._key)
        pair = _pair(kept) if kept else self._entered
        is_usable = kept is None or kept.is_usable(datetime.now(UTC))
        if pair.access != stale and is_usable:
            return pair.access
        if not pair.refresh:
            raise TokenRefused(
                "the access token ended: enter a new one with `jifen connect`", endpoint="oauth2"
            )
        renewed = await self._store.refreshed(
            self._key,
            stale=kept.value if kept else None,
            fetch=lambda: self._renew(pair.refresh),
        )
        return _pair(renewed).access


def _pair(kept: StoredToken) -> Pair:
    return msgspec.json.decode(kept.value, type=Pair)
