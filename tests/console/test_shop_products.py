"""Staff see where a product comes from and how its shops were read, and let them be read now."""

import asyncio
from datetime import timedelta

import pytest

from loyalty import connections, product_list, schedule, shop_products
from loyalty.connections import DouyinSettings, JdSettings, OwnStoreSettings
from loyalty.product_list import ProductList, ProductTold
from loyalty.shop_products import SoldProduct, Unread
from models import JobRun
from tests.console.test_console import Browser, away, browser, context, http, redis
from tests.console.test_names import in_english, shown
from web.context import Context, now

__all__ = ["away", "browser", "context", "http", "redis"]

LEASE = timedelta(minutes=10)
BEANS = SoldProduct(
    "C-100", "35", "北辰<精品豆>", category="咖啡豆", brand="北辰", price_fen=12_800
)
TEA = SoldProduct("T-1", "36", "茶", is_on_sale=False)


async def connected(context: Context) -> tuple[int, int]:
    told = (
        ("抖音旗舰店", DouyinSettings(shop_id="4463798", app_key="7", app_secret="s")),
        (
            "京东旗舰店",
            JdSettings(vender_id="1", app_key="7", app_secret="s", access_token="t"),
        ),
        ("淮海路店", OwnStoreSettings(code="huaihai", secret="s" * 16)),
    )
    douyin, jd, _ = [
        await connections.save(settings, name=name, sealer=context.sealer, at=now())
        for name, settings in told
    ]
    return douyin, jd


async def read(connection_id: int, *told: SoldProduct, unread: tuple[Unread, ...] = ()) -> None:
    reading = await shop_products.begin(connection_id, lease=LEASE, at=now())
    await shop_products.take(reading, told, unread=unread, lease=LEASE, at=now())
    await shop_products.finish(reading, unread=unread, at=now())


async def test_a_product_says_where_it_comes_from_and_what_each_shop_asks_for_it(
    browser: Browser, context: Context
) -> None:
    douyin, jd = await connected(context)
    await product_list.bring_in(
        ProductList([ProductTold("C-100", name_zh="精品豆", price_fen=9_800)])
    )
    await read(douyin, BEANS, TEA)
    for told in ((BEANS,), (TEA,), (TEA,)):
        await read(jd, *told)
    await browser.sign_in("chen")
    page = await shown(browser, "/products")
    assert (
        "C-100 – 精品豆 北辰 咖啡豆 ¥98.00 无成本 是 自有清单 取自店铺: 类目, 品牌"
        " 抖音旗舰店 ¥128.00 京东旗舰店 已不再售" in page
    )
    assert "T-1 – 茶 – – 无成本 否 取自店铺: 中文名称 抖音旗舰店 – 未在售" in page
    assert "北辰<精品豆>" not in (await browser.get("/products?q=茶"))[1]
    await in_english(browser)
    page = await shown(browser, "/products")
    assert "京东旗舰店 no longer sold there" in page
    assert "as shops tell it: Chinese name" in page


async def test_each_shop_says_when_it_was_read_and_what_stopped_it(
    browser: Browser, context: Context
) -> None:
    douyin, jd = await connected(context)
    await browser.sign_in("chen")
    page = await shown(browser, "/products")
    assert "抖音旗舰店 抖店 – 0 0 – –" in page
    assert "淮海路店" not in page, "a store of our own tells its products with its orders"
    await read(douyin, BEANS, unread=(Unread("36", "sku_not_usable", {"sku": "<x>"}),))
    await read(jd, TEA)
    busy = await shop_products.begin(jd, lease=LEASE, at=now())
    await shop_products.stop(busy, "product/listV2: 60000 <busy>")
    await shop_products.begin(douyin, lease=LEASE, at=now())
    http_status, page = await browser.get("/products")
    assert http_status == 200
    assert "36: 商品编码“&lt;x&gt;”为空" in page
    assert "60000 &lt;busy&gt;" in page
    assert "读取中" in page


async def test_staff_let_the_shops_be_read_now_and_once_is_enough(
    browser: Browser, context: Context
) -> None:
    await connected(context)
    await browser.sign_in("marketer")
    proof = await browser.proof()
    for _ in range(3):
        assert (await browser.post("/shop-products", proof=proof))[0] == 200
    (run,) = await JobRun.filter(job="read_products")
    assert run.state == "planned"
    claimed = await schedule.claim(["read_products"], lease=LEASE, at=now())
    assert claimed
    await browser.post("/shop-products", proof=proof)
    assert await JobRun.filter(job="read_products").count() == 1, "it goes on"
    await schedule.done(claimed, things=0, at=now())
    await asyncio.gather(*(browser.post("/shop-products", proof=proof) for _ in range(2)))
    assert await JobRun.filter(job="read_products", state="planned").count() >= 1


@pytest.mark.parametrize("account", ["auditor", "guide"])
async def test_who_may_not_change_products_lets_none_be_read(
    browser: Browser, context: Context, account: str
) -> None:
    await connected(context)
    await browser.sign_in(account)
    proof = await browser.proof()
    assert (await browser.post("/shop-products", proof=proof))[0] == 403
    assert (await browser.post("/shop-products", proof="0" * 64))[0] == 403
    assert await JobRun.filter(job="read_products").count() == 0
    assert "/console/shop-products" not in (await browser.get("/products"))[1]
