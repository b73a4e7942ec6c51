"""Visiting by hand: a link that WeChat opens, the page's own scanner; the word of a live room."""

from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.shop_server import ShopServer
from tests.browser.miniprogram.visiting import GOOD, WORD

pytestmark = pytest.mark.asyncio(loop_scope="session")


def opened_by(link: str) -> str:
    """Return the page as WeChat opens it by a link: encoded, as a part of its query."""
    return f"visit?q={quote(quote(link, safe=''), safe='')}"


async def test_the_link_of_a_code_counts_once_and_says_what_is_next(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open(opened_by(GOOD))
    visit = shown(page, "visit")
    await expect(visit.get_by_text("打卡成功 · 静安店")).to_be_visible()
    await expect(visit.get_by_text("+15 积分")).to_be_visible()
    await expect(visit.get_by_text("起可在这里再次打卡")).to_be_visible()
    await expect(visit.get_by_text("本月到店 3 天 · 连续 3 周")).to_be_visible()
    await expect(visit.get_by_text("2/3 天")).to_be_visible()
    assert list(shop.visited.values()) == [GOOD]


async def test_an_answer_that_was_lost_is_asked_for_by_the_same_name(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("visit")
    visit = shown(page, "visit")
    await expect(visit.get_by_text("本月到店 2 天")).to_be_visible()
    shop.lost_answers = 2  # the relay's own client asks once more
    for said in ("网络不太好", ""):
        await visit.get_by_role("button", name="扫到店码").tap()
        await page.get_by_role("textbox").fill(GOOD)
        await page.get_by_role("button", name="扫这个码").tap()
        if said:
            await expect(page.locator("#toast")).to_contain_text(said)
    await expect(visit.get_by_text("打卡成功 · 静安店")).to_be_visible()
    assert len(shop.visited) == 1


async def test_what_is_no_visit_is_said_and_a_closed_camera_says_nothing(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("visit?code=OLD")
    visit = shown(page, "visit")
    await expect(visit.get_by_text("您刚在这里打过卡")).to_be_visible()
    await visit.get_by_role("button", name="扫到店码").tap()
    await page.get_by_role("dialog").get_by_role("button", name="取消").tap()
    await expect(visit.get_by_role("button", name="扫到店码")).to_be_enabled()
    assert shop.visited == {}


async def test_the_tasks_lead_there(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("tasks", language="en")
    await shown(page, "tasks").get_by_text("Points for scanning a shop").tap()
    await expect(
        shown(page, "visit").get_by_text("Days in our shops this month: 2")
    ).to_be_visible()


async def test_the_word_of_a_live_room_is_typed(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("tasks")
    await shown(page, "tasks").get_by_text("直播中 · 晚八点直播").tap()
    live = shown(page, "live")
    say = live.get_by_role("button", name="签到")
    await say.tap()
    await expect(page.locator("#toast")).to_have_text("请输入直播暗号")
    await live.get_by_role("textbox").fill("美式")
    await say.tap()
    await expect(page.locator("#toast")).to_have_text("暗号不对")
    await live.get_by_role("textbox").fill(WORD)
    await say.tap()
    await expect(live.get_by_text("签到成功 · 晚八点直播")).to_be_visible()
    await expect(live.get_by_text("+5 积分")).to_be_visible()
    await live.get_by_role("textbox").fill(WORD)
    await say.tap()
    await expect(live.get_by_text("已签到过，每场一次 · 晚八点直播")).to_be_visible()
    assert shop.said_words == [WORD, WORD]
