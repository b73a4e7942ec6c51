"""What only Douyin's products have: a brand whose name is a setting, one gone between two calls."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace as with_fields

from connectors.reading.products import read_products
from loyalty.connections import DouyinSettings
from models import ShopProduct, db
from simulator.settings import DouyinShop
from simulator.shops.douyin_goods import BRANDS
from simulator.shops.shelf import number
from tests.connectors import market as markets
from tests.connectors.douyin.conftest import context, pair, redis
from tests.connectors.market import Market
from tests.loyalty.purchases.conftest import brand
from web.context import Context
from wechat.errors import CallFailed

__all__ = ["brand", "context", "redis"]

GOODS = [{"sku": f"B-{i}", "title": f"豆 {i}", "brand": "北辰", "price_fen": 100} for i in range(3)]


def named_pair(ours: str, theirs: str) -> tuple[DouyinShop, DouyinSettings]:
    shop, settings = pair(ours, theirs)
    return shop, with_fields(settings, brand_names={str(number("北辰", above=BRANDS)): "北辰"})


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    async with markets.opened(context, [named_pair]) as opened:
        await opened.play(f"{opened._shop()}/goods", goods=GOODS)
        yield opened


async def test_a_brand_is_called_as_the_connection_says(market: Market) -> None:
    await read_products(market.account)
    assert {one.brand for one in await ShopProduct.all()} == {"北辰"}


async def test_one_that_is_gone_since_it_was_listed_stops_no_other(market: Market) -> None:
    await read_products(market.account)
    gone = {"/douyin/product/detail": {"errcode": 50002, "times": 1}}
    for _ in range(3):
        await market.faults(endpoints=gone)
        assert (await read_products(market.account)).unread == 1
    assert await ShopProduct.filter(gone_at=None).count() == 3, "it was listed each time"
    (row,) = await db.fetch("SELECT unread->0->>'code' AS code FROM product_reading")
    assert row["code"] == "item_not_told"


async def test_a_permission_that_is_missing_stops_the_reading_and_says_so(market: Market) -> None:
    await market.faults(endpoints={"/douyin/product/detail": {"errcode": 30002}})
    with pytest.raises(CallFailed, match="product/detail: 30002"):
        await read_products(market.account)
