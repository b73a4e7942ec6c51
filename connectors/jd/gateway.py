"""JD's gateway (宙斯): signed calls of one shop's app, and the token that they need."""

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

import aiohttp
import msgspec
from msgspec import Struct

from connectors.jd.signature import param_json, signature
from connectors.jd.tokens import JdTokens, Pair
from connectors.reading.calling import Ask, Caller, patiently, unreadable, with_token
from connectors.reading.texts import Id, shown
from loyalty.connections import JdSettings
from web.context import now
from wechat.errors import CallFailed, Rejected, TokenRefused, TryAgain
from wechat.tokens import StoredToken, TokenStore, token_in

T = TypeVar("T")
DONE = "0"
TOKEN_ENDED = frozenset({"18", "19"})


class _Code(Struct, frozen=True):
    """What the gateway says of a call, beside the answer or instead of one."""

    code: Id = 0
    zh_desc: str | None = ""
    en_desc: str | None = ""
    msg: str | None = ""


class _Renewed(Struct, frozen=True):
    access_token: str
    expires_in: Id
    refresh_token: str | None = ""


_answers = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Gateway:
    """Calls for one shop."""

    def __init__(
        self, settings: JdSettings, *, http: aiohttp.ClientSession, tokens: TokenStore
    ) -> None:
        self._settings = settings
        self._caller = Caller(http, calls_per_second=settings.calls_per_second)
        self._tokens = JdTokens(
            tokens,
            Pair(settings.access_token, settings.refresh_token),
            account=f"{settings.app_key}:{settings.vender_id}",
            renew=self._renew,
        )

    async def call(self, method: str, asked: Mapping[str, object], kind: type[T]) -> T:
        """Return the answer to a call, with a token that holds.

        Raises:
            CallFailed: one of its kinds.
        """
        return await with_token(
            lambda token: self._asked(method, asked, kind, token), self._tokens.token
        )

    async def call_as_entered(self, method: str, asked: Mapping[str, object], kind: type[T]) -> T:
        """Return the answer to a call with the token that was entered, and never renew it for that.

        Raises:
            CallFailed: one of its kinds.
        """
        token = self._settings.access_token
        return await patiently(lambda: self._asked(method, asked, kind, token))

    async def _asked(
        self, method: str, asked: Mapping[str, object], kind: type[T], token: str
    ) -> T:
        ask = self._signed(method, asked, token)
        answer = await self._caller.send(ask)
        try:
            wrapped = _answers.decode(answer.body)
            # _responce [sic]
            told = wrapped.get("error_response") or wrapped[f"{method.replace('.', '_')}_responce"]
            said = msgspec.json.decode(told, type=_Code)
            if "error_response" not in wrapped and str(said.code) == DONE:
                return msgspec.json.decode(told, type=kind)
        except (msgspec.MsgspecError, KeyError, UnicodeDecodeError, RecursionError) as error:
            raise unreadable(ask, error) from None
        raise self._refusal(said, method)

    def _signed(self, method: str, asked: Mapping[str, object], token: str) -> Ask:
        settings = self._settings
        told = {
            "method": method,
            "app_key": settings.app_key,
            "access_token": token,
            "timestamp": shown(now()),
            "format": "json",
            "v": "2.0",
            "360buy_param_json": param_json(asked),
        }
        body = urlencode({**told, "sign": signature(settings.app_secret, told)})
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
        return Ask("POST", settings.api_base, method, headers=headers, body=body.encode())

    def _refusal(self, told: _Code, method: str) -> CallFailed:
        code = str(told.code)
        kind: type[CallFailed] = Rejected
        if code in TOKEN_ENDED:
            kind = TokenRefused
        elif code in self._settings.busy_codes:
            kind = TryAgain
        said = told.zh_desc or told.en_desc or told.msg or ""
        return kind(said, endpoint=method, errcode=int(code) if code.isdecimal() else None)

    async def _renew(self, refresh: str) -> StoredToken:
        """Return a pair as JSON for a refresh token.

        Raises:
            TokenRefused: JD gives none for it.
            TryAgain: JD does not answer.
        """
        settings, path = self._settings, "oauth2/refresh_token"
        asked = {
            "app_key": settings.app_key,
            "app_secret": settings.app_secret,
            "grant_type": "refresh_token",
            "refresh_token": refresh,
        }
        ask = Ask("GET", f"{settings.oauth_base}/refresh_token", path, params=asked)
        answer = await patiently(lambda: self._caller.send(ask))
        try:
            told = msgspec.json.decode(answer.body, type=_Renewed)
            token = token_in(msgspec.structs.asdict(told))
        except (msgspec.MsgspecError, TypeError, ValueError) as error:
            said = f"the token was not renewed ({type(error).__name__}): enter a new one"
            raise TokenRefused(said, endpoint=path) from None
        pair = Pair(token.value, told.refresh_token or refresh)
        return StoredToken(msgspec.json.encode(pair).decode(), token.expires_at)
