"""Staff read what the own store sells, and bring it in from a file: first looking, then doing."""

import pytest

from models import Product
from tests.console.test_console import Browser, away, browser, context, http, redis

__all__ = ["away", "browser", "context", "http", "redis"]

SVG = "data:image/svg+xml;base64,PHN2Zy8+"


async def lay(sku: str, name_zh: str, **more: object) -> None:
    first = {"name_en": "", "category": "咖啡", "brand": "", "price_fen": 9_800, "picture": ""}
    await Product.create(sku=sku, name_zh=name_zh, **{**first, "is_on_sale": True, **more})


@pytest.mark.parametrize("account", ["owner", "chen", "marketer", "auditor"])
async def test_products_are_read_with_price_and_cost_or_no_cost(
    browser: Browser, account: str
) -> None:
    await lay("B-330", "精品豆", cost_fen=4_150, picture=SVG)
    await lay("M-020", "<手冲壶>", cost_fen=None, is_on_sale=False, picture="https://a.cn/1.png")
    await lay("S-001", "赠品", cost_fen=0)
    await browser.sign_in(account)
    http_status, page = await browser.get("/products")
    assert http_status == 200
    rows = {row.split("<")[0]: row for row in page.split('<th scope="row">')[1:]}
    assert list(rows) == ["B-330", "S-001", "M-020"], "what is on sale comes first"
    for sku, wanted in (
        ("B-330", ("¥98.00", "¥41.50", "<td>是</td>", f'<img class="thumb" src="{SVG}"')),
        ("M-020", ("无成本", "<td>否</td>", "&lt;手冲壶&gt;", 'href="https://a.cn/1.png"')),
        ("S-001", ("¥0.00", "<td>是</td>")),
    ):
        assert [one for one in wanted if one not in rows[sku]] == []
    assert "商品 3 · 在售 2 · 无成本 1" in page


async def test_a_product_is_found_by_a_part_of_what_it_is_called(browser: Browser) -> None:
    await lay("B-330", "精品豆", name_en="Beans")
    await lay("M-020", "手冲壶", category="器具", brand="北辰")
    await browser.sign_in("chen")
    for search, found in (
        ("b-3", "B-330"),
        ("BEAN", "B-330"),
        ("冲壶", "M-020"),
        ("北辰", "M-020"),
    ):
        _, page = await browser.get(f"/products?q={search}")
        assert [sku for sku in ("B-330", "M-020") if f">{sku}<" in page] == [found]
    for search in ("%25", "_", "nothing", "%00"):
        assert (await browser.get(f"/products?q={search}"))[0] == 200
    assert ">B-330<" not in (await browser.get("/products?q=%25"))[1]


async def test_a_guide_reads_no_costs(browser: Browser) -> None:
    await browser.sign_in("guide")
    assert (await browser.get("/products"))[0] == 403
    assert "/console/products" not in (await browser.get(""))[1]
