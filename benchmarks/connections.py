"""Connections of the load generator: those that ask and time answers, and those that dawdle."""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from time import perf_counter
from typing import cast

from msgspec import Struct, field

KEPT_EVERY = 50
DAWDLE_SECONDS = 2.0


class Tally(Struct):
    """What came back: latencies in seconds, what went wrong, and every fiftieth reply."""

    latencies: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    replies: list[bytes] = field(default_factory=list)
    reopened: int = 0


class Asker(asyncio.Protocol):
    """One kept-alive connection: one request at a time, ``on_idle`` when it was answered."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._buffer = b""
        self._began = 0.0
        self._answered: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.close()

    async def ask(self, request: bytes, *, due: float | None = None) -> None:
        """Send a request and wait for its answer; timed from the moment it was due."""
        assert self._transport
        self._answered = asyncio.get_running_loop().create_future()
        self._began = perf_counter() if due is None else due
        self._transport.write(request)
        await self._answered

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        found = head.find(b"content-length:")
        length = int(head[found + 15 :].split(b"\r\n", 1)[0]) if found > 0 else 0
        if len(self._buffer) < head_end + 4 + length:
            return
        self._count(head, self._buffer[head_end + 4 :])
        self._buffer = b""
        self._finish()

    def _count(self, head: bytes, body: bytes) -> None:
        self._tally.latencies.append(perf_counter() - self._began)
        if head[9:12] != b"200":
            self._tally.failures[f"status {head[9:12].decode()}"] += 1
        elif len(self._tally.latencies) % KEPT_EVERY == 0:
            self._tally.replies.append(body)
        if b"connection: close" in head:
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._tally.failures["connection lost"] += 1
            self._finish()

    def _finish(self) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_result(None)


async def ask_in_turn(port: int, requests: Iterator[bytes], tally: Tally) -> None:
    """Take requests from the common heap, one after another, over one connection."""
    asker = await _connect(port, tally)
    for request in requests:
        if not asker.is_open:
            tally.reopened += 1
            asker = await _connect(port, tally)
        await asker.ask(request)
    asker.close()


async def ask_at(
    port: int, requests: deque[tuple[float, bytes]], tally: Tally, *, connections: int
) -> None:
    """Send each request at its moment (``perf_counter``), over whichever connection is idle.

    A request that finds none idle waits, and its latency still counts from its moment.
    """
    idle: asyncio.Queue[Asker] = asyncio.Queue()
    for _ in range(connections):
        idle.put_nowait(await _connect(port, tally))
    asking: set[asyncio.Task[None]] = set()
    while requests:
        due, request = requests.popleft()
        wait_seconds = due - perf_counter()
        if wait_seconds > 0.0005:
            await asyncio.sleep(wait_seconds)
        task = asyncio.ensure_future(_ask_idle(port, idle, request, due=due, tally=tally))
        asking.add(task)
        task.add_done_callback(asking.discard)
    await asyncio.gather(*asking)
    while not idle.empty():
        idle.get_nowait().close()


async def _ask_idle(
    port: int, idle: asyncio.Queue[Asker], request: bytes, *, due: float, tally: Tally
) -> None:
    asker = await idle.get()
    if not asker.is_open:
        tally.reopened += 1
        asker = await _connect(port, tally)
    await asker.ask(request, due=due)
    idle.put_nowait(asker)


async def _connect(port: int, tally: Tally) -> Asker:
    loop = asyncio.get_running_loop()
    _, asker = await loop.create_connection(lambda: Asker(tally), "127.0.0.1", port)
    return asker


class Dawdlers:
    """Slow clients: half stop in the middle of the head, half in the middle of the body.

    Each sends one byte more every two seconds; one that the server drops comes again at once.
    """

    def __init__(self, port: int, requests: Iterator[bytes], count: int) -> None:
        self._port = port
        self._tasks = [
            asyncio.ensure_future(self._dawdle(request, in_body=number % 2 == 0))
            for number, request in enumerate(requests)
            if number < count
        ]
        self.open = 0
        self.dropped = 0

    async def _dawdle(self, request: bytes, *, in_body: bool) -> None:
        stops_at = request.find(b"\r\n\r\n") + (104 if in_body else -40)
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(DAWDLE_SECONDS)
                continue
            self.open += 1
            try:
                writer.write(request[:stops_at])
                await self._trickle(reader, writer, request[stops_at:])
            finally:
                self.open -= 1
                writer.close()

    async def _trickle(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rest: bytes
    ) -> None:
        for byte in rest[:-1]:
            try:
                async with asyncio.timeout(DAWDLE_SECONDS):  # wait_for can lose a cancellation
                    await reader.read(1)
            except TimeoutError:
                writer.write(bytes([byte]))
            except OSError:
                break
            else:
                break
        self.dropped += 1

    async def stop(self) -> None:
        """Close them all."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
