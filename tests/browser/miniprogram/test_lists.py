"""Lists that are longer than a screen: they go on at their end, and say where they end."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.redeeming import TOTE
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def to_the_end(page: Locator) -> None:
    """Scroll down as a finger does."""
    await page.evaluate("host => { host.scrollTo(0, 0); host.scrollTo(0, host.scrollHeight) }")


async def test_used_coupons_go_on_at_the_end_of_the_list_until_there_are_no_more(
    phones: Phones, shop: ShopServer
) -> None:
    shop.used_coupons = 45
    page = await phones.open("coupons")
    coupons = shown(page, "coupons")
    await expect(coupons.get_by_text("没有更多了")).to_be_visible()
    await coupons.get_by_role("tab", name="已使用").tap()
    tickets = coupons.locator(".ticket, [class*='--ticket']").filter(has_text="立减 10 元")
    for count in (20, 40, 45):
        await expect(tickets).to_have_count(count)
        await expect(coupons.get_by_text("没有更多了")).to_have_count(int(count == 45))
        await to_the_end(coupons)
    await coupons.get_by_role("tab", name="已失效").tap()
    await expect(coupons.get_by_text("这里还没有优惠券")).to_be_visible()
    await expect(coupons.get_by_text("没有更多了")).to_have_count(0)


async def test_gifts_that_she_got_go_on_by_a_button_in_her_language(
    phones: Phones, shop: ShopServer
) -> None:
    shop.claimed = 21
    page = await phones.open("gifts", "en")
    # all of it is in sight: where she scrolls to its end, the list goes on by itself
    await page.set_viewport_size({"width": 375, "height": 6000})
    gifts = shown(page, "gifts")
    await gifts.get_by_role("tab", name="Received").tap()
    await expect(gifts.get_by_text("Mandy")).to_have_count(20)
    await gifts.get_by_role("button", name="Show more").tap()
    await expect(gifts.get_by_text("Mandy")).to_have_count(21)
    await expect(gifts.get_by_text("No more")).to_be_visible()


async def test_what_she_redeemed_is_shown_as_far_as_before_when_she_comes_back(
    phones: Phones, shop: ShopServer
) -> None:
    for number in range(30):
        shop.redeem_before(f"{number:032x}", "tote")
    page = await phones.open("redemptions")
    redemptions = shown(page, "redemptions")
    rows = redemptions.get_by_text(TOTE[0], exact=True)
    await expect(rows).to_have_count(20)
    await to_the_end(redemptions)
    await expect(rows).to_have_count(30)
    await rows.last.tap()
    await expect(shown(page, "redemption").get_by_text("4829 1337 7210")).to_be_visible()
    await page.get_by_role("button", name="返回").tap()
    await expect(rows).to_have_count(30)
    await redemptions.get_by_role("button", name="已结束").tap()
    await expect(redemptions.get_by_text("这里还没有兑换")).to_be_visible()


async def test_a_part_that_cannot_be_had_is_tried_again(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("coupons")
    coupons = shown(page, "coupons")
    await expect(coupons.get_by_text("VIP 专享 8 折")).to_be_visible()
    shop.broken = {"/me/coupons"}
    await coupons.get_by_role("tab", name="已使用").tap()
    await expect(coupons.get_by_text("服务出现错误")).to_be_visible()
    shop.broken = set()
    await coupons.get_by_role("button", name="再试一次").tap()
    await expect(coupons.get_by_text("立减 10 元")).to_be_visible()
    await expect(coupons.get_by_text("VIP 专享 8 折")).to_be_hidden()
