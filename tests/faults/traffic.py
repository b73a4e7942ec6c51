"""Consumers who go on writing through a fault, each message tried as WeChat tries."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.bot.conftest import Town
from tests.bot.platform import Answer, Platform, text

SLOWEST_SECONDS = 5.0
LOOK_SECONDS = 0.05


@dataclass
class Sent:
    """One message and how its tries ended."""

    openid: str
    body: bytes
    answers: list[Answer] = field(default_factory=list)

    @property
    def was_taken(self) -> bool:
        return bool(self.answers) and self.answers[-1].http_status == 200


@dataclass
class Traffic:
    """All messages of a while; ``begin`` lets one more consumer write."""

    begin: Callable[[str], None]
    sent: list[Sent] = field(default_factory=list)
    lag_seconds: float = 0.0

    @property
    def answers(self) -> list[Answer]:
        return [answer for one in self.sent for answer in one.answers]

    def statuses(self) -> set[int]:
        return {answer.http_status for answer in self.answers}

    def slowest_seconds(self) -> float:
        """How long an answer took at most, less what this busy process itself stood still."""
        return max(answer.seconds for answer in self.answers) - self.lag_seconds

    async def watch_lag(self) -> None:
        """Add up by how much this process is later than it wanted, until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            wanted = clock() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            self.lag_seconds += max(0.0, clock() - wanted - LOOK_SECONDS)


@asynccontextmanager
async def writing(town: Town, *platforms: Platform, consumers: int = 8) -> AsyncIterator[Traffic]:
    """Let consumers write without pause while the block runs, then until all was taken."""
    stopping = asyncio.Event()
    ways = platforms or (town.platform,)

    async def write(name: str) -> None:
        for number in itertools.count():
            if stopping.is_set():
                return
            sent = Sent(name, text("积分", openid=name))
            traffic.sent.append(sent)
            await _send(ways[number % len(ways)], sent)
            await asyncio.sleep(0.05)

    begun: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as group:
        traffic = Traffic(begin=lambda name: begun.append(group.create_task(write(name))))
        watching = asyncio.create_task(traffic.watch_lag())
        for number in range(consumers):
            traffic.begin(f"oWriter{number}")
        yield traffic
        stopping.set()
        await asyncio.wait(begun)
        watching.cancel()


async def _send(platform: Platform, sent: Sent) -> None:
    async with asyncio.timeout(90):
        while not sent.was_taken:
            if sent.answers:
                await asyncio.sleep(0.2)
            try:
                sent.answers.append(await platform.send(sent.body))
            except (aiohttp.ClientError, OSError):
                sent.answers.append(Answer(0, {}, b"", 0.0))


async def everyone_was_told_once(town: Town, traffic: Traffic) -> None:
    """Each message is one event, worked, and its answer went one way: at once, or behind."""
    await town.until(
        "inbound_event WHERE state = 'worked' AND kind = 'text'", count=len(traffic.sent)
    )
    assert await town.count("inbound_event WHERE kind = 'text'") == len(traffic.sent)
    at_once = sum(1 for one in traffic.sent if one.answers[-1].said)
    assert at_once + await town.count("delivery") == len(traffic.sent)
    people = len({one.openid for one in traffic.sent})
    assert await town.count("identity WHERE value LIKE 'oWriter%'") == people
