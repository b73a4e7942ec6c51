"""What the brand says of a product and what its shops say: who is believed, whoever comes first."""

from datetime import timedelta
from typing import Any

import pytest

from loyalty import connections, product_list, products, shop_products
from loyalty.connections import DouyinSettings
from loyalty.errors import NotFound, Refused
from loyalty.outcomes import Fate
from loyalty.product_list import ProductList, ProductTold
from loyalty.sealing import Sealer, new_master_key
from loyalty.shop_products import SoldProduct, Unread
from models import Product, ShopProduct, db
from tests.cast import DAY, NOVEMBER_22
from tests.loyalty.ledger.test_cost import statements_counted

pytestmark = pytest.mark.usefixtures("database")

AT = NOVEMBER_22
LEASE = timedelta(minutes=10)
BEANS = SoldProduct(
    sku="C-100",
    item="35",
    name="北辰精品豆 250g",
    category="咖啡豆",
    brand="北辰",
    price_fen=12_800,
    cost_fen=4_150,
    picture="https://a.cn/b.jpg",
)
BY_FILE = ProductTold("C-100", name_zh="精品豆", category="咖啡", price_fen=9_800)


async def shop(shop_id: str = "1") -> int:
    settings = DouyinSettings(shop_id=shop_id, app_key="7", app_secret="s")
    sealer = Sealer(new_master_key())
    return await connections.save(settings, name=shop_id, sealer=sealer, at=AT)


async def read(
    connection_id: int, *told: SoldProduct, after: timedelta = timedelta(0), unread: Any = ()
) -> shop_products.Finished:
    """Read a shop whole, a while after the first."""
    at = AT + after
    reading = await shop_products.begin(connection_id, lease=LEASE, at=at)
    await shop_products.take(reading, told, unread=unread, lease=LEASE, at=at)
    return await shop_products.finish(reading, unread=unread, at=at)


async def by_file(*told: ProductTold) -> list[Fate]:
    return [one.fate for one in (await product_list.bring_in(ProductList(told))).outcomes]


async def kept(sku: str = "C-100") -> dict[str, Any]:
    one = await Product.get(sku=sku)
    return {
        "name": one.name_zh,
        "category": one.category,
        "brand": one.brand,
        "price": one.price_fen,
        "cost": one.cost_fen,
        "picture": one.picture,
        "sold": one.is_on_sale,
        "shops": sorted(one.told_by_shops),  # type: ignore[call-overload]
    }


BOTH = {
    "name": "精品豆",
    "category": "咖啡",
    "brand": "北辰",
    "price": 9_800,
    "cost": 4_150,
    "picture": "https://a.cn/b.jpg",
    "sold": True,
    "shops": ["brand", "cost_fen", "picture"],
}


@pytest.mark.parametrize("first", ["file", "shop"])
async def test_whoever_comes_first_the_brand_is_believed_and_shops_fill_the_rest(
    first: str,
) -> None:
    tmall = await shop()
    if first == "file":
        await by_file(BY_FILE)
    await read(tmall, BEANS)
    if first == "shop":
        await by_file(BY_FILE)
    assert await kept() == BOTH
    await read(tmall, BEANS, after=DAY)
    assert await kept() == BOTH, "each night the same"
    assert await by_file(BY_FILE) == [Fate.ALREADY_DONE]


async def test_what_only_a_shop_sells_cannot_be_bought_in_the_own_store() -> None:
    await read(await shop(), BEANS)
    assert await products.for_sale(limit=10) == []
    with pytest.raises(Refused, match="product_not_on_sale"):
        await products.wanted(["C-100"])
    with pytest.raises(NotFound):
        await products.wanted(["unheard-of"])
    assert (await products.names(["C-100"]))["C-100"].zh == BEANS.name
    with pytest.raises(db.Refusal):
        await db.fetch("UPDATE product SET is_on_sale = true")


async def test_a_list_without_a_price_tells_of_a_shops_product_and_sells_nothing() -> None:
    await read(await shop(), BEANS)
    assert await by_file(ProductTold("C-100", cost_fen=3_900)) == [Fate.DONE]
    assert (await kept())["cost"] == 3_900
    assert not (await kept())["sold"]
    on_sale = await product_list.bring_in(ProductList([ProductTold("C-100", is_on_sale=True)]))
    assert [str(one.refusal) for one in on_sale.outcomes] == ["new_product_lacks(field=price_fen)"]
    assert await by_file(ProductTold("C-100", price_fen=9_900, is_on_sale=False)) == [Fate.DONE]
    assert not (await kept())["sold"], "as the list says"
    await by_file(ProductTold("C-100", is_on_sale=True))
    assert [one.sku for one in await products.for_sale(limit=10)] == ["C-100"]


async def test_what_a_list_leaves_empty_or_clears_the_shops_say() -> None:
    tmall = await shop()
    await read(tmall, BEANS)
    await by_file(ProductTold("C-100", name_zh="精品豆", category="", cost_fen=None))
    assert (await kept())["category"] == "咖啡豆"
    assert (await kept())["cost"] == 4_150
    await by_file(ProductTold("C-100", category="豆子", cost_fen=0))
    await read(tmall, BEANS, after=DAY)
    assert (await kept())["category"] == "豆子"
    assert (await kept())["cost"] == 0, "none is none and 0 is 0"
    clearing = ProductTold("C-100", category="", cost_fen=None)
    for verb in (product_list.try_out, product_list.bring_in):
        (one,) = (await verb(ProductList([clearing]))).outcomes
        assert one.unwrap().fields == {"category": ("豆子", "咖啡豆"), "cost_fen": (0, 4_150)}
    assert (await kept())["category"] == "咖啡豆"
    assert (await kept())["cost"] == 4_150
    assert await by_file(clearing) == [Fate.ALREADY_DONE]


