"""The cart that is hers on every phone, and what she tells of herself."""

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

MORE = "加一件 精品豆 330 g"
BEANS = [{"sku": "B-330", "quantity": 1}]


async def test_what_she_puts_into_the_cart_is_there_on_another_phone(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("store")
    await page.get_by_role("button", name=MORE).tap()
    await page.get_by_role("button", name="去结算（1）").tap()
    await expect(shown(page, "checkout").get_by_text("¥78.40").first).to_be_visible()
    assert shop.cart == BEANS
    other = await phones.open("store")
    await expect(other.get_by_role("button", name="去结算（1）")).to_be_visible()
    shop.cart = [{"sku": "B-330", "quantity": 3}]
    await phones.visit(page, "store")
    await expect(page.get_by_role("button", name="去结算（3）")).to_be_visible()


async def test_while_the_server_is_away_the_phones_cart_counts_and_is_told_later(
    phones: Phones, shop: ShopServer
) -> None:
    shop.cart = [{"sku": "M-020", "quantity": 2}]
    shop.broken.add("/me/cart")
    page = await phones.open("store")
    await page.get_by_role("button", name=MORE).tap()
    await expect(page.get_by_role("button", name="去结算（1）")).to_be_visible()
    shop.broken.clear()
    await page.get_by_role("button", name="去结算（1）").tap()
    await expect(shown(page, "checkout").get_by_text("¥78.40").first).to_be_visible()
    assert shop.cart == BEANS, "the phone's copy first"


async def test_a_paid_price_says_why_it_is_hers(phones: Phones, shop: ShopServer) -> None:
    shop.cart = BEANS
    page = await phones.open("checkout", "en")
    hers = shown(page, "checkout")
    await expect(hers.get_by_text("This is your third order in six months")).to_be_visible()


async def test_she_tells_her_name_and_birthday_and_reads_when_it_can_change(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("me")
    await shown(page, "me").get_by_text("我的资料").tap()
    hers = shown(page, "profile")
    await hers.get_by_role("textbox", name="称呼").fill("小满")
    await hers.get_by_text("生日 · 月份").tap()
    await page.get_by_role("dialog").get_by_role("button", name="2 月", exact=True).tap()
    await hers.get_by_role("button", name="保存").tap()
    await expect(page.locator("#toast")).to_have_text("请选择月份和日期")
    assert shop.asked["PUT /me/profile"] == 0
    await hers.get_by_text("生日 · 日期").tap()
    await page.get_by_role("dialog").get_by_role("button", name="29 日", exact=True).tap()
    await hers.get_by_role("button", name="保存").tap()
    await expect(hers.get_by_text("起可修改生日")).to_be_visible()
    assert shop.told_profile["birthday"] == "02-29"
    assert shop.told_profile["called"] == "小满"
    await hers.get_by_text("生日 · 日期").tap()
    await page.get_by_role("dialog").get_by_role("button", name="28 日", exact=True).tap()
    await hers.get_by_role("button", name="保存").tap()
    await expect(page.locator("#toast")).to_have_text("生日一年只能修改一次")


async def test_in_wechats_settings_she_takes_back_what_she_gave(phones: Phones) -> None:
    page = await phones.open("home")
    given = await page.evaluate(
        "async () => (await import('/page/miniprogram/phone.js'))"
        ".play('miniprogram/authorizations', { given: 'address' })"
    )
    assert given == {"given": ["address"]}
    await page.get_by_role("button", name="更多", exact=True).tap()
    await page.get_by_role("button", name="设置", exact=True).tap()
    settings = page.get_by_role("dialog", name="小程序用了你给的这些")
    await settings.get_by_role("button", name="收回：收货地址").tap()
    await expect(page.locator("#toast")).to_have_text("✓已收回")
    await page.get_by_role("button", name="更多", exact=True).tap()
    await page.get_by_role("button", name="设置", exact=True).tap()
    nothing = page.get_by_role("dialog", name="你没有给过小程序什么")
    await expect(nothing.get_by_role("button", name="收回：收货地址")).to_have_count(0)
    await nothing.get_by_role("button", name="注销微信账号").tap()
    await page.get_by_role("button", name="确定").tap()
    await expect(page.locator("#toast")).to_have_text("✓已注销")


async def test_a_cash_coupon_says_until_when_it_is_good_and_that_it_was_used(
    phones: Phones, shop: ShopServer
) -> None:
    made = {
        **shop._made(
            "c0ffee00-0000-4000-8000-000000000001",
            {"code": "cash", "kind": "pay_coupon", "name": "10 元", "points": 100, "cash_fen": 0}
            | {"uses": 1},
            None,
        ),
        "state": "handed_over",
        "cash_coupon": {"state": "usable", "ends_at": "2099-01-01T16:00:00Z", "used_at": None},
    }
    shop.redemptions[made["uuid"]] = made
    page = await phones.open(f"redemption?uuid={made['uuid']}")
    hers = shown(page, "redemption")
    await expect(hers.get_by_text("有效期至 2099年1月1日")).to_be_visible()
    made["cash_coupon"] = {"state": "used", "ends_at": None, "used_at": "2026-11-22T04:05:00Z"}
    await phones.visit(page, "redemptions")
    await expect(shown(page, "redemptions").get_by_text("已使用")).to_be_visible()
    await phones.visit(page, f"redemption?uuid={made['uuid']}")
    await expect(hers.get_by_text("代金券已在付款时使用")).to_be_visible()
    await expect(hers.get_by_text("11月22日 12:05")).to_be_visible()
