"""Two apps on one phone: the chat and the mini-program of the same consumer."""

from typing import Any

import pytest
from playwright.async_api import FrameLocator, Page, Route, expect

from tests.browser.miniprogram.conftest import SMALL, Phones

pytestmark = pytest.mark.asyncio(loop_scope="session")

DESK = {"viewport": {"width": 1440, "height": 900}}
WIDE = {"viewport": {"width": 1920, "height": 1000}}


async def entered(phones: Phones, **device: Any) -> Page:
    context = await phones.browser.new_context(locale="zh-CN", **device)
    context.set_default_timeout(5_000)
    phones.contexts.append(context)
    page = await context.new_page()
    page.on("pageerror", lambda error: phones.errors.append(str(error)))
    await page.goto(f"{phones.china}/")
    await page.locator(".consumer").first.wait_for(state="attached")
    return page


def mini(page: Page) -> FrameLocator:
    return page.frame_locator("#mini-frame")


async def test_the_mini_program_opens_over_the_chat_and_closes_again(phones: Phones) -> None:
    for device in (SMALL, DESK):
        page = await entered(phones, **device)
        await expect(page.locator("#mini")).to_be_hidden()
        await page.get_by_role("button", name="打开小程序").click()
        await expect(mini(page).get_by_text("银卡会员", exact=True)).to_be_visible()
        await expect(page.locator("#phone")).to_be_hidden()
        await mini(page).get_by_role("button", name="关闭小程序").click()
        await expect(page.locator("#phone")).to_be_visible()
        await expect(page.get_by_role("button", name="打开小程序")).to_be_focused()


async def test_where_there_is_room_both_are_shown(phones: Phones) -> None:
    page = await entered(phones, **WIDE)
    await expect(page.locator("#phone")).to_be_visible()
    await expect(mini(page).get_by_text("银卡会员", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="打开小程序")).to_be_hidden()


async def test_who_is_played_in_the_chat_is_the_shopper(phones: Phones) -> None:
    page = await entered(phones, **WIDE)
    await expect(mini(page).get_by_role("tab", name="首页")).to_be_visible()
    await page.locator(".consumer", has_text="Emma").click()
    await expect(mini(page).get_by_role("tab", name="Home")).to_be_visible()
    await expect(mini(page).get_by_text("Silver", exact=True)).to_be_visible()


async def test_what_the_mini_program_asks_shows_on_the_wire(phones: Phones) -> None:
    page = await entered(phones, **WIDE)
    row = page.locator(".exchange__row", has_text="wx.request /miniprogram/v1/session")
    await row.click()
    told = page.locator("#exchanges")
    await expect(told).to_contain_text('"app_id": "wx9988776655443322"')
    await expect(told).to_contain_text('"token": "***"')
    assert "token-0" not in await told.inner_text()


async def test_a_menu_of_the_account_opens_a_page_of_the_mini_program(phones: Phones) -> None:
    page = await entered(phones, **SMALL)
    await page.evaluate(
        "import('/page/js/mini.js').then((made) => made.openMini('pages/coupons/coupons'))"
    )
    await expect(mini(page).get_by_text("VIP 专享 8 折")).to_be_visible()


async def test_without_a_mini_program_the_phone_has_the_chat_alone(phones: Phones) -> None:
    page = await entered(phones, **SMALL)
    await page.route("**/play/state", _without)
    await page.reload()
    await expect(page.locator(".profile__name")).to_be_visible()
    await expect(page.get_by_role("button", name="打开小程序")).to_be_hidden()


async def _without(route: Route) -> None:
    answer = await route.fetch()
    told = await answer.json()
    told["miniprogram"]["is_here"] = False
    await route.fulfill(json=told)
