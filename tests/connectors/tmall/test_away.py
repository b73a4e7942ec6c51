"""Messages that cannot be stored while the database is away: given back, and not lost."""

from collections.abc import AsyncIterator

import pytest

from models import db
from tests.connectors import market as markets
from tests.connectors.market import BEANS, Market
from tests.connectors.tmall.conftest import emptied, messages_of, messages_taken, pair, so
from tests.jobs.cable import Cable
from tests.jobs.conftest import database_cable, url_by_cable
from tests.loyalty.purchases.conftest import brand as publish
from web.context import Context

__all__ = ["database_cable", "publish", "url_by_cable"]


@pytest.fixture
async def database(url_by_cable: str) -> AsyncIterator[None]:
    """Bind the models to the test's database, at the other end of a cable."""
    async with db.opened(url_by_cable, pool_size=4):
        yield


@pytest.mark.usefixtures("publish")
async def test_messages_that_cannot_be_stored_are_given_back_and_come_again(
    context: Context, database_cable: Cable
) -> None:
    async with markets.opened(context, [pair]) as market:
        order = await market.buy(BEANS)
        await database_cable.cut()
        async with messages_taken(market):
            await so(lambda: _given_back(market))
            assert len((await messages_of(market))["waiting"]) == 2
            await database_cable.mend()
            await emptied(market)
        await market.work()
        assert [one["number"] for one in await market.purchases()] == [order["number"]]


async def _given_back(market: Market) -> bool:
    return bool((await messages_of(market))["given_back"])
