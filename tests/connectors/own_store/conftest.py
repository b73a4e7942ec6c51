"""Our server on a real port with one till connected, and a programme of one point a yuan."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from jifen import app
from loyalty import connections, programme
from loyalty.expiry.rolling import Rolling
from tests.cast import JUNE_1, noon
from tests.connectors.own_store.till import CODE, SETTINGS, Till, connected
from tests.jobs.conftest import context, redis, tasks, until
from tests.loyalty.purchases.conftest import brand
from web.context import Context

__all__ = ["brand", "context", "redis", "tasks", "until"]


@pytest.fixture
async def shop_context(brand: None, context: Context) -> Context:
    """A process that the till is connected to; points outlast the tests, whose dates stand fast."""
    await programme.publish(
        "expiry", Rolling(months=120), starts_at=noon(2026, 1, 1), by="test", at=JUNE_1
    )
    connection_id = await connections.save(
        SETTINGS, name="淮海路店", sealer=context.sealer, at=JUNE_1
    )
    return replace(context, stores={CODE: connected(connection_id)})


@pytest.fixture
async def till(shop_context: Context) -> AsyncIterator[Till]:
    server = TestServer(app.create(shop_context))
    await server.start_server(shutdown_timeout=0.2)
    async with aiohttp.ClientSession() as http:
        yield Till(http, str(server.make_url("")).rstrip("/"), shop_context)
    await server.close()
