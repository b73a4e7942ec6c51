"""Requests of several kinds at a steady rate, each timed from the moment it was due.

They come from a process of their own, as bytes that were made ready before, so that the load takes
as little of the machine as it can. A server that falls behind shows it: who waits is not spared.
"""

import asyncio
import json
import random
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import perf_counter
from uuid import uuid4

import uvloop
from msgspec import Struct

from benchmarks.connections import Tally, ask_at
from benchmarks.measuring import BenchmarkFailed
from loyalty.calendar import day_of
from web.context import now

CONNECTIONS = 16  # a kind of request has at most
CONNECT_SECONDS = 0.005  # each is open before the first request is due


class Kind(Struct, frozen=True):
    """One kind of request; ``share`` is how often it comes among the others.

    In its path {uuid} is a new one each time, and {today} the day in Shanghai. Asked by any of
    ``tokens``.
    """

    name: str
    method: str
    path: str
    share: int
    tokens: Sequence[str]
    body: Mapping[str, object] | None = None


def ask(port: int, kinds: Sequence[Kind], *, rate: float, seconds: float) -> dict[str, list[float]]:
    """Send a mix at a rate a second; return the milliseconds of each kind, by its name.

    Raises:
        BenchmarkFailed: an answer was no 200.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        tallies = apart.submit(_ask_apart, port, tuple(kinds), rate, seconds).result()
    for kind, tally in zip(kinds, tallies, strict=True):
        if tally.failures:
            raise BenchmarkFailed(f"{kind.name}: {dict(tally.failures)}")
    return {
        kind.name: [seconds * 1000 for seconds in tally.latencies]
        for kind, tally in zip(kinds, tallies, strict=True)
    }


def _ask_apart(port: int, kinds: Sequence[Kind], rate: float, seconds: float) -> list[Tally]:
    return uvloop.run(_ask(port, kinds, rate=rate, seconds=seconds))


async def _ask(port: int, kinds: Sequence[Kind], *, rate: float, seconds: float) -> list[Tally]:
    dice = random.Random(7)
    places = dice.choices(range(len(kinds)), [kind.share for kind in kinds], k=int(rate * seconds))
    made = [(place, _request(kinds[place], dice)) for place in places]
    begins_at = perf_counter() + 0.2 + len(kinds) * CONNECTIONS * CONNECT_SECONDS
    queues: list[deque[tuple[float, bytes]]] = [deque() for _ in kinds]
    for number, (place, request) in enumerate(made):
        queues[place].append((begins_at + number / rate, request))
    tallies = [Tally() for _ in kinds]
    await asyncio.gather(
        *(
            ask_at(port, queue, tally, connections=CONNECTIONS)
            for queue, tally in zip(queues, tallies, strict=True)
        )
    )
    return tallies


def _request(kind: Kind, dice: random.Random) -> bytes:
    path = kind.path.format(uuid=uuid4(), today=day_of(now()))
    body = json.dumps(kind.body).encode() if kind.body else b""
    head = (
        f"{kind.method} /miniprogram/v1{path} HTTP/1.1\r\nHost: benchmark\r\n"
        f"Authorization: Bearer {dice.choice(kind.tokens)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
