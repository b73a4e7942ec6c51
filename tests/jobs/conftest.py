"""What workers and schedulers run on in the tests, and cables to cut."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import aiohttp
import pytest
from redis.asyncio import Redis

from jifen import embedded
from jobs.worker import Pace
from loyalty.sealing import Sealer, new_master_key
from models import db
from tests.jobs.cable import Cable
from web.context import Context

QUICK = Pace(look_seconds=0.03, lease_seconds=5, grace_seconds=0.5, jobs_at_once=2)

Until = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


@pytest.fixture
async def redis(servers: embedded.Addresses) -> AsyncIterator[Redis]:
    client = Redis.from_url(servers.redis_url, socket_timeout=10, socket_connect_timeout=10)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def context(redis: Redis) -> AsyncIterator[Context]:
    """A process without platforms."""
    async with aiohttp.ClientSession() as http:
        sealer = Sealer(new_master_key())
        yield Context(redis=redis, http=http, sealer=sealer, accounts={}, miniprograms={})


@pytest.fixture
async def redis_cable(servers: embedded.Addresses) -> AsyncIterator[Cable]:
    cable = Cable(Path(urlsplit(servers.redis_url).path))
    await cable.mend()
    yield cable
    await cable.throw_away()


@pytest.fixture
async def context_by_cable(
    context: Context, servers: embedded.Addresses, redis_cable: Cable
) -> AsyncIterator[Context]:
    """A process whose Redis is at the other end of a cable."""
    url = urlsplit(servers.redis_url)
    netloc = url.netloc
    client = Redis.from_url(
        f"unix://{netloc}{redis_cable.socket}?{url.query}",
        socket_timeout=10,
        socket_connect_timeout=10,
    )
    yield replace(context, redis=client)
    await client.aclose()


@pytest.fixture
async def database_cable(database_url: str) -> AsyncIterator[Cable]:
    found = db.credentials(database_url)
    cable = Cable(Path(found["host"]) / f".s.PGSQL.{found['port']}")
    await cable.mend()
    yield cable
    await cable.throw_away()


@pytest.fixture
def url_by_cable(database_url: str, database_cable: Cable) -> str:
    """The address of the test's database at the other end of a cable."""
    url = urlsplit(database_url)
    folder = quote(str(database_cable.socket.parent), safe="")
    return urlunsplit(url._replace(query=f"host={folder}"))


@pytest.fixture
def until() -> Until:
    """Wait until something is so, looking often; a busy machine is given a minute."""

    async def wait(is_so: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(60):
            while not await is_so():  # noqa: ASYNC110 (the database rings no bell)
                await asyncio.sleep(0.02)

    return wait


@pytest.fixture
async def tasks() -> AsyncIterator[Callable[..., asyncio.Task[None]]]:
    """Start tasks that end with the test; what they raise fails it."""
    async with AsyncExitStack() as stack:
        running: list[asyncio.Task[None]] = []

        def begin(work: Awaitable[None]) -> asyncio.Task[None]:
            task = asyncio.ensure_future(work)
            running.append(task)
            return task

        async def end() -> None:
            for task in running:
                task.cancel()
            for outcome in await asyncio.gather(*running, return_exceptions=True):
                if isinstance(outcome, Exception):
                    raise outcome

        stack.push_async_callback(end)
        yield begin
