"""What holds for the products of every platform's shop: found whole, kept, and never guessed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.reading import products as reading
from connectors.reading.products import read_products
from loyalty import shop_products
from loyalty.errors import Refused
from models import db
from tests.connectors import market as markets
from tests.connectors.douyin import conftest as douyin
from tests.connectors.jd import conftest as jd
from tests.connectors.market import Market, Pair
from tests.connectors.shopify import conftest as shopify
from tests.connectors.tmall import conftest as tmall
from tests.connectors.wechat_shop import conftest as wechat_shop
from tests.jobs.conftest import context, redis
from tests.loyalty.purchases.conftest import brand
from web.context import Context, now
from wechat.errors import CallFailed

__all__ = ["brand", "context", "redis"]

# Each platform: its shop, and how a fault names the call that lists what it sells, and the last
# call that a reading makes of a product.
SHOPS: dict[str, tuple[Pair, str, str]] = {
    "douyin": (douyin.pair, "/douyin/product/listV2", "/douyin/product/detail"),
    "jd": (
        jd.pair,
        "/jd/jingdong.sku.read.searchSkuList",
        "/jd/jingdong.ware.read.searchWare4Valid",
    ),
    "shopify": (shopify.pair, "/shopify/products.json", "/shopify/inventory_items.json"),
    "tmall": (
        tmall.pair,
        "/top/router/rest/taobao.items.onsale.get",
        "/top/router/rest/taobao.items.seller.list.get",
    ),
    "wechat_shop": (
        wechat_shop.pair,
        "/channels/ec/product/list/get",
        "/channels/ec/product/get",
    ),
}
BASE = "https://img10.360buyimg.com/n1/"
BEANS = {
    "sku": "C-100",
    "title": "精品豆",
    "category": "咖啡",
    "brand": "北辰",
    "price_fen": 12_800,
    "cost_fen": 4_150,
    "picture": f"{BASE}jfs/t1/beans.jpg",
}
SHIRTS = [
    {
        "sku": f"T-{size}",
        "item": "T",
        "title": "文化衫",
        "spec": size,
        "category": "服饰",
        "brand": "",
        "price_fen": 9_900 + i,
        "is_on_sale": size == "S",
    }
    for i, size in enumerate(("S", "M"))
]


@pytest.fixture(params=SHOPS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def market(platform: str, brand: None, context: Context) -> AsyncIterator[Market]:
    async with markets.opened(context, [SHOPS[platform][0]]) as opened:
        yield opened


async def shelve(market: Market, *goods: Any, gone: tuple[str, ...] = ()) -> None:
    await market.play(f"{market._shop()}/goods", goods=list(goods), gone=list(gone))


async def sold() -> dict[str, dict[str, Any]]:
    rows = await db.fetch(
        "SELECT sku, name, category, brand, price_fen, cost_fen, picture, is_on_sale,"
        " gone_at IS NOT NULL AS is_gone FROM shop_product"
    )
    return {row["sku"]: dict(row) for row in rows}


async def catalogue() -> dict[str, tuple[Any, ...]]:
    rows = await db.fetch(
        "SELECT sku, name_zh, category, brand, price_fen, cost_fen, is_on_sale FROM product"
    )
    return {row["sku"]: tuple(row)[1:] for row in rows}


async def test_a_shops_products_come_with_all_that_it_tells_and_no_more(
    market: Market, platform: str
) -> None:
    await shelve(market, BEANS, *SHIRTS)
    told = await read_products(market.account)
    assert (told.products, told.gone, told.unread) == (3, 0, 0)
    found = await sold()
    cost = 4_150 if platform == "shopify" else None
    assert found["C-100"] == {
        "sku": "C-100",
        "name": "精品豆",
        "category": "咖啡",
        # Douyin tells a number, whose name is a setting
        "brand": "" if platform == "douyin" else "北辰",
        "price_fen": 12_800,
        "cost_fen": cost,
        "picture": f"{BASE}jfs/t1/beans.jpg",
        "is_on_sale": True,
        "is_gone": False,
    }
    assert [found[f"T-{size}"]["name"] for size in "SM"] == ["文化衫 S", "文化衫 M"]
    assert [found[f"T-{size}"]["price_fen"] for size in "SM"] == [9_900, 9_901]
    assert [found[f"T-{size}"]["cost_fen"] for size in "SM"] == [None, None]
    of_brand = found["C-100"]["brand"]
    assert (await catalogue())["C-100"] == ("精品豆", "咖啡", of_brand, None, cost, False), (
        "the own store neither sells it nor has a price for it"
    )


async def test_the_lines_of_orders_find_their_category_and_brand(
    market: Market, platform: str
) -> None:
    await shelve(market, BEANS)
    await read_products(market.account)
    await market.buy({"sku": "C-100", "title": "精品豆", "price_fen": 12_800})
    await market.read()
    (line,) = await db.fetch("SELECT sku, category, brand FROM purchase_line")
    assert (line["sku"], line["category"]) == ("C-100", "咖啡")
    if platform == "shopify":  # the order's own vendor
        assert line["brand"] == "示例咖啡"
    else:
        assert line["brand"] == (await sold())["C-100"]["brand"]


async def test_a_long_list_is_read_whole_while_its_rows_move(market: Market) -> None:
    goods = [
        {"sku": f"G-{i:04}", "title": f"商品{i}", "category": "咖啡", "price_fen": i + 1}
        for i in range(230)
    ]
    await shelve(market, *goods)
    await market.faults(shelf_moves=3)
    assert (await read_products(market.account)).products == 230
    assert set(await sold()) == {one["sku"] for one in goods}


async def test_what_vanished_is_no_longer_sold_there_after_two_readings_and_stays_known(
    market: Market,
) -> None:
    await shelve(market, BEANS, *SHIRTS)
    await read_products(market.account)
    await shelve(market, gone=("C-100",))
    assert (await read_products(market.account)).gone == 0, "a row may have moved"
    assert (await read_products(market.account)).gone == 1
    assert {sku for sku, one in (await sold()).items() if one["is_gone"]} == {"C-100"}
    assert (await catalogue())["C-100"][:2] == ("精品豆", "咖啡")
    await shelve(market, BEANS)
    await read_products(market.account)
    assert not any(one["is_gone"] for one in (await sold()).values()), "it is sold again"


async def test_a_reading_that_breaks_off_keeps_what_it_brought_and_takes_nothing_away(
    market: Market, platform: str
) -> None:
    _, listing, detail = SHOPS[platform]
    await shelve(market, BEANS, *SHIRTS)
    await read_products(market.account)
    await shelve(market, gone=("C-100",))
    for _ in range(3):
        for path in (listing, detail):
            await market.faults(endpoints={path: {"status": 503}})
            with pytest.raises(CallFailed):
                await read_products(market.account)
    (row,) = await db.fetch("SELECT error, leased_until FROM product_reading")
    assert "503" in row["error"]
    assert row["leased_until"] is None, "the next may begin at once"
    assert not any(one["is_gone"] for one in (await sold()).values())
    await market.faults(endpoints={})
    await read_products(market.account)
    (row,) = await db.fetch("SELECT error FROM product_reading")
    assert row["error"] is None


async def test_a_platform_that_tells_nothing_at_all_takes_nothing_away(market: Market) -> None:
    await shelve(market, BEANS)
    await read_products(market.account)
    await shelve(market, gone=("C-100",))
    for _ in range(3):
        with pytest.raises(Refused, match="nothing_told"):
            await read_products(market.account)
    assert not (await sold())["C-100"]["is_gone"]


async def test_one_item_that_cannot_be_used_spoils_no_other_and_is_not_missed(
    market: Market,
) -> None:
    await shelve(market, BEANS, *SHIRTS)
    await read_products(market.account)
    await shelve(market, {**SHIRTS[0], "sku": "x" * 101, "item": "X"}, {**BEANS, "title": " "})
    for _ in range(3):
        told = await read_products(market.account)
    assert told.unread == 2
    found = await sold()
    assert "x" * 101 not in found
    assert found["C-100"]["name"] == "精品豆"
    assert not any(one["is_gone"] for one in found.values()), "it is there, though unreadable"


async def test_a_new_price_and_name_replace_the_old(market: Market) -> None:
    await shelve(market, BEANS)
    await read_products(market.account)
    await shelve(market, {**BEANS, "title": "秋季精品豆", "price_fen": 13_800, "is_on_sale": False})
    await read_products(market.account)
    one = (await sold())["C-100"]
    assert (one["name"], one["price_fen"], one["is_on_sale"]) == ("秋季精品豆", 13_800, False)
    assert (await catalogue())["C-100"][0] == "秋季精品豆"


async def test_who_comes_while_another_reads_is_told_so(market: Market) -> None:
    await shelve(market, BEANS)
    await shop_products.begin(market.account.connection.id, lease=reading.LEASE, at=now())
    for _ in range(2):
        with pytest.raises(Refused, match="products_being_read"):
            await read_products(market.account)


async def test_of_those_who_begin_at_once_one_reads_and_the_others_are_told_so(
    market: Market,
) -> None:
    await shelve(market, BEANS)
    ends = await asyncio.gather(
        *(read_products(market.account) for _ in range(3)), return_exceptions=True
    )
    told = [end for end in ends if not isinstance(end, BaseException)]
    refused = [end.code for end in ends if isinstance(end, Refused)]
    assert told, "one who begins after another ended may read once more"
    assert {one.products for one in told} == {1}
    assert len(told) + refused.count("products_being_read") == 3


async def test_a_reader_that_died_holds_up_nobody_once_its_lease_is_over(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelve(market, BEANS)
    dead = await shop_products.begin(
        market.account.connection.id, lease=timedelta(minutes=10), at=now() - timedelta(hours=1)
    )
    assert (await read_products(market.account)).products == 1
    with pytest.raises(Refused, match="products_being_read"):
        await shop_products.take(dead, [], unread=[], lease=reading.LEASE, at=now())


@pytest.mark.parametrize("platform", [one for one in SHOPS if one != "shopify"])
async def test_a_token_that_ended_is_renewed_while_products_are_read(market: Market) -> None:
    await shelve(market, BEANS)
    await market.end_tokens()
    assert (await read_products(market.account)).products == 1
