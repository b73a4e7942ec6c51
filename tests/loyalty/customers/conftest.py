"""A brand with rules for everything that is merged; its ledger must add up after every test."""

from collections.abc import AsyncIterator

import pytest

from loyalty.ledger import verify
from models import db
from tests.cast import LIN, WANG, ZHAO
from tests.loyalty.play_scene import member, publish


@pytest.fixture
async def people(database_url: str) -> AsyncIterator[None]:
    """Bind the models to a brand that nobody joined yet."""
    async with db.opened(database_url, pool_size=16):
        await publish()
        yield
        assert await verify() == []


@pytest.fixture
async def lin(people: None) -> int:
    """Lin is known to a shop."""
    return await member(LIN)


@pytest.fixture
async def wang(lin: int) -> int:
    """Wang joined after Lin."""
    return await member(WANG)


@pytest.fixture
async def zhao(wang: int) -> int:
    """Zhao joined last."""
    return await member(ZHAO)
