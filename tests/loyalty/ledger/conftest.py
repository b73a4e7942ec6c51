"""Two members, and a ledger that must add up after every test."""

from collections.abc import AsyncIterator

import pytest

from loyalty.ledger import verify
from models import db
from tests.loyalty.ledger import scene


@pytest.fixture
async def pages(database_url: str) -> AsyncIterator[None]:
    """Bind the models to an empty ledger."""
    async with db.opened(database_url, pool_size=16):
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
