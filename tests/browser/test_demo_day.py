"""The demo's day in a browser: chat, mini-program and console side by side, and time moves on."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.async_api import Browser, FrameLocator, Page, expect
from pytest_asyncio import fixture

from tests.browser.conftest import DESK, PHONE
from tests.browser.test_demo import demo, folder

__all__ = ["demo", "folder"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE_MS = 10_000
WEEK_MS = 60_000


@fixture(loop_scope="session")
async def day(browser: Browser, demo: dict[str, Any]) -> AsyncIterator[Page]:
    """The page of the day; every error that it or a frame raises fails the test."""
    context = await browser.new_context(locale="zh-CN", **DESK)
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(demo["day"])
    yield page
    await context.close()
    assert errors == []


def points(page: Page, figure: str) -> Any:
    mini = page.frame_locator("#miniprogram")
    return expect(mini.locator(".host:not([hidden])").get_by_text(figure, exact=True).first)


async def says(chat: FrameLocator, text: str) -> None:
    if not await chat.locator("#write").is_visible():
        await chat.get_by_role("button", name="切换到键盘").click()
    await chat.locator("#write").fill(text)
    await chat.locator("#write").press("Enter")


def heard(chat: FrameLocator, text: str) -> Any:
    return expect(chat.locator(".line--account .bubble", has_text=text).last)


async def test_she_buys_completes_waits_a_week_and_both_phones_show_her_points(
    day: Page, demo: dict[str, Any]
) -> None:
    await day.get_by_label("扮演谁").select_option(label="王金")
    chat, told = day.frame_locator("#chat"), day.locator("#told")
    await expect(day.locator("#brand")).to_have_text("积分演示店")
    await chat.get_by_role("button", name="关注公众号").click()
    await heard(chat, "您有 495 积分可用").to_be_visible()
    await points(day, "495").to_be_visible()
    await day.get_by_role("button", name="下单").click()
    await expect(told).to_contain_text("积分待到账")
    bought = int((await told.inner_text()).rpartition("+")[2].partition(" ")[0])
    await says(chat, "积分")
    await heard(chat, f"另有 {118 + bought} 积分待到账").to_be_visible()
    await day.get_by_role("button", name="确认收货").click()
    await expect(told).to_contain_text("收到了")
    await day.get_by_role("button", name="+7 天").click()
    await expect(day.locator("#moving")).to_be_visible()
    await expect(day.locator("#moving")).to_be_hidden(timeout=WEEK_MS)
    await expect(day.locator("#clock-ahead")).to_have_text("快进 7 天")
    await points(day, str(495 + bought)).to_be_visible()
    await says(chat, "积分")
    await heard(chat, f"您有 {495 + bought} 积分可用").to_be_visible()
    await day.get_by_role("button", name="退款").click()
    await expect(told).to_contain_text(f"-{bought} 积分")
    await points(day, "495").to_be_visible()
    await says(chat, "签到")
    await heard(chat, "获得 5 积分").to_be_visible()
    await points(day, "500").to_be_visible()


async def test_what_she_buys_in_a_shop_on_wechat_is_in_the_balance_that_the_chat_tells(
    day: Page, demo: dict[str, Any]
) -> None:
    await day.get_by_label("扮演谁").select_option(label="林小满")
    chat, told = day.frame_locator("#chat"), day.locator("#told")
    await chat.get_by_role("button", name="关注公众号").click()
    await expect(chat.locator(".line--account").last).to_be_visible()
    await day.get_by_label("在哪家店").select_option(label="微信小店")
    await day.get_by_role("button", name="确认收货").click()
    await expect(told).to_contain_text("没有她可以处理的订单了")
    await day.get_by_role("button", name="下单").click()
    await expect(told).to_contain_text("在微信小店买了")
    bought = int((await told.inner_text()).rpartition("+")[2].partition(" ")[0])
    await says(chat, "积分")
    await heard(chat, f"另有 {bought} 积分待到账").to_be_visible()
    await day.get_by_role("button", name="确认收货").click()
    await expect(told).to_contain_text("收到了")
    await day.get_by_role("button", name="退款").click()
    await expect(told).to_contain_text(f"-{bought} 积分")
    await says(chat, "明细")
    await heard(chat, f"-{bought}").to_be_visible()
    await day.get_by_label("在哪家店").select_option(label="抖店")
    await day.get_by_role("button", name="下单").click()
    await expect(told).to_contain_text("抖店不说她是谁")


async def test_the_console_is_signed_in_to_with_what_is_shown_and_follows(
    day: Page, demo: dict[str, Any]
) -> None:
    console = day.frame_locator("#console")
    account, password = await day.locator("#login b").all_inner_texts()
    assert password == demo["staff"]["password"]
    await console.locator("#account").fill(account)
    await console.locator("#password").fill(password)
    await console.locator("#password").press("Enter")
    await expect(console.get_by_role("heading", name="今日")).to_be_visible()
    clock = await day.locator("#clock-time").inner_text()
    assert len(clock) == len("15:26")


async def test_the_day_and_the_console_fit_a_phone(
    browser: Browser, day: Page, demo: dict[str, Any]
) -> None:
    account, password = await day.locator("#login b").all_inner_texts()
    context = await browser.new_context(locale="en-US", **PHONE)
    page = await context.new_page()
    await page.goto(demo["day"])
    await expect(page.get_by_role("button", name="Run campaign")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 375
    await page.goto(str(await day.locator("#console").get_attribute("src")))
    await page.locator("#account").fill(account)
    await page.locator("#password").fill(password)
    await page.locator("#password").press("Enter")
    await page.locator("nav a", has_text="Members").click()
    await page.locator("tbody a").first.click()
    await expect(page.locator("#reason")).to_be_visible()
    found = [
        page.url,
        *[await one.get_attribute("href") for one in await page.locator("nav a").all()],
    ]
    for address in found:
        await page.goto(urljoin(page.url, str(address)))
        assert await page.evaluate("document.documentElement.scrollWidth") == 375, address
        for button in await page.locator("main button").all():
            assert await button.evaluate("(one) => one.scrollWidth <= one.clientWidth"), address
    await context.close()


async def test_it_speaks_english_and_leads_to_the_phones(day: Page, demo: dict[str, Any]) -> None:
    await day.get_by_role("button", name="English").click()
    await expect(day.get_by_role("button", name="Refund")).to_be_visible()
    await expect(day.locator("#brand")).to_have_text("Jifen Demo Store")
    await day.get_by_role("link", name="Phones only").click()
    await expect(day).to_have_url(demo["page"])
    await day.get_by_role("link", name="The demo day").click()
    await expect(day).to_have_url(demo["day"])
