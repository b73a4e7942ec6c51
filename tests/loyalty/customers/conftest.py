"""A brand with rules for everything that is merged; its ledger must add up after every test."""

from collections.abc import AsyncIterator

import pytest

from jifen import embedded
from loyalty.ledger import verify
from models import db
from tests.cast import LIN, WANG, ZHAO
from tests.conftest import shared
from tests.loyalty.play_scene import member, publish


@pytest.fixture(scope="session")
def merging_url(servers: embedded.Addresses, template: str) -> str:
    """Keep one migrated database for all of these tests."""
    return shared(servers, template, "merging")


@pytest.fixture
async def people(merging_url: str) -> AsyncIterator[None]:
    """Bind the models to a brand that nobody joined yet."""
    async with db.opened(merging_url, pool_size=16):
        await db.fetch(
            "TRUNCATE customer, rule_version, lot, entry, draw, shop, purchase, purchase_line,"
            " snapshot, standing, changed_member, reward_stock, community RESTART IDENTITY CASCADE"
        )
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
