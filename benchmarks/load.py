"""The load generator: a process of its own that is told jobs and tells what came back."""

import asyncio
import contextlib
import gc
import itertools
import random
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import msgspec
import uvloop
from msgspec import Struct

from benchmarks.connections import Dawdlers, Tally, ask_at, ask_in_turn
from benchmarks.measuring import BenchmarkFailed, pin_family, quantile
from benchmarks.messages import CallbackAccount, is_points_reply, signed_requests

PROJECT = Path(__file__).resolve().parents[1]
SETTLING_SECONDS = 2.0


class Job(Struct, frozen=True, kw_only=True):
    """``count`` requests over ``connections``, as fast as answered, or at ``rate`` a second.

    ``dawdlers`` slow connections are held open meanwhile. ``followers`` is how many send.
    """

    port: int
    account: CallbackAccount
    count: int
    followers: int
    connections: int = 32
    rate: float = 0
    dawdlers: int = 0
    are_replies_sealed: bool = True


class Told(Struct, frozen=True, kw_only=True):
    """What came of a job. Seconds of the generator's own processor time are told beside."""

    answered: int
    seconds: float
    cpu_seconds: float
    failures: dict[str, int]
    p50_ms: float
    p99_ms: float
    worst_ms: float
    reopened: int
    dawdlers_open: int = 0
    dawdlers_dropped: int = 0

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds


class Load:
    """The generator, as the measuring process sees it."""

    def __init__(self, program: subprocess.Popen[bytes]) -> None:
        self._program = program

    def prepare(self, job: Job) -> None:
        """Have all requests of a job built; returns when they are."""
        self._send(msgspec.json.encode(job))
        if self._line() != b"built":
            raise BenchmarkFailed("the load generator is out of step")

    def fire(self) -> Told:
        """Run the job that was prepared.

        Raises:
            BenchmarkFailed: a reply was wrong, or the generator died.
        """
        self._send(b"go")
        return msgspec.json.decode(self._line(), type=Told)

    def _send(self, line: bytes) -> None:
        assert self._program.stdin
        self._program.stdin.write(line + b"\n")
        self._program.stdin.flush()

    def _line(self) -> bytes:
        assert self._program.stdout
        line = self._program.stdout.readline().strip()
        if not line:
            raise BenchmarkFailed("the load generator has died; see above")
        return line


@contextmanager
def started(core: int) -> Iterator[Load]:
    """Run a load generator on one core while the block runs."""
    command = [sys.executable, "-m", "benchmarks.load"]
    program = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    pin_family(program.pid, {core})
    try:
        yield Load(program)
    finally:
        program.terminate()
        program.wait()


async def _run(job: Job, requests: list[bytes]) -> Told:
    tally = Tally()
    dawdlers = None
    if job.dawdlers:
        slow = signed_requests(job.account, job.dawdlers, followers=job.followers, seed=7)
        dawdlers = Dawdlers(job.port, slow, job.dawdlers)
        await asyncio.sleep(SETTLING_SECONDS)
    began, cpu_began = perf_counter(), time.process_time()
    await (_at_rate if job.rate else _in_turn)(job, requests, tally)
    seconds, cpu_seconds = perf_counter() - began, time.process_time() - cpu_began
    told = Told(
        answered=len(tally.latencies),
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        failures=dict(tally.failures) | _wrong(job, tally),
        p50_ms=quantile(tally.latencies, 0.5) * 1000,
        p99_ms=quantile(tally.latencies, 0.99) * 1000,
        worst_ms=max(tally.latencies, default=0) * 1000,
        reopened=tally.reopened,
        dawdlers_open=dawdlers.open if dawdlers else 0,
        dawdlers_dropped=dawdlers.dropped if dawdlers else 0,
    )
    if dawdlers:
        await dawdlers.stop()
    return told


async def _in_turn(job: Job, requests: list[bytes], tally: Tally) -> None:
    heap = iter(requests)
    await asyncio.gather(*(ask_in_turn(job.port, heap, tally) for _ in range(job.connections)))


async def _at_rate(job: Job, requests: list[bytes], tally: Tally) -> None:
    """Arrivals are independent of one another, so their gaps are exponential."""
    dice = random.Random(11)
    gaps = (dice.expovariate(job.rate) for _ in requests)
    start = perf_counter() + 0.1
    due = deque(
        (start + after, request)
        for after, request in zip(itertools.accumulate(gaps), requests, strict=True)
    )
    await ask_at(job.port, due, tally, connections=job.connections)


def _wrong(job: Job, tally: Tally) -> dict[str, int]:
    if not job.are_replies_sealed:
        return {}
    wrong = sum(not is_points_reply(job.account, reply) for reply in tally.replies)
    return {"wrong reply": wrong} if wrong else {}


def main() -> None:
    """Take jobs from standard input until it closes: a job, then `go`."""
    seeds = itertools.count(1)
    gc.disable()
    with contextlib.suppress(KeyboardInterrupt):
        while line := sys.stdin.buffer.readline():
            job = msgspec.json.decode(line, type=Job)
            requests = list(
                signed_requests(job.account, job.count, followers=job.followers, seed=next(seeds))
            )
            _tell(b"built")
            if not sys.stdin.buffer.readline():
                return
            _tell(msgspec.json.encode(uvloop.run(_run(job, requests))))


def _tell(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
