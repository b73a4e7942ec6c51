"""One shop on the simulated Douyin, connected."""

from collections.abc import AsyncIterator

import pytest

from loyalty.connections import DouyinSettings
from simulator.settings import DouyinShop
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context

__all__ = ["brand", "context", "redis"]

SHOP_ID, APP_KEY, APP_SECRET = "4463798", "7000000000000000001", "dy-secret-0001"


def pair(ours: str, theirs: str) -> tuple[DouyinShop, DouyinSettings]:
    """Return the shop as both sides are told of it."""
    return (
        DouyinShop(SHOP_ID, APP_KEY, APP_SECRET, push_url=f"{ours}/ingest/douyin"),
        DouyinSettings(
            shop_id=SHOP_ID,
            app_key=APP_KEY,
            app_secret=APP_SECRET,
            calls_per_second=200,
            api_base=f"{theirs}/douyin",
        ),
    )


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    async with markets.opened(context, [pair]) as opened:
        yield opened
