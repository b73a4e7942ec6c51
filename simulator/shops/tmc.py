"""Taobao's message service (TMC): an app's messages over a websocket, until each is confirmed.

What is not confirmed in time, or given back, comes again and says so (``retried``).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import random
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from simulator.assumed import Assumed
from simulator.clock import wire_time
from simulator.faults import FaultBoard
from simulator.gate import CHINA
from simulator.shops.tmc_frames import (
    CONFIRM,
    CONNECT,
    CONNECTACK,
    FAILED,
    PULL,
    SEND,
    SENDACK,
    NoFrame,
    packed,
    unpacked,
)
from simulator.wire import Exchange, half

PATH = "/tmc"
WINDOW_SECONDS = 600


@dataclass
class Message:
    """One message; ``given_at`` is when it was last handed out, on the clock of this machine."""

    number: int
    topic: str
    content: str
    seller_id: int
    tries: int = 0
    given_at: float = 0.0
    times_given_back: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Outbox:
    """The messages of one shop that its app has not confirmed yet."""

    def __init__(
        self, app_key: str, app_secret: str, *, assumed: Assumed, faults: FaultBoard
    ) -> None:
        self.app_key = app_key
        self.app_secret = app_secret
        self.assumed = assumed
        self._faults = faults
        self.messages: dict[int, Message] = {}
        self.lines: set[Line] = set()

    async def put(self, topic: str, content: str, *, seller_id: int) -> None:
        """Adds a message, and waits until the app has taken it for the first time."""
        if self._faults.now.shop_pushes_lost:
            return
        number = 8_000_000_000_000_000_000 + secrets.randbits(60)
        message = Message(number, topic, content, seller_id)
        self.messages[number] = message
        if self.lines:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.assumed.shop_push_timeout_seconds):
                    await message.ended.wait()

    def waiting(self) -> list[Message]:
        """What may be handed out now, the oldest first."""
        before = time.monotonic() - self.assumed.shop_message_again_seconds
        return [one for one in self.messages.values() if not one.tries or one.given_at <= before]

    def confirm(self, number: int) -> None:
        """The app has it."""
        message = self.messages.pop(number, None)
        if message is not None:
            message.ended.set()

    def give_back(self, number: int) -> None:
        """The app could not take it."""
        if number in self.messages:
            self.messages[number].times_given_back += 1
            self.messages[number].ended.set()


class Line:
    """One connection of an app."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, outboxes: Sequence[Outbox]
    ) -> None:
        self._request = request
        self._china = request.app[CHINA]
        self._socket = socket
        self._all = outboxes
        self._outboxes: list[Outbox] = []
        self._token = ""

    async def hear(self) -> None:
        """Answers frames until the connection ends."""
        try:
            async for told in self._socket:
                if told.type is not WSMsgType.BINARY:
                    break
                try:
                    await self._answer(*unpacked(told.data))
                except NoFrame as error:
                    self._note("no frame", told.data, str(error))
                    break
        finally:
            for outbox in self._outboxes:
                outbox.lines.discard(self)

    def break_off(self) -> None:
        """Ends the connection without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def _answer(
        self, kind: int, content: dict[str, str | int | bytes | None], token: str
    ) -> None:
        if kind == CONNECT:
            await self._let_in(content)
            return
        if not self._token or token != self._token:
            self._note("tmc without a token", b"", "refused")
            await self._socket.close()
            return
        number = content.get("id")
        if kind == SEND and content.get("__kind") == PULL:
            await self._hand_out()
        elif kind == SEND and content.get("__kind") == CONFIRM:
            for outbox in self._outboxes:
                outbox.confirm(int(str(number)))
        elif kind == SENDACK and content.get("__kind") == FAILED:
            for outbox in self._outboxes:
                outbox.give_back(int(str(number)))

    async def _let_in(self, content: dict[str, str | int | bytes | None]) -> None:
        told = {name: str(value) for name, value in content.items()}
        mine = [one for one in self._all if one.app_key == told.get("app_key")]
        refusal = _refusal(told, mine[0].app_secret if mine else None)
        if refusal:
            self._note("tmc connect", str(told.get("app_key")).encode(), refusal)
            await self._send(packed(CONNECTACK, {}, code=102, phrase=refusal))
            await self._socket.close()
            return
        self._token = secrets.token_hex(16)
        self._outboxes = mine
        for outbox in self._outboxes:
            outbox.lines.add(self)
        self._note("tmc connect", told["app_key"].encode(), "ok")
        await self._send(packed(CONNECTACK, {}, token=self._token))

    async def _hand_out(self) -> None:
        faults = self._china.faults.now
        found = [one for box in self._outboxes for one in box.waiting()]
        if faults.reorder:
            random.shuffle(found)
        for message in found[: self._china.settings.assumed.shop_messages_a_pull]:
            message.tries, message.given_at = message.tries + 1, time.monotonic()
            for _ in range(2 if faults.duplicate else 1):
                await self._send(_frame(message, self._token))
            self._note(f"tmc {message.topic}", message.content.encode(), "handed out")

    async def _send(self, frame: bytes) -> None:
        with suppress(ConnectionError):
            await self._socket.send_bytes(frame)

    def _note(self, title: str, content: bytes, outcome: str) -> None:
        self._china.wire.add(
            Exchange(
                at=wire_time(),
                direction="to_server",
                title=title,
                method="WS",
                url=PATH,
                status=101,
                seconds=0.0,
                outcome=outcome,
                request=half({}, content),
                response=half({}, b""),
            )
        )


def _frame(message: Message, token: str) -> bytes:
    retried = {"retried": message.tries - 1} if message.tries > 1 else {}
    return packed(
        SEND,
        {
            "topic": message.topic,
            "content": message.content,
            "id": message.number,
            "publisher": "12497914",
            "userid": str(message.seller_id),
            "dataid": str(message.number)[-12:],
            "time": int(time.time() * 1000),
            "outtime": int(time.time() * 1000),
            **retried,
        },
        token=token,
    )


def _refusal(told: dict[str, str], secret: str | None) -> str:
    """Why an app is not let in; empty where it is."""
    if secret is None:
        return "app key not found"
    stamp = told.get("timestamp", "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp[:16]) / 1000) > WINDOW_SECONDS:
        return "timestamp is out of its window"
    names = ("app_key", "group_name", "timestamp")
    plain = secret + "".join(name + told.get(name, "") for name in names) + secret
    expected = hashlib.md5(plain.encode()).hexdigest().upper()
    if not hmac.compare_digest(expected.encode(), told.get("sign", "").encode()):
        return "sign is wrong"
    return ""


async def connect(request: web.Request, outboxes: Sequence[Outbox]) -> web.WebSocketResponse:
    """One app connects: which one it says itself."""
    socket = web.WebSocketResponse(max_msg_size=1_048_576)
    await socket.prepare(request)
    line, stopping = Line(request, socket, outboxes), request.app[CHINA].stopping
    hearing = asyncio.ensure_future(line.hear())
    ending = asyncio.ensure_future(stopping.wait())
    await asyncio.wait((hearing, ending), return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if not hearing.done():
        await socket.close()
        hearing.cancel()
    await asyncio.gather(hearing, ending, return_exceptions=True)
    return socket
