"""Whoever reads: by eye, by ear, by keyboard, in Chinese or English, in light or dark."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Visitors
from tests.browser.hands import follow, said, write

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTRAST_LEAST = 4.5
TOUCH_LEAST_PX = 44

MEASURES = Path(__file__).with_name("measures.js").read_text(encoding="utf-8")


async def _measured(page: Page, what: str, least: float = 0) -> Any:
    return await page.evaluate(f"{MEASURES} measures.{what}({least})")


async def _lively(page: Page) -> None:
    await page.evaluate("document.querySelector('.profile__go').click()")
    for word in ("积分", "选择", "图文", "坏"):
        await write_in_any_language(page, word)
    await expect(page.locator(".line--notice", has_text="服务出现故障")).to_be_visible()
    await expect(page.locator(".choice")).to_have_count(2)
    await page.wait_for_timeout(400)
    await _still(page)


async def _still(page: Page) -> None:
    """Wait until nothing moves any more that comes to an end."""
    await page.evaluate(
        "Promise.allSettled(document.getAnimations().filter((one) => one.playState === 'running'"
        " && one.effect.getComputedTiming().endTime !== Infinity).map((one) => one.finished))"
    )


async def write_in_any_language(page: Page, text: str) -> None:
    """Types and sends, whichever language the page speaks."""
    if not await page.locator("#write").is_visible():
        await page.locator(".bar__toggle").click()
    await page.locator("#write").fill(text)
    await page.locator("#write").press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
async def test_every_text_stands_out_from_its_ground(
    visitors: Visitors, scheme: str, locale: str
) -> None:
    page = await visitors.open(DESK, locale=locale, color_scheme=scheme)
    before = await _measured(page, "faintTexts", CONTRAST_LEAST)
    assert before["faint"] == []
    await _lively(page)
    await page.locator("#trouble-fold").click()
    await page.locator(".exchange__row").nth(1).click()
    await page.wait_for_timeout(1800)
    await _still(page)
    during = await _measured(page, "faintTexts", CONTRAST_LEAST)
    assert during["faint"] == []
    assert during["seen"] > 80
    await page.locator("#more").click()
    sheet = await _measured(page, "faintTexts", CONTRAST_LEAST)
    assert sheet["faint"] == []


async def test_everything_that_is_touched_is_large_enough(phone: Page) -> None:
    assert await _measured(phone, "smallTargets", TOUCH_LEAST_PX) == []
    await _lively(phone)
    for panel in ("表情", "更多功能"):
        await phone.get_by_role("button", name=panel).click()
        assert await _measured(phone, "smallTargets", TOUCH_LEAST_PX) == []
    for opener in ("#open-side", "#open-wire"):
        await phone.locator(opener).click()
        await phone.wait_for_timeout(400)
        await _still(phone)
        if opener == "#open-wire":
            await phone.locator(".exchange__row").nth(1).click()
        else:
            await phone.locator("#trouble-fold").click()
        assert await _measured(phone, "smallTargets", TOUCH_LEAST_PX) == []
        await phone.keyboard.press("Escape")
        await phone.wait_for_timeout(400)
        await _still(phone)


async def test_everything_that_can_be_used_has_a_name(desk: Page) -> None:
    assert await _measured(desk, "nameless") == []
    await _lively(desk)
    await desk.locator("#trouble-fold").click()
    await desk.locator(".exchange__row").first.click()
    assert await _measured(desk, "nameless") == []


async def test_a_keyboard_alone_follows_writes_opens_the_menu_and_the_wire(desk: Page) -> None:
    await _tab_to(desk, "关注公众号")
    await desk.keyboard.press("Enter")
    await expect(said(desk, "欢迎关注")).to_be_visible()
    await expect(desk.locator("#chat")).to_be_focused()
    await _tab_to(desk, "切换到键盘")
    await desk.keyboard.press("Enter")
    await desk.keyboard.type("积分")
    await desk.keyboard.press("Enter")
    await expect(said(desk, "1,280 积分")).to_be_visible()
    await expect(desk.locator("#write")).to_be_focused()
    await desk.keyboard.press("Shift+Tab")
    await desk.keyboard.press("Enter")
    await _tab_to(desk, "会员，有子菜单")
    await desk.keyboard.press("Enter")
    await expect(desk.get_by_role("button", name="我的积分")).to_be_focused()
    await desk.keyboard.press("Escape")
    await expect(desk.get_by_role("button", name="会员，有子菜单")).to_be_focused()
    await _tab_to(desk, "text → 星选会员")
    await desk.keyboard.press("Enter")
    await expect(desk.locator(".pane--inside").first).to_be_visible()


async def _tab_to(page: Page, name: str) -> None:
    for _ in range(60):
        await page.keyboard.press("Tab")
        here = await page.evaluate(
            "document.activeElement.ariaLabel || document.activeElement.textContent"
        )
        if name in here:
            return
    raise AssertionError(f"{name} can not be reached by Tab")


async def test_a_sheet_holds_the_focus_and_gives_it_back(desk: Page) -> None:
    await follow(desk)
    await desk.locator("#more").click()
    await expect(desk.get_by_role("button", name="查看公众号资料")).to_be_focused()
    assert await desk.locator("#view").evaluate("view => view.inert")
    await desk.keyboard.press("Escape")
    await expect(desk.locator("#more")).to_be_focused()
    assert await desk.locator("#screen").evaluate("screen => screen.scrollTop") == 0


async def test_answers_are_announced_to_those_who_listen(desk: Page) -> None:
    await follow(desk)
    await write(desk, "积分")
    announcer = desk.locator("#announcer")
    await expect(announcer).to_contain_text("星选会员说 你有 1,280 积分")
    await expect(announcer).to_have_attribute("aria-live", "polite")


async def test_who_prefers_stillness_gets_no_movement(visitors: Visitors) -> None:
    page = await visitors.open(DESK, reduced_motion="reduce")
    await follow(page)
    await write(page, "积分")
    await expect(said(page, "1,280 积分")).to_be_visible()
    longest = "document.getAnimations().map((each) => each.effect.getTiming().duration)"
    assert all(duration < 1 for duration in await page.evaluate(longest))


@pytest.mark.parametrize(
    ("locale", "title", "tag"),
    [
        ("zh-CN", "线上往来", "zh-CN"),
        ("en-US", "On the wire", "en-GB"),
        ("fr", "On the wire", "en-GB"),
    ],
)
async def test_the_page_speaks_the_readers_language(
    visitors: Visitors, locale: str, title: str, tag: str
) -> None:
    page = await visitors.open(DESK, locale=locale)
    await expect(page.locator(".wire__title")).to_have_text(title)
    await expect(page.locator("html")).to_have_attribute("lang", tag)


async def test_the_language_is_switched_by_hand_and_remembered(visitors: Visitors) -> None:
    page = await visitors.open(DESK)
    await follow(page)
    await write(page, "积分")
    await expect(said(page, "1,280 积分")).to_be_visible()
    await page.locator("#write").fill("draft")
    await page.get_by_label("English").check()
    await expect(page.locator(".wire__title")).to_have_text("On the wire")
    await expect(page.locator(".chip").first).to_have_text("积分")
    await expect(page.locator("#write")).to_have_value("draft")
    await expect(said(page, "1,280 积分")).to_have_count(1)
    await page.reload()
    await expect(page.locator(".wire__title")).to_have_text("On the wire")


async def test_nothing_is_wider_than_the_smallest_phone(visitors: Visitors) -> None:
    small = PHONE | {"viewport": {"width": 320, "height": 568}}
    page = await visitors.open(small, locale="en-US")
    await _lively(page)
    assert await _measured(page, "farthestRight") <= 320.5
