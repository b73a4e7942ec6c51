"""Coupons on her phone: claimed with a tap, or by a code, and used from the ticket."""

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_coupon_is_claimed_once_and_after_a_lost_answer_by_the_same_name(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("coupons")
    await shown(page, "coupons").get_by_text("领券中心").tap()
    claims = shown(page, "claims")
    await expect(claims.get_by_text("已领完")).to_be_visible()
    shop.lost_answers = 2  # the relay's own client asks once more
    await claims.get_by_role("button", name="领取 春日券").tap()
    await expect(page.locator("#toast")).to_have_text("网络不太好，请再试一次")
    await expect(claims.get_by_text("已领取")).to_be_visible()
    assert len(shop.coupon_claims) == 1


async def test_a_code_is_typed_and_a_refusal_says_when_to_try_again(phones: Phones) -> None:
    page = await phones.open("coupons")
    coupons = shown(page, "coupons")
    await coupons.get_by_role("textbox", name="输入券码（兑换码）").fill("WRONG")
    await coupons.get_by_role("button", name="领取").tap()
    await expect(page.locator("#toast")).to_have_text("尝试次数过多，请 10 分钟后再试")
    await coupons.get_by_role("textbox", name="输入券码（兑换码）").fill("SPRING26")
    await coupons.get_by_role("button", name="领取").tap()
    await expect(page.locator("#toast")).to_have_text("已领取：VIP 专享 8 折")
    await expect(coupons.get_by_role("textbox")).to_have_value("")


async def test_a_ticket_says_what_it_is_for_and_leads_to_the_store(phones: Phones) -> None:
    page = await phones.open("coupons")
    coupons = shown(page, "coupons")
    await expect(coupons.get_by_text("全场通用").first).to_be_visible()
    await coupons.get_by_role("button", name="去使用 VIP 专享 8 折").tap()
    await expect(shown(page, "store").get_by_text("手冲壶")).to_be_visible()
