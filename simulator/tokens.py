"""access_token: the two endpoints that issue it, and what becomes of a token (A6)."""

import base64
import os
import re
from typing import TYPE_CHECKING, Literal

import msgspec

from simulator.api import Answer, Call, Endpoint
from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.errors import Refused

if TYPE_CHECKING:
    from simulator.world import China

KEPT_TOKENS = 100
_SHAPE = re.compile(r"[A-Za-z0-9_-]{1,512}")

Issuer = Literal["token", "stable_token"]


class Token(msgspec.Struct):
    """A token an endpoint gave away. `killed`: it ended by a newer one and not by its age."""

    value: str
    app_id: str
    issuer: Issuer
    ends_at: int
    killed: bool = False


class TokensState(msgspec.Struct):
    """The last tokens, oldest first, and when each app forced the stable one to change."""

    tokens: list[Token] = []
    forced_at: dict[str, list[int]] = {}


class Tokens:
    """Which tokens live."""

    def __init__(self, state: TokensState, assumed: Assumed, clock: Clock) -> None:
        self.state = state
        self._assumed = assumed
        self._clock = clock

    def app_id_of(self, value: str) -> str:
        """The app a token speaks for. Raises: Refused 41001, 40014, 40001, 42001."""
        if not value:
            raise Refused(41001)
        if not _SHAPE.fullmatch(value):
            raise Refused(40014)
        for token in self.state.tokens:
            if token.value == value:
                if self._clock.now() < token.ends_at:
                    return token.app_id
                raise Refused(40001 if token.killed else 42001)
        raise Refused(40001)

    def issue(self, app_id: str, *, cross_kick: bool) -> Token:
        """A new token of /cgi-bin/token; the one before works for the grace period only."""
        old = self._current(app_id, "token")
        if old:
            self._kill(old, self._assumed.token_grace_seconds)
        if cross_kick:
            self._kill_current(app_id, "stable_token")
        return self._new(app_id, "token")

    def stable(self, app_id: str, *, cross_kick: bool) -> Token:
        """The token of /cgi-bin/stable_token: the same one until it is about to expire."""
        current = self._current(app_id, "stable_token")
        renewal = self._assumed.stable_renewal_seconds
        if current and current.ends_at - self._clock.now() > renewal:
            return current
        if cross_kick:
            self._kill_current(app_id, "token")
        return self._new(app_id, "stable_token")

    def forced(self, app_id: str, *, cross_kick: bool) -> Token:
        """A new stable token that kills the old one at once, where the limits still allow it."""
        now = self._clock.now()
        day_start = now - (now + 8 * 3600) % 86_400
        earlier = [at for at in self.state.forced_at.get(app_id, []) if at >= day_start]
        too_soon = bool(earlier) and (
            now - earlier[-1] < self._assumed.stable_forced_refresh_gap_seconds
        )
        if too_soon or len(earlier) >= self._assumed.stable_forced_refreshes_a_day:
            return self.stable(app_id, cross_kick=cross_kick)
        self.state.forced_at[app_id] = [*earlier, now]
        for token in self.state.tokens:
            if token.app_id == app_id and token.issuer == "stable_token":
                self._kill(token, 0)
        if cross_kick:
            self._kill_current(app_id, "token")
        return self._new(app_id, "stable_token")

    def kill_all(self, app_id: str) -> int:
        """Ends every token of an app at once, as a reset of the secret does; says how many."""
        living = [each for each in self.state.tokens if each.app_id == app_id]
        living = [each for each in living if each.ends_at > self._clock.now()]
        for token in living:
            self._kill(token, 0)
        return len(living)

    def _new(self, app_id: str, issuer: Issuer) -> Token:
        value = "97_" + base64.urlsafe_b64encode(os.urandom(100)).decode().rstrip("=")
        ends_at = self._clock.now() + self._assumed.token_lifetime_seconds
        token = Token(value, app_id, issuer, ends_at)
        self.state.tokens.append(token)
        del self.state.tokens[:-KEPT_TOKENS]
        return token

    def _current(self, app_id: str, issuer: Issuer) -> Token | None:
        for token in reversed(self.state.tokens):
            if token.app_id == app_id and token.issuer == issuer and not token.killed:
                return token if token.ends_at > self._clock.now() else None
        return None

    def _kill_current(self, app_id: str, issuer: Issuer) -> None:
        current = self._current(app_id, issuer)
        if current:
            self._kill(current, 0)

    def _kill(self, token: Token, grace_seconds: int) -> None:
        ends_at = self._clock.now() + grace_seconds
        if token.ends_at > ends_at:
            token.ends_at = ends_at
            token.killed = True


class StableTokenRequest(msgspec.Struct):
    """Body of /cgi-bin/stable_token."""

    grant_type: str = ""
    appid: str = ""
    secret: str = ""
    force_refresh: bool = False


async def token(call: Call) -> Answer:
    """GET /cgi-bin/token: a new token every time."""
    query = call.query
    app_id = _proven(call, query.get("grant_type", ""), "client_credential")
    fresh = call.china.tokens.issue(app_id, cross_kick=call.china.faults.now.token_cross_kick)
    return _answer(call.china, fresh)


async def stable_token(call: Call) -> Answer:
    """POST /cgi-bin/stable_token: the same token, counting down."""
    asked = call.json(StableTokenRequest)
    app_id = credentials(
        call, asked.grant_type, "client_credential", app_id=asked.appid, secret=asked.secret
    )
    call.china.quotas.count(app_id, call.path)
    tokens, cross_kick = call.china.tokens, call.china.faults.now.token_cross_kick
    choose = tokens.forced if asked.force_refresh else tokens.stable
    return _answer(call.china, choose(app_id, cross_kick=cross_kick))


def _proven(call: Call, grant_type: str, expected: str) -> str:
    app_id = credentials(
        call,
        grant_type,
        expected,
        app_id=call.query.get("appid", ""),
        secret=call.query.get("secret", ""),
    )
    call.china.quotas.count(app_id, call.path)
    return app_id


def credentials(call: Call, grant_type: str, expected: str, *, app_id: str, secret: str) -> str:
    """The app id whose secret the caller knows. Raises: Refused 41002, 41004, 40002, 40013,
    40125, 40164."""
    if not app_id:
        raise Refused(41002)
    if not secret:
        raise Refused(41004)
    if grant_type != expected:
        raise Refused(40002)
    known = call.china.secrets.get(app_id)
    if known is None:
        raise Refused(40013)
    if known != secret:
        raise Refused(40125)
    whitelist = call.china.settings.ip_whitelist
    if whitelist is not None and call.remote not in whitelist:
        raise Refused(40164, f"{call.remote} ipv6 ::ffff:{call.remote}, not in whitelist")
    return app_id


def _answer(china: "China", token: Token) -> Answer:
    return {"access_token": token.value, "expires_in": token.ends_at - china.clock.now()}


ENDPOINTS = (
    Endpoint("GET", "/cgi-bin/token", token, needs_token=False),
    Endpoint("POST", "/cgi-bin/stable_token", stable_token, needs_token=False),
)
