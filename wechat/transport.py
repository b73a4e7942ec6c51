"""wechatpy's API classes over aiohttp: what they call where wechatpy has a blocking client.

An API class builds a call and returns what the client's `get` or `post` returns. Ours return
coroutines, so `await account.message.send_text(...)` works; the client of wechatpy itself
(requests, no time-out, endless token refresh) is never built.
"""

import asyncio
import json as jsonlib
import mimetypes
import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn
from urllib.parse import urlsplit

import aiohttp

from wechat.errors import TokenRefused, TryAgain
from wechat.exchange import Call, Limits, Upload, exchange, lost
from wechat.tokens import StoredToken, TokenStore

DEFAULT_LIMITS = Limits()


class Transport(ABC):
    """Calls of one account, with its token, to one base address.

    `platform` is the address that wechatpy wrote into its classes; `api_base` takes its place.
    A call that leads anywhere else is refused, since the token would go with it.
    """

    platform: ClassVar[str]
    # POSTs that only read or only set: they may be repeated. GETs that do more than read.
    repeatable_posts: ClassVar[frozenset[str]] = frozenset()
    unrepeatable_gets: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        http: aiohttp.ClientSession,
        tokens: TokenStore,
        *,
        appid: str,
        secret: str,
        api_base: str,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        if urlsplit(api_base).scheme not in ("http", "https") or not urlsplit(api_base).netloc:
            raise ValueError(f"no base address: {api_base!r}")
        self.appid = appid
        self.secret = secret
        self._connection = http
        self._tokens = tokens
        self._api_base = api_base.rstrip("/")
        self._limits = limits

    @property
    @abstractmethod
    def token_key(self) -> str:
        """What the token of this account is stored under."""

    @abstractmethod
    async def issue_token(self) -> StoredToken:
        """Ask the platform for a token."""

    async def token(self, *, stale: str | None = None) -> str:
        """A token to call with, other than `stale`, which the platform refused."""
        if stale is None:
            stored = await self._tokens.get(self.token_key)
            if stored and stored.is_usable(datetime.now(UTC)):
                return stored.value
        fresh = await self._tokens.refreshed(self.token_key, stale=stale, fetch=self.issue_token)
        return fresh.value

    async def get(self, endpoint: str, **parts: Any) -> Any:
        """Read from the platform; the parts of a call are those of `request`."""
        return await self.request("GET", endpoint, **parts)

    async def post(self, endpoint: str, **parts: Any) -> Any:
        """Write to the platform; the parts of a call are those of `request`."""
        return await self.request("POST", endpoint, **parts)

    async def request(
        self,
        method: str,
        endpoint: str,
        *,
        params: Mapping[str, object] | None = None,
        data: Any = None,
        json: Any = None,
        files: Any = None,
        api_base_url: str | None = None,
        result_processor: Callable[[Any], Any] | None = None,
        with_token: bool = True,
    ) -> Any:
        """Make a call with the names that wechatpy's classes use; `data` is sent as JSON.

        Raises:
            CallFailed: one of its kinds, after the repeats that are allowed.
        """
        target = self._target(endpoint, api_base_url)
        body = json if data is None else data
        call = self._call(method, target, params=params, data=body, files=files)
        answer = await self._answer(call, with_token=with_token)
        if result_processor is None:
            return answer
        try:
            return result_processor(answer)
        except (KeyError, TypeError, ValueError) as error:
            raise lost(f"answered without what was asked for: {error}", call=call) from None

    @property
    def access_token(self) -> NoReturn:
        raise AttributeError("reading a token needs the network: await token()")

    @property
    def session(self) -> NoReturn:
        raise RuntimeError("this helper of wechatpy blocks; it needs an async twin")

    _http = session

    def _target(self, endpoint: str, api_base_url: str | None) -> str:
        absolute = endpoint.startswith(("http://", "https://"))
        whole = endpoint if absolute else (api_base_url or f"{self.platform}/cgi-bin/") + endpoint
        if not whole.startswith(f"{self.platform}/"):
            raise ValueError(f"a call to another host than {self.platform}")
        return whole.removeprefix(self.platform)

    def _call(self, method: str, target: str, *, params: Any, data: Any, files: Any = None) -> Call:
        path = target.partition("?")[0]
        reads = method == "GET" and path not in self.unrepeatable_gets
        return Call(
            method=method,
            url=self._api_base + target,
            path=path,
            idempotent=reads or path in self.repeatable_posts,
            params=_texts(params or {}),
            body=None if data is None else _json(data),
            uploads=tuple(_uploads(files)) if files else (),
        )

    async def _answer(self, call: Call, *, with_token: bool) -> Any:
        token = await self.token() if with_token else None
        waits = iter(self._limits.backoff_seconds if call.idempotent else ())
        renewed = False
        while True:
            try:
                return await exchange(self._connection, call, token=token, limits=self._limits)
            except TokenRefused:
                if token is None or renewed:
                    raise
                token, renewed = await self.token(stale=token), True
            except TryAgain as error:
                wait = next(waits, None)
                if wait is None or error.after_seconds:
                    raise
                await asyncio.sleep(wait * random.uniform(0.5, 1.5))


def _texts(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items() if value is not None}


def _json(data: Any) -> bytes:
    if isinstance(data, bytes):
        return data
    # old endpoints show \u escapes as they are, or refuse them
    if not isinstance(data, str):
        data = jsonlib.dumps(data, ensure_ascii=False, allow_nan=False)
    return bytes(data, "utf-8")


def _uploads(files: Any) -> Iterable[Upload]:
    """The ways requests takes files: {field: file} or pairs, a file or (name, file, type)."""
    pairs = files.items() if isinstance(files, Mapping) else files
    for field, file in pairs:
        name, content, *kind = file if isinstance(file, tuple) else (None, file)
        if not isinstance(content, bytes):
            name = name or getattr(content, "name", None)
            content = content.read()
        name = str(name or field).rpartition("/")[2]
        guess = mimetypes.guess_type(name)[0] or "application/octet-stream"
        yield Upload(field, name, content, kind[0] if kind else guess)
