"""Staff look up an order of the own store, complete it, and give money back: once, and no more."""

import asyncio
import re
from uuid import uuid4

import pytest

from loyalty import checkout
from models import Purchase, PurchaseState, StoreOrder, StoreRefund
from tests.console.test_console import Browser, away, browser, context, http, redis
from tests.loyalty.store import AT, lay_products, member, ordered, payment, quoted, token

__all__ = ["away", "browser", "context", "http", "redis"]


@pytest.fixture
async def bought(browser: Browser) -> StoreOrder:
    await lay_products()
    lin = await member()
    order = await ordered(lin, token(await quoted(lin, "M-020")))
    await checkout.paid(payment(order), at=AT)
    return order


async def form(browser: Browser, path: str) -> dict[str, str]:
    _, page = await browser.get(path)
    return dict(re.findall(r'name="(proof|name|yuan)" value="([^"]*)"', page))


async def test_an_order_is_found_read_and_completed(browser: Browser, bought: StoreOrder) -> None:
    await browser.sign_in("chen")
    path = f"/orders/{bought.number}"
    for search in ("", f"?q={bought.number}"):
        assert path in (await browser.get(f"/orders{search}"))[1]
    assert path not in (await browser.get("/orders?q=123456"))[1]
    http_status, page = await browser.get(path)
    assert (http_status, "¥269.00" in page, "已付款" in page) == (200, True, True)
    assert "手冲壶" in page
    async with browser.session.get(
        f"{browser.origin}/console{path}", cookies={"jifen_console_language": "en"}
    ) as english:
        assert "Kettle" in await english.text()
    proof = await browser.proof()
    for _ in range(2):
        http_status, page = await browser.post(f"{path}/complete", proof=proof)
        assert (http_status, "已完成" in page, "确认收货" in page) == (200, True, False)
    assert (await Purchase.get()).state is PurchaseState.COMPLETED


async def test_a_refund_that_is_sent_many_times_at_once_is_given_once(
    browser: Browser, bought: StoreOrder
) -> None:
    await browser.sign_in("chen")
    path = f"/orders/{bought.number}"
    filled = await form(browser, path)
    assert filled["yuan"] == "269.00"
    filled["yuan"] = "69.5"
    told = await asyncio.gather(*(browser.post(f"{path}/refunds", **filled) for _ in range(4)))
    assert [http_status for http_status, _ in told] == [200] * 4
    assert [one.fen for one in await StoreRefund.all()] == [69_50]
    _, page = await browser.get(path)
    assert "陈晨" in page
    assert "退款中" in page
    assert (await form(browser, path))["yuan"] == "199.50"
    await browser.post(f"{path}/refunds", **await form(browser, path))
    assert (await Purchase.get()).state is PurchaseState.REFUNDED
    assert "/refunds" not in (await browser.get(path))[1]


@pytest.mark.parametrize(
    ("yuan", "said"),
    [
        ("269.01", "最多可退 269"),
        ("0", "没有可退的金额"),
        ("-1", "无法识别"),
        ("1.005", "无法识别"),
        ("１２", "无法识别"),
        ("", "无法识别"),
        ("1e3", "无法识别"),
        ("<b>", "无法识别"),
    ],
)
async def test_an_amount_that_cannot_be_given_back_says_why_and_stays_to_be_mended(
    browser: Browser, bought: StoreOrder, yuan: str, said: str
) -> None:
    await browser.sign_in("chen")
    path = f"/orders/{bought.number}"
    http_status, page = await browser.post(
        f"{path}/refunds", **{**await form(browser, path), "yuan": yuan}
    )
    assert (http_status, said in page) == (422, True)
    assert "<b>" not in page.split("alert")[1].split("</p>")[0]
    assert not await StoreRefund.exists()


async def test_who_may_not_change_an_order_reads_it_or_nothing(
    browser: Browser, bought: StoreOrder
) -> None:
    await browser.sign_in("auditor")
    path = f"/orders/{bought.number}"
    _, page = await browser.get(path)
    assert "/refunds" not in page
    told = {"proof": await browser.proof(), "name": str(uuid4()), "yuan": "1"}
    assert (await browser.post(f"{path}/refunds", **told))[0] == 403
    assert (await browser.post(f"{path}/complete", **told))[0] == 403
    await browser.sign_in("guide")
    assert (await browser.get(path))[0] == 403
    assert not await StoreRefund.exists()


async def test_what_is_no_order_and_what_is_no_form_of_ours(
    browser: Browser, bought: StoreOrder
) -> None:
    await browser.sign_in("chen")
    for wrong in ("123456", "%00", "x" * 300, "%F0%9F%98%80"):
        assert (await browser.get(f"/orders/{wrong}"))[0] == 404
    told = {"proof": await browser.proof(), "yuan": "1", "name": "mine"}
    assert (await browser.post(f"/orders/{bought.number}/refunds", **told))[0] == 403
    told["name"] = str(uuid4())
    assert (await browser.post("/orders/123456/refunds", **told))[0] == 404
    assert (await browser.post("/orders/123456/complete", **told))[0] == 404


async def test_an_order_that_nobody_paid_is_neither_completed_nor_refunded(
    browser: Browser, bought: StoreOrder
) -> None:
    lin = await member()
    order = await ordered(lin, token(await quoted(lin, "B-330")))
    await browser.sign_in("chen")
    _, page = await browser.get(f"/orders/{order.number}")
    assert "待付款" in page
    assert "/refunds" not in page
    proof = await browser.proof()
    http_status, page = await browser.post(f"/orders/{order.number}/complete", proof=proof)
    assert (http_status, "订单未付款" in page) == (422, True)
