"""The way from the mini-program on the phone to its server: over real HTTP, and on the wire log.

WeChat lets a mini-program reach the domains that its owner named; here that is one address on this
machine.
"""

import time
from typing import Literal

import aiohttp
import msgspec
from yarl import URL

from simulator.clock import wire_time
from simulator.wire import Exchange, Wire, half

TIMEOUT_SECONDS = 60.0
ANSWER_LIMIT_BYTES = 4 * 1_048_576
DROPPED_HEADERS = {"host", "content-length", "connection", "cookie", "transfer-encoding"}


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """What wx.request was given; `body` is the text that goes out."""

    url: str
    method: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    headers: dict[str, str] = {}
    body: str = ""


class Heard(msgspec.Struct):
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: str


class NotAllowed(Exception):
    """The address is none that the mini-program may reach."""


class NoAnswer(Exception):
    """The server did not answer; the text says why."""


class Relay:
    """Carries the requests of the mini-program to `server` and to nowhere else."""

    def __init__(self, server: str, wire: Wire) -> None:
        self._server = server
        self._wire = wire
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Opens the way out."""
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
        )

    async def close(self) -> None:
        """Closes the way out."""
        if self._session is not None:
            await self._session.close()

    async def carry(self, asked: Asked, consumer_id: str) -> Heard:
        """Asks the server for a consumer's phone. Raises: NotAllowed, NoAnswer."""
        url, headers = self._allowed(asked.url), _kept(asked.headers)
        started = time.perf_counter()
        heard, outcome = await self._ask(asked, url, headers)
        self._wire.add(
            Exchange(
                at=wire_time(),
                direction="to_server",
                title=f"wx.request {url.path}",
                method=asked.method,
                url=str(url),
                status=heard.status if heard else 0,
                seconds=round(time.perf_counter() - started, 4),
                outcome=outcome,
                consumer_id=consumer_id,
                request=half(headers, asked.body.encode()),
                response=half(
                    heard.headers if heard else {}, heard.body.encode() if heard else b""
                ),
            )
        )
        if heard is None:
            raise NoAnswer(outcome)
        return heard

    async def ask(self, asked: Asked) -> Heard:
        """Asks for the page around the phones, on no wire. Raises: NotAllowed, NoAnswer."""
        heard, outcome = await self._ask(asked, self._allowed(asked.url), _kept(asked.headers))
        if heard is None:
            raise NoAnswer(outcome)
        return heard

    def _allowed(self, address: str) -> URL:
        try:
            url = URL(address)
            is_ours = bool(self._server) and url.origin() == URL(self._server).origin()
        except ValueError:
            is_ours = False
        if not is_ours:
            raise NotAllowed("url not in domain list")
        return url.with_user(None).with_fragment(None)

    async def _ask(
        self, asked: Asked, url: URL, headers: dict[str, str]
    ) -> tuple[Heard | None, str]:
        assert self._session is not None, "open() comes first"
        try:
            async with self._session.request(
                asked.method,
                url,
                data=asked.body.encode() or None,
                headers=headers,
                allow_redirects=False,
            ) as response:
                body = await _whole(response)
                told = body.decode("utf-8", "replace")
                heard = Heard(response.status, dict(response.headers), told)
        except TimeoutError:
            return None, "timed_out"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return None, f"connection_failed: {error}"
        return heard, "answered" if heard.status < 400 else f"bad_status: {heard.status}"


def _kept(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in DROPPED_HEADERS}


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > ANSWER_LIMIT_BYTES:
            raise ValueError("the answer is too long")
    return body
