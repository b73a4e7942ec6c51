"""One order of hers: paid later or given up, received, reviewed; and purchases of other shops."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.miniprogram.conftest import Phones, play_pay, shown
from tests.browser.miniprogram.ordering import HERS
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def not_paid(phones: Phones, shop: ShopServer, heard: list[dict[str, Any]]) -> Page:
    """She orders a bag of beans, and closes the payment sheet."""
    page = await phones.open("store")
    await play_pay(page, shop, heard)
    await page.get_by_role("button", name="加一件 精品豆 330 g").tap()
    await page.get_by_role("button", name="去结算（1）").tap()
    await shown(page, "checkout").get_by_role("button", name="微信支付").tap()
    await page.get_by_role("dialog").get_by_role("button", name="取消").tap()
    await expect(page.locator("#toast")).to_have_text("还没有付款")
    await expect(shown(page, "order").get_by_text("待付款")).to_be_visible()
    return page


async def test_what_she_did_not_pay_at_once_is_paid_later_and_is_one_order(
    phones: Phones, shop: ShopServer
) -> None:
    heard: list[dict[str, Any]] = []
    page = await not_paid(phones, shop, heard)
    await expect(shown(page, "order").get_by_text("请在 15 分钟内付款")).to_be_visible()
    await shown(page, "order").get_by_role("button", name="微信支付").tap()
    await page.get_by_role("dialog").get_by_role("button", name="确认支付").tap()
    await expect(shown(page, "order").get_by_text("实付")).to_be_visible()
    await expect(shown(page, "order").get_by_role("button", name="微信支付")).to_have_count(0)
    assert len(shop.orders) == 1
    assert [each["is_confirmed"] for each in heard] == [False, True]


async def test_an_unpaid_order_waits_among_her_purchases_until_she_gives_it_up(
    phones: Phones, shop: ShopServer
) -> None:
    page = await not_paid(phones, shop, [])
    await phones.visit(page, "purchases")
    await shown(page, "purchases").get_by_text("请在 15 分钟内付款").tap()
    order = shown(page, "order")
    await order.get_by_role("button", name="取消订单").tap()
    await page.get_by_role("dialog").get_by_role("button", name="返回").tap()
    assert [one["state"] for one in shop.orders.values()] == ["awaiting_payment"]
    await order.get_by_role("button", name="取消订单").tap()
    await page.get_by_role("dialog").get_by_role("button", name="取消订单").tap()
    await expect(order.get_by_text("已关闭")).to_be_visible()
    await expect(order.get_by_role("button", name="取消订单")).to_have_count(0)
    await page.get_by_role("button", name="返回").tap()
    await expect(shown(page, "purchases").get_by_text("分钟内付款")).to_have_count(0)


async def test_she_sees_why_it_was_cheaper_says_that_it_has_come_and_reviews_it(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("purchases")
    await shown(page, "purchases").get_by_role("button", name="查看更多").tap()
    await shown(page, "purchases").get_by_role("link", name="查看订单 官方商城").tap()
    order = shown(page, "order")
    await expect(order.get_by_text("−¥107.60")).to_be_visible()
    await expect(order.get_by_text("这是您近 6 个月的第 3 单")).to_be_visible()
    await expect(order.get_by_text("获得 430 积分 · 完成后 7 天到账")).to_be_visible()
    shop.lost_answers = 2  # the relay's own client asks once more
    await order.get_by_role("button", name="确认收货").tap()
    await page.get_by_role("dialog").get_by_role("button", name="确认收货").tap()
    await expect(page.locator("#toast")).to_have_text("网络不太好，请再试一次")
    await order.get_by_role("button", name="确认收货").tap()
    await page.get_by_role("dialog").get_by_role("button", name="确认收货").tap()
    await expect(order.get_by_text("已完成")).to_be_visible()
    await order.get_by_role("link", name="评价 手冲壶").tap()
    await expect(shown(page, "review").get_by_text("手冲壶")).to_be_visible()


async def test_a_purchase_of_another_shop_has_its_page_too(phones: Phones) -> None:
    page = await phones.open("purchases", "en")
    await shown(page, "purchases").get_by_role("link", name="See the order Flagship store").tap()
    order = shown(page, "order")
    await expect(order.get_by_text("2847163905518273645")).to_be_visible()
    await expect(order.get_by_text("538 points · yours on")).to_be_visible()
    await expect(order.get_by_role("button", name="It has come")).to_have_count(0)


async def test_more_purchases_come_after_those_of_the_first_page(phones: Phones) -> None:
    bought = shown(await phones.open("purchases"), "purchases")
    await bought.get_by_role("button", name="查看更多").tap()
    await expect(bought.get_by_text("官方商城")).to_be_visible()
    await expect(bought.get_by_role("button", name="查看更多")).to_have_count(0)


async def test_after_paying_she_comes_to_the_order(phones: Phones, shop: ShopServer) -> None:
    page = await not_paid(phones, shop, [])
    shop.orders.clear()
    await page.get_by_role("button", name="返回").tap()
    await page.get_by_role("button", name="去结算（1）").tap()
    await shown(page, "checkout").get_by_role("button", name="微信支付").tap()
    await page.get_by_role("dialog").get_by_role("button", name="确认支付").tap()
    await shown(page, "checkout").get_by_role("button", name="查看订单").tap()
    await expect(shown(page, "order").get_by_text("JF20261122001")).to_be_visible()
    await page.get_by_role("button", name="返回").tap()
    await expect(shown(page, "store").get_by_role("button", name="去结算")).to_have_count(0)


async def test_an_order_that_cannot_be_had_is_tried_again(phones: Phones, shop: ShopServer) -> None:
    shop.broken = {f"/me/orders/{HERS}"}
    page = await phones.open(f"order?uuid={HERS}", "en")
    await expect(shown(page, "order").get_by_text("Something went wrong")).to_be_visible()
    shop.broken = set()
    await shown(page, "order").get_by_role("button", name="Try again").tap()
    await expect(shown(page, "order").get_by_text("JF20261120001")).to_be_visible()
