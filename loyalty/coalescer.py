"""Many callers, one statement: calls that arrive while one runs go out together as the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

A = TypeVar("A")
R = TypeVar("R")


class Overloaded(Exception):
    """More callers wait than the queue may hold."""


class Coalescer(Generic[A, R]):
    """Turn a verb that takes a batch into one that takes an item, at the price of the batch.

    Each caller waits for its own committed result. ``most`` items go in one call, ``waiting`` may
    wait; a failing call fails all items that were in it. What a caller gave up waiting for before
    it went out is left undone. Runs outside any caller's transaction.
    """

    def __init__(
        self,
        verb: Callable[[Sequence[A]], Awaitable[Sequence[R]]],
        *,
        most: int = 256,
        waiting: int = 4096,
    ) -> None:
        self._verb = verb
        self._most = most
        self._waiting = waiting
        self._queue: list[tuple[A, asyncio.Future[R]]] = []
        self._running: asyncio.Task[None] | None = None

    async def __call__(self, item: A) -> R:
        """Return what the verb gives for one item.

        Raises:
            Overloaded: the queue is full; nothing was done.
        """
        if len(self._queue) >= self._waiting:
            raise Overloaded
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._queue.append((item, future))
        if self._running is None:
            # A fresh context: a caller's transaction must not be inherited.
            self._running = loop.create_task(self._drain(), context=Context())
        return await future

    async def _drain(self) -> None:
        try:
            while self._queue:
                wanted = [(item, future) for item, future in self._queue if not future.done()]
                batch, self._queue = wanted[: self._most], wanted[self._most :]
                if batch:
                    await self._run(batch)
        finally:
            self._running = None

    async def _run(self, batch: list[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            results = await self._verb([item for item, _ in batch])
        except Exception as failure:
            for _, future in batch:
                if not future.done():
                    future.set_exception(failure)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
