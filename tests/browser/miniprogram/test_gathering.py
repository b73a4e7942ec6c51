"""She signs up for an event, takes it back, waits where it is full, and is let in by its code."""

from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.gathering import AT_THE_DOOR
from tests.browser.miniprogram.shop_server import ShopServer
from tests.browser.miniprogram.visiting import GOOD

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_she_signs_up_from_the_tasks_and_takes_it_back(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("tasks")
    await shown(page, "tasks").get_by_text("近期 2 场").tap()
    await shown(page, "event").get_by_text("手冲品鉴会").tap()
    event = shown(page, "event")
    await expect(event.get_by_text("余 1 位")).to_be_visible()
    await event.get_by_role("button", name="我要报名").tap()
    await expect(page.locator("#toast")).to_have_text("报名成功：已报名")
    await expect(event.get_by_role("button", name="我要报名")).to_have_count(0)
    assert shop.my_place == "placed"
    await event.get_by_role("button", name="取消报名").tap()
    await page.get_by_role("dialog").get_by_role("button", name="确定").tap()
    await expect(page.locator("#toast")).to_have_text("已取消报名")
    assert shop.my_place == "none"
    await expect(event.get_by_role("button", name="我要报名")).to_be_visible()


async def test_where_it_is_full_she_waits_in_line(phones: Phones, shop: ShopServer) -> None:
    shop.places_left = 0
    page = await phones.open("event?code=tasting", language="en")
    event = shown(page, "event")
    await event.get_by_role("button", name="Join the waiting list").tap()
    await expect(event.get_by_text("You wait as no. 1")).to_be_visible()


async def test_she_is_let_in_by_the_code_that_wechat_read(phones: Phones, shop: ShopServer) -> None:
    shop.my_place, shop.doors = "placed", True
    link = quote(quote(AT_THE_DOOR, safe=""), safe="")
    page = await phones.open(f"event?q={link}")
    event = shown(page, "event")
    await expect(event.get_by_text("签到成功 · 手冲品鉴会")).to_be_visible()
    await expect(event.get_by_text("+55 积分")).to_be_visible()
    await expect(event.get_by_text("已到场")).to_be_visible()
    assert shop.my_place == "came"


async def test_she_scans_in_the_page_and_an_old_code_is_said(
    phones: Phones, shop: ShopServer
) -> None:
    shop.my_place, shop.doors = "placed", True
    page = await phones.open("event?code=tasting")
    event = shown(page, "event")
    for code, said in (("OLD", "签到码已更换"), (AT_THE_DOOR, "签到成功 · 手冲品鉴会")):
        await event.get_by_role("button", name="扫码签到").tap()
        await page.get_by_role("textbox").fill(code)
        await page.get_by_role("button", name="扫这个码").tap()
        await expect(event.get_by_text(said)).to_be_visible()
    await expect(event.get_by_role("button", name="取消报名")).to_have_count(0)


async def test_a_code_that_was_scanned_on_the_other_page_is_taken_there(
    phones: Phones, shop: ShopServer
) -> None:
    shop.doors = True
    page = await phones.open("visit")
    await shown(page, "visit").get_by_role("button", name="扫到店码").tap()
    await page.get_by_role("textbox").fill(AT_THE_DOOR)
    await page.get_by_role("button", name="扫这个码").tap()
    await expect(shown(page, "event").get_by_text("签到成功 · 手冲品鉴会")).to_be_visible()
    assert shop.visited == {}
    await page.goto(page.url.replace("visit", "event"))
    await shown(page, "event").get_by_role("button", name="扫码签到").tap()
    await page.get_by_role("textbox").fill(GOOD)
    await page.get_by_role("button", name="扫这个码").tap()
    await expect(shown(page, "visit").get_by_text("打卡成功 · 静安店")).to_be_visible()
