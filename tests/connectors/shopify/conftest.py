"""One store on the simulated Shopify, connected."""

from collections.abc import AsyncIterator

import pytest

from loyalty.connections import ShopifySettings
from simulator.settings import ShopifyShop
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context

__all__ = ["brand", "context", "redis"]

DOMAIN, TOKEN, SECRET = "example-coffee.myshopify.com", "shpat_demo", "shpss_demo"


def ours(theirs: str = "http://127.0.0.1:1") -> ShopifySettings:
    """Return the store as we are told of it."""
    return ShopifySettings(
        shop_domain=DOMAIN,
        access_token=TOKEN,
        app_secret=SECRET,
        calls_per_second=500,
        api_base=f"{theirs}/shopify/{DOMAIN}",
    )


def pair(origin: str, theirs: str) -> tuple[ShopifyShop, ShopifySettings]:
    """Return the store as both sides are told of it."""
    push_url = f"{origin}/ingest/shopify"
    store = ShopifyShop(DOMAIN, TOKEN, SECRET, push_url=push_url, bucket=10_000)
    return store, ours(theirs)


def small_pair(origin: str, theirs: str) -> tuple[ShopifyShop, ShopifySettings]:
    """Return a store whose bucket is nearly always full."""
    return ShopifyShop(DOMAIN, TOKEN, SECRET, bucket=2, leaks_per_second=8.0), ours(theirs)


def foreign_pair(origin: str, theirs: str) -> tuple[ShopifyShop, ShopifySettings]:
    """Return a store that sells in dollars."""
    return ShopifyShop(DOMAIN, TOKEN, SECRET, currency="USD", bucket=10_000), ours(theirs)


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    async with markets.opened(context, [pair]) as opened:
        yield opened
