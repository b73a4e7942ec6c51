"""Two members, and a ledger that must add up after every test.

Copying a database a test costs more than the tests: these share one and empty it.
"""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import pytest

from jifen import embedded
from loyalty.ledger import verify
from models import db
from tests.loyalty.ledger import scene


@pytest.fixture(scope="session")
def ledger_url(servers: embedded.Addresses, template: str) -> str:
    """Keep one migrated database for all tests of the ledger."""
    return asyncio.run(_copied(servers.database_url, template))


async def _copied(database_url: str, template: str) -> str:
    async with db.session(database_url) as server:
        await server.execute(f'CREATE DATABASE ledger TEMPLATE "{template}"')
    return urlunsplit(urlsplit(database_url)._replace(path="/ledger"))


@pytest.fixture
async def pages(ledger_url: str) -> AsyncIterator[None]:
    """Bind the models to an empty ledger."""
    async with db.opened(ledger_url, pool_size=16):
        await db.fetch(
            "TRUNCATE customer, rule_version, lot, entry, draw, purchase, purchase_line, standing"
            " RESTART IDENTITY CASCADE"
        )
        yield


@pytest.fixture
async def ledger(pages: None) -> AsyncIterator[None]:
    """Give the test an empty ledger, and verify what it left."""
    yield
    assert await verify() == []


@pytest.fixture
async def lin(ledger: None) -> int:
    """Lin just joined."""
    (member_id,) = await scene.joined(1)
    return member_id


@pytest.fixture
async def wang(lin: int) -> int:
    """Wang joined after Lin."""
    (member_id,) = await scene.joined(1)
    return member_id
