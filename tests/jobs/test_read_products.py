"""Each night every shop's products are read; one that is away holds up no other."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.read_products import read_products
from loyalty import shop_products
from models import db
from tests.connectors import market as markets
from tests.connectors.douyin import conftest as douyin
from tests.connectors.market import Market
from tests.connectors.wechat_shop import conftest as wechat_shop
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context, now
from wechat.errors import CallFailed

__all__ = ["brand", "context", "redis"]

BEANS = {"sku": "C-100", "title": "精品豆", "price_fen": 12_800}


@pytest.fixture
async def market(brand: None, context: Context) -> AsyncIterator[Market]:
    async with markets.opened(context, [douyin.pair, wechat_shop.pair]) as opened:
        yield opened


async def shelve(market: Market) -> None:
    for one in market.context.shops:
        path = f"shops/{one.shop.kind.value}/{one.shop.code}/goods"
        await market.play(path, goods=[BEANS])


async def test_all_shops_are_read_and_one_that_is_away_is_read_when_it_is_back(
    market: Market,
) -> None:
    await shelve(market)
    away = {"/douyin/product/listV2": {"status": 503}}
    await market.faults(endpoints=away)
    at = now()
    with pytest.raises(CallFailed):
        await read_products(market.context, at)
    (row,) = await db.fetch("SELECT count(*) AS products FROM shop_product")
    assert row["products"] == 1, "the other was read"
    await market.faults(endpoints={"/channels/ec/product/list/get": {"status": 503}})
    assert await read_products(market.context, at) == 1, "and is not read again for that"
    await market.faults(endpoints={})
    assert await read_products(market.context, now()) == 2


async def test_a_shop_that_staff_read_at_that_moment_is_left_to_them(market: Market) -> None:
    await shelve(market)
    one = replace(market.context, shops=market.context.shops[:1])
    held = await shop_products.begin(
        one.shops[0].connection.id, lease=timedelta(minutes=10), at=now()
    )
    assert await read_products(one, now()) == 0
    await shop_products.stop(held, "gone home")
    assert await read_products(one, now()) == 1
