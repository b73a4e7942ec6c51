"""How fast something goes: rows a second, latencies, processor time of caller and database."""

import asyncio
import os
import resource
from collections.abc import Awaitable, Callable
from time import perf_counter

from msgspec import Struct

from benchmarks.measuring import cpu_seconds, quantile


class Pace(Struct, frozen=True):
    """What a variant did in one round. ``caller_us`` and ``database_us`` are a row's."""

    rows: int
    seconds: float
    p50_ms: float
    p99_ms: float
    caller_us: float
    database_us: float

    @property
    def per_second(self) -> float:
        return self.rows / self.seconds


class Watch:
    """Measures what happens between its making and ``stop``."""

    def __init__(self, postmaster: int | None) -> None:
        self._postmaster = postmaster
        self._database_began = self._database()
        self._caller_began = _caller_seconds()
        self._began = perf_counter()

    def stop(self, rows: int, latencies: list[float], *, seconds: float | None = None) -> Pace:
        """Return the pace; ``seconds`` where the variant has timed itself."""
        seconds = seconds or perf_counter() - self._began
        per_row = 1e6 / max(rows, 1)
        return Pace(
            rows=rows,
            seconds=seconds,
            p50_ms=quantile(latencies, 0.5) * 1000,
            p99_ms=quantile(latencies, 0.99) * 1000,
            caller_us=(_caller_seconds() - self._caller_began) * per_row,
            database_us=(self._database() - self._database_began) * per_row,
        )

    def _database(self) -> float:
        return cpu_seconds(self._postmaster) if self._postmaster else 0.0


def _caller_seconds() -> float:
    """Return the processor time of this process and of the programs that it ran to their end."""
    ours, theirs = os.times(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return ours.user + ours.system + theirs.ru_utime + theirs.ru_stime


async def keep_calling(
    act: Callable[[], Awaitable[int]],
    *,
    callers: int,
    seconds: float,
    postmaster: int | None,
) -> Pace:
    """Let that many callers act again and again; each acting returns how many rows it wrote."""
    latencies: list[float] = []
    rows = 0
    watch = Watch(postmaster)
    ends_at = perf_counter() + seconds

    async def call() -> None:
        nonlocal rows
        while (began := perf_counter()) < ends_at:
            wrote = await act()  # not in one with the sum: it is read before the wait
            rows += wrote
            latencies.append(perf_counter() - began)

    await asyncio.gather(*(call() for _ in range(callers)))
    return watch.stop(rows, latencies)