async def test_what_a_list_says_as_the_shop_does_is_the_brands_from_then_on() -> None:
    tmall = await shop()
    await read(tmall, BEANS)
    assert await by_file(ProductTold("C-100", category="咖啡豆")) == [Fate.ALREADY_DONE]
    other = SoldProduct(sku="C-100", item="35", name="秋季豆", category="食品")
    await read(tmall, other, after=DAY)
    assert (await kept())["category"] == "咖啡豆"
    assert (await kept())["name"] == "秋季豆"


async def test_the_shop_that_was_connected_first_is_believed_before_others() -> None:
    first, second = await shop("1"), await shop("2")
    bare = SoldProduct(sku="C-100", item="9", name="豆", picture="https://b.cn/c.jpg")
    await read(second, BEANS)
    await read(first, bare)
    assert (await kept())["name"] == "豆"
    assert (await kept())["category"] == "咖啡豆", "what it does not tell another does"
    await read(first, SoldProduct(sku="X", item="1", name="另一个"), after=DAY)
    await read(first, SoldProduct(sku="X", item="1", name="另一个"), after=2 * DAY)
    assert (await kept())["name"] == BEANS.name, "the first sells it no more"


async def test_a_cost_that_nobody_tells_any_more_is_none() -> None:
    shopify = await shop()
    await read(shopify, BEANS)
    assert (await kept())["cost"] == 4_150
    await read(shopify, SoldProduct(sku="C-100", item="35", name="豆"), after=DAY)
    assert (await kept())["cost"] is None


async def test_skus_of_one_code_are_one_product_at_its_lowest_price() -> None:
    tmall = await shop()
    at = AT
    reading = await shop_products.begin(tmall, lease=LEASE, at=at)
    for prices in ((500, 300), (400,), (900,)):
        page = [
            SoldProduct(sku="T", item="7", name="文化衫", price_fen=fen, is_on_sale=fen == 400)
            for fen in prices
        ]
        await shop_products.take(reading, page, unread=[], lease=LEASE, at=at)
    await shop_products.finish(reading, unread=[], at=at)
    one = await ShopProduct.get(sku="T")
    assert (one.price_fen, one.is_on_sale) == (300, True)
    await read(tmall, SoldProduct(sku="T", item="7", name="文化衫", price_fen=700), after=DAY)
    assert (await ShopProduct.get(sku="T")).price_fen == 700, "of a reading, not of all"


async def test_two_whole_readings_must_miss_it_and_broken_ones_do_not_count() -> None:
    tmall = await shop()
    tea = SoldProduct(sku="T-1", item="8", name="茶")
    await read(tmall, BEANS, tea)
    broken = await shop_products.begin(tmall, lease=LEASE, at=AT + DAY)
    await shop_products.take(broken, [tea], unread=[], lease=LEASE, at=AT + DAY)
    await shop_products.stop(broken, "busy")
    assert (await read(tmall, tea, after=2 * DAY)).gone == 0
    unread = [Unread("35", "name_missing")]
    assert (await read(tmall, tea, after=3 * DAY, unread=unread)).gone == 0, "it is there"
    assert (await read(tmall, tea, after=4 * DAY)).gone == 0
    assert (await read(tmall, tea, after=5 * DAY)).gone == 1
    assert (await ShopProduct.get(sku="C-100")).gone_at == AT + 5 * DAY
    assert await Product.all().count() == 2, "none is deleted"


async def test_a_page_of_products_takes_a_constant_number_of_statements() -> None:
    tmall = await shop()
    reading = await shop_products.begin(tmall, lease=LEASE, at=AT)
    counts = []
    for size in (1, 200, 2_000):
        page = [SoldProduct(sku=f"S-{i}", item=str(i), name=f"商品{i}") for i in range(size)]
        async with statements_counted() as sent:
            await shop_products.take(reading, page, unread=[], lease=LEASE, at=AT)
        counts.append(len(sent))
    assert counts == [4, 4, 4], "lease, lock, keep, fill"


async def test_a_reading_that_lost_its_lease_writes_nothing_more() -> None:
    tmall = await shop()
    old = await shop_products.begin(tmall, lease=LEASE, at=AT)
    with pytest.raises(Refused, match="products_being_read"):
        await shop_products.begin(tmall, lease=LEASE, at=AT + LEASE - timedelta(seconds=1))
    await shop_products.begin(tmall, lease=LEASE, at=AT + LEASE)
    for act in (
        shop_products.take(old, [BEANS], unread=[], lease=LEASE, at=AT + LEASE),
        shop_products.finish(old, unread=[], at=AT + LEASE),
    ):
        with pytest.raises(Refused, match="products_being_read"):
            await act
    await shop_products.stop(old, "late")
    (row,) = await db.fetch("SELECT error, leased_until IS NOT NULL AS held FROM product_reading")
    assert (row["error"], row["held"]) == (None, True)
    assert await ShopProduct.all().count() == 0
