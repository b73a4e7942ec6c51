"""The platform beside a process of ours."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from jifen import embedded
from tests.channels.china import China, opened


@pytest.fixture
async def china(database: None, servers: embedded.Addresses) -> AsyncIterator[China]:
    async with Redis.from_url(servers.redis_url) as redis, opened(redis) as running:
        yield running
