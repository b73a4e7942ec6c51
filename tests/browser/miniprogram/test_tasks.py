"""The tasks: what is claimed, and what a season's ladder and a team show."""

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_challenge_that_is_done_is_claimed(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("tasks")
    await page.get_by_role("button", name="领取 本周下单 2 次").tap()
    await expect(page.locator("#toast")).to_contain_text("已领取 100 积分")
    card = shown(page, "tasks").locator(".challenge").first
    await expect(card.get_by_text("已领取", exact=True)).to_be_visible()
    assert shop.asked["PUT /me/claims/two_orders/2026-W47/1"] == 1


async def test_a_seasons_ladder_tells_its_steps_the_days_left_and_who_brought_what(
    phones: Phones,
) -> None:
    page = await phones.open("tasks")
    card = shown(page, "tasks").locator(".challenge").filter(has_text="春节 · 全群冲刺")
    for told in ("¥1,220/¥3,000", "¥1,000", "88 积分", "2 倍积分 7 天", "全群 2 人，我贡献 ¥320"):
        await expect(card.get_by_text(told).first).to_be_visible()
    await expect(card.get_by_text("会员··02A1")).to_be_visible()
    await expect(card.get_by_text("还剩")).to_be_visible()
    await expect(card.get_by_role("button")).to_have_count(0)


async def test_a_milestone_of_the_profile_leads_there(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("tasks")
    await expect(shown(page, "tasks").get_by_text("已填 1/2 项")).to_be_visible()
    await shown(page, "tasks").get_by_text("去完善资料").tap()
    await expect(shown(page, "profile").get_by_role("button", name="保存")).to_be_visible()
