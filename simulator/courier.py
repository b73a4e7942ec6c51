"""Carries one callback to the server once, and judges the answer (A1, A4, A5)."""

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

from simulator.assumed import Assumed
from simulator.callback import Callback
from simulator.clock import wire_time
from simulator.faults import FaultBoard
from simulator.outgoing import Post
from simulator.replies import InvalidAnswer, Reply
from simulator.wire import Exchange, Wire, half

VERIFICATION_HEADERS = {"User-Agent": "Mozilla/4.0", "Accept": "*/*", "Pragma": "no-cache"}
POST_HEADERS = VERIFICATION_HEADERS | {"Content-Type": "text/xml"}


class Writes(Protocol):
    """Turns callbacks into requests, as its platform signs and encrypts them."""

    def post(self, callback: Callback, *, skew_seconds: int, broken: bool) -> Post:
        """One try of a callback; `broken` cuts the XML."""

    def question(self, *, skew_seconds: int) -> tuple[URL, bytes]:
        """The address of the GET that verifies the server, and the answer it must give."""


class Reads(Protocol):
    """Reads a server's answers, as its platform does."""

    def read(self, answer: bytes, callback: Callback) -> Reply:
        """The reply in an answer. Raises: InvalidAnswer."""


@dataclass(slots=True)
class Attempt:
    """How one try ended; `status` 0 means that no answer came.

    `outcome` is `answered`, `silent` or `verified`; or `dropped`, `timed_out`, or one of
    `connection_failed`, `bad_status`, `invalid_answer`, `not_verified`, `wrong_echostr` with
    what was wrong behind a colon.
    """

    number: int
    status: int = 0
    seconds: float = 0.0
    outcome: str = ""
    reply: Reply | None = None

    @property
    def accepted(self) -> bool:
        """Whether the platform is content and tries no more."""
        return self.reply is not None

    @property
    def unusable(self) -> bool:
        """Whether the server did answer, only not in a way that can be used."""
        return self.outcome.startswith("invalid_answer")


@dataclass(frozen=True, slots=True)
class _Heard:
    status: int
    headers: dict[str, str]
    body: bytes


class Courier:
    """The way to one account's server. It is verified before the first callback goes there."""

    def __init__(
        self,
        writer: Writes,
        reader: Reads,
        *,
        assumed: Assumed,
        faults: FaultBoard,
        wire: Wire,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._assumed = assumed
        self._faults = faults
        self._wire = wire
        self._session: aiohttp.ClientSession | None = None
        self._verified = False
        self._verifying: asyncio.Task[Attempt] | None = None

    def open(self) -> None:
        """Opens the way out; every try has a connection of its own."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
        )

    async def close(self) -> None:
        """Closes the way out."""
        if self._verifying is not None:
            self._verifying.cancel()
        if self._session is not None:
            await self._session.close()

    async def verify(self) -> Attempt:
        """Asks the server to prove that it knows the token, and remembers how that went."""
        url, expected = self._writer.question(skew_seconds=self._faults.now.clock_skew_seconds)
        attempt = Attempt(0)
        heard = await self._ask(attempt, url, None)
        if heard is not None and heard.status == 200:
            right = heard.body == expected
            attempt.outcome = "verified" if right else f"wrong_echostr: {heard.body[:40]!r}"
        self._verified = attempt.outcome == "verified"
        self._log(attempt, "verification", url, heard=heard)
        return attempt

    async def carry(self, callback: Callback, number: int) -> Attempt:
        """The try with this number, which may fail in any way but never raises."""
        attempt = Attempt(number)
        if number > self._faults.now.drop_first_n and not self._verified:
            proof = await self._proof()
            if not self._verified:
                attempt.status, attempt.seconds = proof.status, proof.seconds
                attempt.outcome = f"not_verified: {proof.outcome}"
                return attempt
        post = self._writer.post(
            callback,
            skew_seconds=self._faults.now.clock_skew_seconds,
            broken=self._faults.now.invalid_xml,
        )
        heard = None
        if number <= self._faults.now.drop_first_n:
            attempt.outcome = "dropped"
        else:
            heard = await self._ask(attempt, post.url, post)
        if heard is not None and heard.status == 200:
            self._judge(attempt, heard, callback)
        self._log(attempt, callback.title, post.url, post=post, heard=heard, callback=callback)
        return attempt

    async def _proof(self) -> Attempt:
        """One verification for all who wait for it."""
        if self._verifying is None or self._verifying.done():
            self._verifying = asyncio.get_running_loop().create_task(self.verify())
        return await asyncio.shield(self._verifying)

    async def _ask(self, attempt: Attempt, url: URL, post: Post | None) -> _Heard | None:
        assert self._session is not None, "open() comes first"
        started = time.perf_counter()
        heard = None
        try:
            async with (
                asyncio.timeout(self._assumed.callback_timeout_seconds),
                self._session.request(
                    "POST" if post else "GET",
                    url,
                    data=post.body if post else None,
                    headers=POST_HEADERS if post else VERIFICATION_HEADERS,
                    allow_redirects=False,
                ) as response,
            ):
                body = await _whole(response, self._assumed.answer_limit_bytes)
                if post:
                    await asyncio.sleep(self._faults.now.delay_seconds)
                heard = _Heard(response.status, dict(response.headers), body)
        except TimeoutError:
            attempt.outcome = "timed_out"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            attempt.outcome = f"connection_failed: {error}"
        attempt.seconds = round(time.perf_counter() - started, 4)
        if heard is not None:
            attempt.status = heard.status
            attempt.outcome = "" if heard.status == 200 else f"bad_status: {heard.status}"
        return heard

    def _judge(self, attempt: Attempt, heard: _Heard, callback: Callback) -> None:
        try:
            attempt.reply = self._reader.read(heard.body, callback)
        except InvalidAnswer as error:
            attempt.outcome = f"invalid_answer: {error}"
        else:
            attempt.outcome = "answered" if attempt.reply.bubbles else "silent"

    def _log(
        self,
        attempt: Attempt,
        title: str,
        url: URL,
        *,
        heard: _Heard | None,
        post: Post | None = None,
        callback: Callback | None = None,
    ) -> None:
        self._wire.add(
            Exchange(
                at=wire_time(),
                direction="to_server",
                title=title,
                method="POST" if post else "GET",
                url=str(url),
                status=attempt.status,
                seconds=attempt.seconds,
                outcome=attempt.outcome,
                attempt=attempt.number or None,
                consumer_id=callback.consumer_id if callback else None,
                request=half(
                    POST_HEADERS if post else VERIFICATION_HEADERS,
                    post.body if post else b"",
                    decrypted=post.inner if post else None,
                ),
                response=half(
                    heard.headers if heard else {},
                    heard.body if heard else b"",
                    decrypted=attempt.reply.decrypted if attempt.reply else None,
                ),
            )
        )


async def _whole(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    body = b""
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > limit_bytes:
            raise ValueError("the answer is too long")
    return body
