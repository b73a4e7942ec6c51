"""Many callers, one statement: calls that arrive while one runs go out together as the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

from models import db

A = TypeVar("A")
R = TypeVar("R")


class Overloaded(Exception):
    """More callers wait than the queue may hold."""


def halving(
    verb: Callable[[Sequence[A]], Awaitable[Sequence[R]]],
) -> Callable[[Sequence[A]], Awaitable[list[R | Exception]]]:
    """Return a verb that does the halves of a batch that fails, down to who cannot be done.

    So that what one brought does not spoil the rest: the failure is what her item gives. For verbs
    that leave nothing behind where they fail. A database that is away fails all at once.
    """

    async def halved(items: Sequence[A]) -> list[R | Exception]:
        try:
            return [*await verb(items)]
        except Exception as failure:
            is_away = isinstance(failure, db.Unreachable) and not isinstance(failure, ValueError)
            if is_away or len(items) == 1:
                return [failure] * len(items)
        middle = len(items) // 2
        return [*await halved(items[:middle]), *await halved(items[middle:])]

    return halved


class Coalescer(Generic[A, R]):
    """Turn a verb that takes a batch into one that takes an item, at the price of the batch.

    Each caller waits for its own committed result. ``most`` items go in one call, ``waiting`` may
    wait, up to ``lanes`` calls run at once. In a crowd (the call before had more than one item) the
    next call waits ``linger_seconds`` for more to come; a lone caller never waits. A failing call
    fails all items that were in it, an exception that the verb gives for an item fails that one:
    see ``halving``. What a caller gave up waiting for before it went out is left undone. Runs
    outside any caller's transaction.
    """

    def __init__(
        self,
        verb: Callable[[Sequence[A]], Awaitable[Sequence[R | Exception]]],
        *,
        most: int = 256,
        waiting: int = 4096,
        lanes: int = 1,
        linger_seconds: float = 0.0,
    ) -> None:
        self._verb = verb
        self._most = most
        self._waiting = waiting
        self._lanes = lanes
        self._linger_seconds = linger_seconds
        self._queue: list[tuple[A, asyncio.Future[R]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy_lanes = 0
        self._is_crowded = False

    def __call__(self, item: A) -> asyncio.Future[R]:
        """Return the future of what the verb gives for one item.

        Raises:
            Overloaded: the queue is full; nothing was done.
        """
        if len(self._queue) >= self._waiting:
            raise Overloaded
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._queue.append((item, future))
        if self._busy_lanes < self._lanes:
            self._busy_lanes += 1
            # A fresh context: a caller's transaction must not be inherited.
            lane = loop.create_task(self._drain(), context=Context())
            self._tasks.add(lane)
            lane.add_done_callback(self._tasks.discard)
        return future

    async def _drain(self) -> None:
        try:
            while self._queue:
                if self._is_crowded and self._linger_seconds and len(self._queue) < self._most:
                    await asyncio.sleep(self._linger_seconds)
                wanted = [(item, future) for item, future in self._queue if not future.done()]
                batch, self._queue = wanted[: self._most], wanted[self._most :]
                self._is_crowded = len(batch) > 1
                if batch:
                    await self._run(batch)
        finally:
            self._busy_lanes -= 1

    async def _run(self, batch: list[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            results = await self._verb([item for item, _ in batch])
        except Exception as failure:
            for _, future in batch:
                if not future.done():
                    future.set_exception(failure)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
