"""The simulator goes away and comes back while the page is open."""

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import SmallChina
from tests.browser.hands import follow, said, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_text_that_could_not_be_sent_stays_in_the_field_with_the_reason(
    desk: Page, china: SmallChina
) -> None:
    await follow(desk)
    await write(desk, "积分")
    await expect(said(desk, "1,280 积分")).to_be_visible()
    await china.stop()
    await write(desk, "帮助")
    await expect(desk.get_by_role("alert")).to_contain_text("模拟器没有响应，可能没有送达")
    await expect(desk.locator("#write")).to_have_value("帮助")
    await expect(desk.locator("#offline")).to_be_visible()
    await china.start()
    await expect(desk.locator("#offline")).to_be_hidden()
    await desk.locator("#write").press("Enter")
    await expect(said(desk, "你说：帮助")).to_be_visible()
    await expect(desk.get_by_role("alert")).to_be_hidden()
    mine = desk.locator(".line--consumer .bubble")
    assert await mine.all_inner_texts() == ["积分", "帮助"]


async def test_a_page_that_stayed_open_shows_what_the_simulator_remembers_after_a_restart(
    desk: Page, china: SmallChina
) -> None:
    await follow(desk)
    await expect(said(desk, "欢迎关注")).to_be_visible()
    await china.stop()
    await expect(desk.locator("#offline")).to_be_visible()
    await china.start()
    await expect(desk.locator("#offline")).to_be_hidden()
    await expect(said(desk, "欢迎关注")).to_have_count(1)
    await write(desk, "积分")
    await expect(said(desk, "1,280 积分")).to_be_visible()
    await expect(desk.locator(".exchange", has_text="text →")).to_have_count(1)


async def test_texts_that_waited_behind_a_failed_one_go_back_in_their_order(desk: Page) -> None:
    await follow(desk)
    await write(desk, "积分")
    await expect(said(desk, "1,280 积分")).to_be_visible()
    both_typed = asyncio.Event()

    async def lose_late(route: Route) -> None:
        await both_typed.wait()
        await route.abort()

    await desk.route("**/messages", lose_late)
    await write(desk, "一")
    await write(desk, "二")
    both_typed.set()
    await expect(desk.get_by_role("alert")).to_be_visible()
    await expect(desk.locator("#write")).to_have_value("一\n二")
    assert await desk.locator(".line--consumer").count() == 1


async def test_a_refused_text_stays_in_the_field_with_the_reason(desk: Page) -> None:
    await follow(desk)
    await desk.get_by_role("button", name="切换到键盘").click()
    await desk.locator("#write").fill("积分")
    consumer = await desk.locator(".consumer[aria-current]").get_attribute("data-id")
    await desk.route("**/play/state", lambda route: route.abort())
    await desk.request.post(f"/play/consumers/{consumer}/unfollow")
    await desk.locator("#write").press("Enter")
    await expect(desk.get_by_role("alert")).to_contain_text("还没有关注这个公众号")
    await expect(desk.locator("#write")).to_have_value("积分")
