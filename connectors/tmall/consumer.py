"""Takes the messages of an app from Taobao's message service (TMC), for as long as a worker runs.

A message is confirmed when it is stored; one that could not be is given back, and comes again. Any
number of workers may take them side by side: each is handed to one of them.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType

from connectors.tmall import frames, messages
from connectors.tmall.frames import Frame, FrameBroken, Value
from connectors.tmall.signature import connect_signature
from connectors.tmall_pass import flights, point_changes
from loyalty import inbox
from loyalty.connections import Connected, TmallSettings
from loyalty.inbox import Arrival
from models import db
from web.context import Context, now
from web.logs import log
from web.metrics import count_inbound_event
from web.wake import wake

KIND = "tmall"
SDK = "jifen"
FRAME_LIMIT_BYTES = 4 * 1024 * 1024
ANSWER_SECONDS = 10.0
HEARTBEAT_SECONDS = 30.0
WAITING_LIMIT = 1_000
AT_ONCE = 200
LONGEST_PAUSE_SECONDS = 60.0
STEADY = timedelta(minutes=1)

Message = Mapping[str, Value]


class Broken(Exception):
    """The connection ended, or never began; the text says why."""


class Consumer:
    """The messages of one app, for all shops that let it read."""

    def __init__(self, context: Context, shops: Sequence[Connected[TmallSettings]]) -> None:
        self._context = context
        self._shops = shops
        self._settings = shops[0].settings

    async def consume(self, stopping: asyncio.Event) -> None:
        """Take messages until ``stopping`` is set; where the connection ends, begin another."""
        failures = 0
        while not stopping.is_set():
            began_at = now()
            try:
                await self._connected(stopping)
            except (Broken, FrameBroken, aiohttp.ClientError, OSError) as broken:
                said = str(broken)[:200] or type(broken).__name__
                log.warning("messages_away", app_key=self._settings.app_key, error=said)
            except Exception as broken:
                log.error("messages_broke", app_key=self._settings.app_key, exc_info=broken)
            failures = 1 if now() - began_at > STEADY else failures + 1
            await _until(stopping, within_seconds=_pause_seconds(failures))

    async def _connected(self, stopping: asyncio.Event) -> None:
        """Connect, and take messages until the connection ends.

        Raises:
            Broken, FrameBroken, aiohttp.ClientError, OSError: how it ended, or why it never began.
        """
        async with self._context.http.ws_connect(
            self._settings.messages_base,
            max_msg_size=FRAME_LIMIT_BYTES,
            heartbeat=HEARTBEAT_SECONDS,
            timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
        ) as socket:
            async with asyncio.timeout(ANSWER_SECONDS):
                token = await self._greeted(socket)
            log.info("messages_connected", app_key=self._settings.app_key)
            waiting: asyncio.Queue[Message] = asyncio.Queue(WAITING_LIMIT)
            await _first_ended(
                self._hear(socket, waiting),
                self._ask(socket, token),
                self._keep(socket, waiting, token),
                stopping.wait(),
            )

    async def _greeted(self, socket: ClientWebSocketResponse) -> str:
        """Say who we are, and return the token that every later frame carries.

        Raises:
            Broken: we are not let in.
        """
        settings = self._settings
        timestamp = str(int(now().timestamp() * 1000))
        content = {
            "app_key": settings.app_key,
            "group_name": settings.message_group,
            "timestamp": timestamp,
            "sign": connect_signature(
                settings.app_key,
                settings.app_secret,
                group=settings.message_group,
                timestamp=timestamp,
            ),
            "sdk": SDK,
            "intranet_ip": "127.0.0.1",
        }
        await socket.send_bytes(frames.encoded(Frame(frames.CONNECT, content)))
        while True:
            answer = await _received(socket)
            if answer.kind == frames.CONNECTACK:
                if answer.status_code or not answer.token:
                    raise Broken(f"not let in: {answer.status_code} {answer.status_phrase}")
                return answer.token

    async def _ask(self, socket: ClientWebSocketResponse, token: str) -> None:
        """Ask for what waits, every few seconds."""
        pull = frames.encoded(Frame(frames.SEND, {frames.KIND: frames.PULL}, token))
        while True:
            await socket.send_bytes(pull)
            await asyncio.sleep(self._settings.pull_seconds)

    async def _hear(self, socket: ClientWebSocketResponse, waiting: asyncio.Queue[Message]) -> None:
        """Put what comes in a queue; while it is full the platform waits, too."""
        while True:
            try:
                frame = await _received(socket)
            except FrameBroken as broken:
                count_inbound_event(KIND, "bad_request")
                log.warning("message_unreadable", error=str(broken)[:200])
                continue
            if frame.kind == frames.SEND and frame.content.get("id") is not None:
                await waiting.put(frame.content)

    async def _keep(
        self, socket: ClientWebSocketResponse, waiting: asyncio.Queue[Message], token: str
    ) -> None:
        """Store what waits in the queue, all of it at once, and say so."""
        while True:
            taken = [await waiting.get()]
            while len(taken) < AT_ONCE and not waiting.empty():
                taken.append(waiting.get_nowait())
            answer = await self._stored(taken)
            for message in taken:
                told = Frame(answer.kind, {**answer.content, "id": message["id"]}, token)
                await socket.send_bytes(frames.encoded(told))

    async def _stored(self, taken: Sequence[Message]) -> Frame:
        """Store the events of messages; return what is answered to each of them."""
        found = [self._arrival(message) for message in taken]
        arrivals = [one for one in found if one is not None]
        count_inbound_event(KIND, "not_of_orders", len(found) - len(arrivals))
        try:
            at = self._context.clock()
            new = await _kept(arrivals, at=at)
        except db.Unreachable as away:
            count_inbound_event(KIND, "not_taken", len(arrivals))
            log.warning("messages_given_back", count=len(taken), error=type(away).__name__)
            return Frame(frames.SENDACK, {frames.KIND: frames.FAILED, "msg": "not stored"})
        count_inbound_event(KIND, "received", new)
        count_inbound_event(KIND, "repeated", len(arrivals) - new)
        if new:
            await wake(self._context.redis)
        return Frame(frames.SEND, {frames.KIND: frames.CONFIRM})

    def _arrival(self, message: Message) -> Arrival | None:
        """Return the event of a message about an order, about points, or about a join."""
        topic, content = message.get("topic"), message.get("content")
        passes = self._context.passes.values()
        return (
            messages.arrival(message, self._shops)
            or point_changes.arrival(topic, content, passes, sealer=self._context.sealer)
            or flights.arrival(topic, content, passes)
        )


async def _kept(arrivals: Sequence[Arrival], *, at: datetime) -> int:
    """Store events, those that have their answer as worked; return how many are new."""
    to_work = [one for one in arrivals if one.reply is None]
    ended = [one for one in arrivals if one.reply is not None]
    new = await inbox.store(to_work, at=at) if to_work else 0
    taken = await inbox.take(ended, at=at) if ended else []
    return new + sum(one is not None for one in taken)


def of_apps(context: Context) -> list[Consumer]:
    """Return a consumer for each app and group whose messages are taken."""
    apps: dict[tuple[str, str, str], list[Connected[TmallSettings]]] = defaultdict(list)
    for account in context.shops:
        connected, settings = account.connection, account.connection.settings
        if isinstance(settings, TmallSettings) and settings.takes_messages:
            name = settings.messages_base, settings.app_key, settings.message_group
            apps[name].append(Connected(connected.id, connected.scope, connected.name, settings))
    return [Consumer(context, shops) for shops in apps.values()]


async def _received(socket: ClientWebSocketResponse) -> Frame:
    """Return the next frame.

    Raises:
        Broken: the connection ended. FrameBroken: it is none.
    """
    while True:
        told = await socket.receive()
        if told.type is WSMsgType.BINARY:
            return frames.decoded(told.data)
        if told.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
            raise Broken(f"closed: {socket.close_code} {told.extra or ''}")


async def _first_ended(*coroutines: Coroutine[object, object, object]) -> None:
    """Run them side by side until one ends, and raise what it raised."""
    tasks = [asyncio.ensure_future(one) for one in coroutines]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _pause_seconds(failures: int) -> float:
    return min(LONGEST_PAUSE_SECONDS, 2.0 ** min(failures - 1, 10)) * random.uniform(0.5, 1.0)


async def _until(stopping: asyncio.Event, *, within_seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_seconds):
            await stopping.wait()
