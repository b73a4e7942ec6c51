"""A server on a real port, over real PostgreSQL and Valkey, and a caller of it."""

import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from multidict import CIMultiDictProxy
from redis.asyncio import Redis

from jifen import embedded
from loyalty.sealing import Sealer, new_master_key
from web import app as base
from web import logs
from web.context import Context

Json = dict[str, Any]


@dataclass
class Asked:
    """One answer."""

    http_status: int
    headers: CIMultiDictProxy[str]
    content: bytes

    @property
    def told(self) -> Json:
        return dict(json.loads(self.content))

    @property
    def error(self) -> Json:
        return dict(self.told["error"])


@dataclass
class Caller:
    """Calls a running server."""

    session: aiohttp.ClientSession
    origin: str
    app: web.Application

    async def ask(self, method: str, path: str, **how: Any) -> Asked:
        async with self.session.request(method, self.origin + path, **how) as response:
            content = await response.read()
            return Asked(response.status, response.headers, content)

    async def get(self, path: str, **how: Any) -> Asked:
        return await self.ask("GET", path, **how)

    async def send(self, path: str, content: bytes, *, method: str = "POST", **how: Any) -> Asked:
        headers = {"Content-Type": "application/json", **how.pop("headers", {})}
        return await self.ask(method, path, data=content, headers=headers, **how)


Serve = Callable[..., Awaitable[Caller]]


@pytest.fixture
async def redis(servers: embedded.Addresses) -> AsyncIterator[Redis]:
    """An empty Valkey."""
    client = Redis.from_url(servers.redis_url, socket_timeout=10, socket_connect_timeout=10)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def away() -> AsyncIterator[Redis]:
    """A Redis that is not there."""
    client = Redis.from_url("redis://127.0.0.1:1")
    yield client
    await client.aclose()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def context(redis: Redis, http: aiohttp.ClientSession) -> Context:
    """A process without platforms."""
    return Context(
        redis=redis, http=http, sealer=Sealer(new_master_key()), accounts={}, miniprograms={}
    )


@pytest.fixture
async def serve(http: aiohttp.ClientSession) -> AsyncIterator[Serve]:
    """Start servers; they stop with the test."""
    servers: list[TestServer] = []

    async def begin(
        context: Context, *mounts: Callable[[web.Application], object], **settings: Any
    ) -> Caller:
        app = base.create(context, version="1.2.3", **settings)
        for mount in mounts:
            mount(app)
        server = TestServer(app)
        await server.start_server(shutdown_timeout=0.2)
        servers.append(server)
        return Caller(http, str(server.make_url("")).rstrip("/"), app)

    yield begin
    for server in servers:
        await server.close()


@pytest.fixture
def lines() -> Callable[[], list[Json]]:
    """Read the log lines that were written since the test began."""
    written = io.BytesIO()
    logs.configure(written)
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]
