"""One shop on the simulated WeChat, connected."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace as with_fields

from loyalty.connections import WeChatShopSettings
from simulator.settings import WeChatShop
from tests.connectors import market as markets
from tests.connectors.market import Market
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context

__all__ = ["brand", "context", "redis"]

SHOP_APP_ID, SHOP_SECRET = "wx00000000000shop1", "wechat-shop-secret-0001"
SHOP_TOKEN, SHOP_KEY = "wxshoptoken", "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


def pair(ours: str, theirs: str) -> tuple[WeChatShop, WeChatShopSettings]:
    """Return the shop as both sides are told of it."""
    return (
        WeChatShop(
            SHOP_APP_ID,
            SHOP_SECRET,
            SHOP_TOKEN,
            SHOP_KEY,
            push_url=f"{ours}/ingest/wechat_shop/{SHOP_APP_ID}",
        ),
        WeChatShopSettings(
            app_id=SHOP_APP_ID,
            app_secret=SHOP_SECRET,
            token=SHOP_TOKEN,
            encoding_aes_key=SHOP_KEY,
            calls_per_second=200,
            api_base=theirs,
        ),
    )


def by_update(ours: str, theirs: str) -> tuple[WeChatShop, WeChatShopSettings]:
    """Return a shop that lists after-sales by when they changed, as newer documents have it."""
    shop, settings = pair(ours, theirs)
    return (
        with_fields(shop, lists_after_sales_by_update=True),
        with_fields(settings, after_sales_listed_by="update"),
    )


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    async with markets.opened(context, [pair]) as opened:
        yield opened
