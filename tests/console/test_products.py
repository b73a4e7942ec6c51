"""Staff read what the own store sells, and bring it in from a file: first looking, then doing."""

import io
import re
from pathlib import Path
from typing import Any

import aiohttp
import openpyxl
import pytest

from console.uploads import LIMIT_BYTES
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


HEADER = "SKU,商品名称,售价,成本\n"


async def send(browser: Browser, content: bytes | str, **fields: str) -> tuple[int, str]:
    """Send the form with a file as a browser does, without any header of htmx."""
    form = aiohttp.FormData({"proof": await browser.proof(), **fields}, default_to_multipart=True)
    content = content.encode() if isinstance(content, str) else content
    form.add_field("file", io.BytesIO(content), filename='商品 "1".csv', content_type="text/csv")
    async with browser.session.post(f"{browser.origin}/console/products", data=form) as answer:
        return answer.status, await answer.text()


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64}-(?:only|all))"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("account", ["owner", "chen", "marketer"])
async def test_a_file_is_looked_at_and_then_brought_in(browser: Browser, account: str) -> None:
    await lay("B-330", "精品豆", cost_fen=4_150)
    await lay("M-020", "手冲壶")
    await browser.sign_in(account)
    file = f"{HEADER}B-330,精品豆,98,\nNEW,<新品>,12.50,3\nBAD,坏,-1,1\n"
    http_status, page = await send(browser, file, act="look", only_listed="yes")
    assert http_status == 200
    for wanted in (
        "<li>NEW &lt;新品&gt;</li>",
        "<li>B-330: 成本 ¥41.50 → 无成本</li>",
        "下架 1 个商品（文件中没有）：M-020",
        "第 4 行，售价：金额是负数：-1",
        "3 行：新增 1，修改 1，未变 0，拒绝 1 行",
    ):
        assert wanted in page
    assert await Product.all().count() == 2, "nothing was written yet"
    fields = {"act": "bring_in", "only_listed": "yes", "seen": seen(page)}
    http_status, page = await send(browser, file, **fields)
    assert (http_status, "已写入" in page, 'name="seen"' in page) == (200, True, False)
    found = {one.sku: (one.cost_fen, one.is_on_sale) for one in await Product.all()}
    assert found == {"B-330": (None, True), "NEW": (300, True), "M-020": (None, False)}
    assert "没有变化" in (await send(browser, file, **fields))[1]


async def test_only_the_file_that_was_looked_at_is_brought_in(browser: Browser) -> None:
    await browser.sign_in("chen")
    _, page = await send(browser, f"{HEADER}A,甲,1,\n", act="look")
    looked_at = seen(page)
    for content, more in (
        (f"{HEADER}A,甲,2,\n", {"seen": looked_at}),
        (f"{HEADER}A,甲,1,\n", {"seen": looked_at, "only_listed": "yes"}),
        (f"{HEADER}A,甲,1,\n", {}),
    ):
        http_status, page = await send(browser, content, act="bring_in", **more)
        assert (http_status, "已写入" in page, seen(page) != "") == (200, False, True)
    assert await Product.all().count() == 0


async def test_a_workbook_comes_through_byte_by_byte(browser: Browser, tmp_path: Path) -> None:
    book: Any = openpyxl.Workbook()
    book.active.append(["SKU", "商品名称", "售价"])
    book.active.append(["A\r\n--x", "甲", 1.5])
    book.save(tmp_path / "p.xlsx")
    await browser.sign_in("chen")
    content = (tmp_path / "p.xlsx").read_bytes()
    _, page = await send(browser, content, act="look")
    await send(browser, content, act="bring_in", seen=seen(page))
    assert [(one.name_zh, one.price_fen) for one in await Product.all()] == [("甲", 150)]


async def test_an_auditor_and_a_form_of_another_site_bring_nothing_in(browser: Browser) -> None:
    await browser.sign_in("auditor")
    assert 'type="file"' not in (await browser.get("/products"))[1]
    assert (await send(browser, f"{HEADER}A,甲,1,\n", act="look"))[0] == 403
    await browser.sign_in("chen")
    assert 'type="file"' in (await browser.get("/products"))[1]
    assert (await send(browser, f"{HEADER}A,甲,1,\n", proof="0" * 64))[0] == 403


async def test_a_file_that_cannot_be_read_says_why(browser: Browser) -> None:
    await browser.sign_in("chen")
    for content, wanted in (
        ("", "请选择一个文件"),
        ("名称\n甲\n", "找不到商品编码列"),
        (HEADER + 'A,"甲', "引号没有结束；什么都没有写入"),
        (b"\xd0\xcf\x11\xe0", "旧版 .xls"),
        (b"a" * (LIMIT_BYTES + 1), "文件太大，最多 5 MB"),
    ):
        http_status, page = await send(browser, content, act="look")
        assert (http_status, wanted in page, 'name="seen"' in page) == (422, True, False)
    assert (await send(browser, b"a" * (LIMIT_BYTES + 20_000)))[0] == 413
    headers = {"HX-Request": "true"}
    form = aiohttp.FormData({"proof": await browser.proof()}, default_to_multipart=True)
    url = f"{browser.origin}/console/products"
    async with browser.session.post(url, data=form, headers=headers) as part:
        assert (part.status, "请选择一个文件" in await part.text()) == (200, True), "htmx takes it"


PART = b'--b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
BROKEN = [
    b"",
    PART % (b"act", b"", b"look"),
    b"x" + PART % (b"act", b"", b"look") + b"--b--\r\n",
    PART % (b"act", b"", b"look") + PART % (b"act", b"", b"look") + b"--b--\r\n",
    PART % (b"f", b'; filename="a"', b"1") + PART % (b"g", b'; filename="b"', b"2") + b"--b--\r\n",
    PART % (b"act", b"", b"\xff") + b"--b--\r\n",
    PART % (b"act", b"", b"\x00") + b"--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="act"\r\nno end--b--',
    b"--b\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--\r\n",
    b"".join(PART % (b"n%d" % i, b"", b"1") for i in range(50)) + b"--b--\r\n",
]


async def test_a_form_that_is_not_whole_is_refused(browser: Browser) -> None:
    await browser.sign_in("chen")
    url, proof = f"{browser.origin}/console/products", await browser.proof()
    for body in BROKEN:
        for kind in ("multipart/form-data; boundary=b", "multipart/form-data", "text/plain"):
            headers = {"Content-Type": kind, "X-Form-Proof": proof}
            async with browser.session.post(url, data=body, headers=headers) as answer:
                assert answer.status == 400, (kind, body)
    assert await Product.all().count() == 0
