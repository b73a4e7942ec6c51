"""Ends of waits: one timer for all who wait, so that a wait costs no timer of its own."""

import asyncio
from typing import TypeVar

R = TypeVar("R")

TICK_SECONDS = 0.05


class Deadlines:
    """Ends waits within ``TICK_SECONDS`` after their moments."""

    def __init__(self) -> None:
        self._ends: dict[asyncio.Future[object], float] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, future: "asyncio.Future[R]", *, ends: float) -> R:
        """Return a future's result.

        Raises:
            TimeoutError: it was not there at ``ends`` on the loop's clock; it is done by this then.
        """
        self._ends[future] = ends  # type: ignore[index]
        if self._timer is None:
            self._wind()
        try:
            return await future
        finally:
            del self._ends[future]  # type: ignore[arg-type]

    def _wind(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        now = asyncio.get_running_loop().time()
        for future, ends in self._ends.items():
            if ends <= now and not future.done():
                future.set_exception(TimeoutError())
        self._timer = None
        if self._ends:
            self._wind()
