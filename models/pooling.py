"""Connections of the database that go from one statement to the next without ceremony.

The driver's pool starts two tasks for every acquiring and releasing, which costs several times what
a small statement does. Here a connection that comes back well is simply handed on; only one that is
closed, or that may still be busy with what went wrong, goes back through the driver's pool.
"""

import asyncio
from collections import deque
from types import TracebackType
from typing import Any

from asyncpg.exceptions._base import InterfaceError
from tortoise.backends.asyncpg.client import AsyncpgDBClient

WAIT_SECONDS = 10.0
LONGEST_LINE = 1_000


class PoolBusy(ConnectionError):
    """All connections are in use, and too many wait already or it took too long."""


class Pool:
    """The driver's pool, with its connections kept at hand: at most ``most`` of them."""

    def __init__(self, drivers: Any, *, most: int) -> None:
        self._drivers = drivers
        self._most = most
        self._opening = 0
        self._taken: dict[int, Any] = {}  # from the driver: in use, or at hand
        self._at_hand: list[Any] = []
        self._line: deque[asyncio.Future[Any]] = deque()

    async def acquire(self) -> Any:
        """Return a connection, as soon as one is free.

        Raises:
            PoolBusy: a thousand wait already, or none was free for ten seconds.
        """
        ends_at: float | None = None
        while True:
            while self._at_hand:
                connection = self._at_hand.pop()
                if _is_well(connection):
                    return connection
                await self.put_right(connection)
            if len(self._taken) + self._opening < self._most:
                return await self._take()
            loop = asyncio.get_running_loop()
            ends_at = ends_at or loop.time() + WAIT_SECONDS
            connection = await self._wait(ends_at)
            if connection is not None:
                return connection

    async def _take(self) -> Any:
        self._opening += 1
        try:
            connection = await self._drivers.acquire()
        except BaseException:
            self._opening -= 1
            self._call_next(None)
            raise
        self._opening -= 1
        self._taken[id(connection)] = connection
        return connection

    async def _wait(self, ends_at: float) -> Any:
        """Return the connection that somebody hands over; None where a place is free instead."""
        if len(self._line) >= LONGEST_LINE:
            raise PoolBusy("too many wait for a connection of the database")
        turn: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            async with asyncio.timeout_at(ends_at):
                return await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # it came in the moment we gave up
                self._hand_on(turn.result())
            elif turn in self._line:
                self._line.remove(turn)
            if isinstance(error, TimeoutError):
                raise PoolBusy("no connection of the database was free in time") from None
            raise

    async def release(self, connection: Any) -> None:
        """Take a connection back; one that is not as it was given goes back to the driver."""
        if id(connection) in self._taken and _is_well(connection):
            self._hand_on(connection)
        else:
            await self.put_right(connection)

    async def put_right(self, connection: Any) -> None:
        """Take a connection back whose work did not end well: the driver sees to it.

        One that came back before is left alone.
        """
        if self._taken.pop(id(connection), None) is None:
            return
        try:
            await self._drivers.release(connection)
        finally:
            self._call_next(None)

    def _hand_on(self, connection: Any) -> None:
        if not self._call_next(connection) and connection is not None:
            self._at_hand.append(connection)

    def _call_next(self, connection: Any) -> bool:
        """Let the first who waits have a connection, or try again; False where nobody waits."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    def get_size(self) -> int:
        """Return how many connections are open."""
        size: int = self._drivers.get_size()
        return size

    def get_idle_size(self) -> int:
        """Return how many of them are not in use."""
        idle: int = self._drivers.get_idle_size()
        return idle + len(self._at_hand)

    async def expire_connections(self) -> None:
        """Let no connection be used again once its work is done."""
        await self._drivers.expire_connections()
        await self._put_down()

    async def _put_down(self) -> None:
        while self._at_hand:
            await self.put_right(self._at_hand.pop())

    async def close(self) -> None:
        """Close all connections once their work is done."""
        self._most = 0
        await self._put_down()
        await self._drivers.close()

    def terminate(self) -> None:
        """Close all connections now."""
        self._drivers.terminate()


def _is_well(connection: Any) -> bool:
    """Say whether a connection is open, and in no transaction; the driver may have closed it."""
    try:
        return not connection.is_closed() and not connection.is_in_transaction()
    except InterfaceError:  # it was taken out of the driver's pool when it was lost
        return False


class _Use:
    """One use of a connection; one that fails is put right before another has it."""

    __slots__ = ("_client", "_connection")

    def __init__(self, client: "PoolConnection") -> None:
        self._client = client

    async def __aenter__(self) -> Any:
        client: Any = self._client
        if client._pool is None:
            async with client._pool_init_lock:
                if client._pool is None:
                    await client.create_connection(with_db=True)
        self._connection = await client._pool.acquire()
        return self._connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pool: Any = self._client._pool
        if kind is None:
            await pool.release(self._connection)
        else:
            await pool.put_right(self._connection)


class PoolConnection(AsyncpgDBClient):
    """What Tortoise calls a connection: its client, with our pool."""

    async def create_pool(self, **settings: Any) -> Any:
        """Open the pool."""
        return Pool(await super().create_pool(**settings), most=settings["max_size"])

    def acquire_connection(self) -> Any:
        """Return what gives a connection for a block."""
        return _Use(self)


client_class = PoolConnection
