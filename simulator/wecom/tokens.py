"""access_token of the corp's app: the same one on repeat, until it ends (C1)."""

import base64
import os
import re

import msgspec

from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.errors import Refused

KEPT_TOKENS = 20
_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,512}")


class CorpToken(msgspec.Struct):
    """A token that was given away."""

    value: str
    ends_at: int


class CorpTokensState(msgspec.Struct):
    """The last tokens, oldest first."""

    tokens: list[CorpToken] = []


class CorpTokens:
    """Which tokens of the app live."""

    def __init__(self, state: CorpTokensState, assumed: Assumed, clock: Clock) -> None:
        self.state = state
        self._assumed = assumed
        self._clock = clock

    def issue(self) -> tuple[str, int]:
        """The living token, or a new one, and for how many seconds it lives."""
        now = self._clock.now()
        kept = self.state.tokens
        if not kept or kept[-1].ends_at <= now:
            value = base64.urlsafe_b64encode(os.urandom(120)).decode().rstrip("=")
            kept.append(CorpToken(value, now + self._assumed.token_lifetime_seconds))
            del kept[:-KEPT_TOKENS]
        return kept[-1].value, kept[-1].ends_at - now

    def check(self, value: str) -> None:
        """Raises: Refused 41001, 40014, 42001."""
        if not value:
            raise Refused(41001)
        found = [token for token in self.state.tokens if token.value == value]
        if not found or not _SHAPE.fullmatch(value):
            raise Refused(40014)
        if found[0].ends_at <= self._clock.now():
            raise Refused(42001)

    def kill_all(self) -> int:
        """Ends every token at once, as a reset of the secret does; says how many."""
        living = sum(token.ends_at > self._clock.now() for token in self.state.tokens)
        self.state.tokens.clear()
        return living
