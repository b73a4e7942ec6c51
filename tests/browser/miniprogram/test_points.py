"""Her points: every movement with what it left, what became of all of them, and the rules."""

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_ledger_goes_on_page_by_page(phones: Phones) -> None:
    page = await phones.open("points")
    points = shown(page, "points")
    rows = points.locator(".card--flush > .cell, [class*='card--flush'] > [class*='cell']").filter(
        has_text="余额"
    )
    await expect(rows).to_have_count(20)
    for count in (40, 45):
        await points.evaluate("host => host.scrollTo(0, host.scrollHeight)")
        await expect(rows).to_have_count(count)
    await expect(points.get_by_role("button", name="查看更多")).to_be_hidden()


async def test_what_came_and_what_went_stand_apart(phones: Phones) -> None:
    page = await phones.open("points")
    points = shown(page, "points")
    await expect(points.get_by_text("余额 1,280", exact=True)).to_be_visible()
    await points.get_by_role("tab", name="支出").tap()
    await expect(points.get_by_text("−150")).to_have_count(15)
    await expect(points.get_by_text("+98")).to_have_count(0)
    await points.get_by_role("tab", name="获得").tap()
    await expect(points.get_by_text("+98")).to_have_count(20)
    await expect(points.get_by_text("−150")).to_have_count(0)


async def test_a_movement_leads_to_its_order(phones: Phones) -> None:
    page = await phones.open("points")
    points = shown(page, "points")
    await points.get_by_role("link", name="购物获得积分").tap()
    await expect(shown(page, "order").get_by_text("天猫旗舰店")).to_be_visible()


async def test_the_rules_open_and_close_and_the_sums_are_told(phones: Phones) -> None:
    page = await phones.open("points", "en")
    points = shown(page, "points")
    for figure in ("4,321", "3,000", "41"):
        await expect(points.get_by_text(figure, exact=True)).to_be_visible()
    rule = points.get_by_text("1 point for every ¥1 that you pay")
    await expect(rule).to_have_count(0)
    opener = points.get_by_role("button", name="How points work")
    await opener.tap()
    await expect(rule).to_be_visible()
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await opener.tap()
    await expect(rule).to_have_count(0)


async def test_sums_and_rules_that_are_away_keep_no_movement_from_her(
    phones: Phones, shop: ShopServer
) -> None:
    shop.broken |= {"/me/ledger/sums", "/me/ledger/rules"}
    page = await phones.open("points")
    points = shown(page, "points")
    await expect(points.get_by_text("+98").first).to_be_visible()
    await expect(points.get_by_text("积分规则")).to_have_count(0)
