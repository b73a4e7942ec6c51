"""The demo's day in a browser: chat, mini-program and console side by side, and time moves on."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.async_api import Browser, FrameLocator, Page, expect
from pytest_asyncio import fixture

from tests.browser.conftest import DESK, PATIENCE_MS, PHONE
from tests.browser.test_demo import demo, folder

__all__ = ["demo", "folder"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEEK_MS = 200_000


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


TOLD_POINTS = r"""(shop) => {
    const text = document.querySelector('#told').textContent;
    return text.includes(`在${shop}买了`) && text.match(/[+]([0-9]+) /)?.[1];
}"""


async def buys(day: Page, shop: str) -> int:
    """Let her buy what is chosen at a shop; the points that the page tells."""
    counter = day.locator("#counter")
    await counter.get_by_role("button", name=shop, exact=True).click()
    await expect(counter.get_by_role("button", name=shop, exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await counter.get_by_role("button", name="下单付款").click()
    # read in the moment in which it is there: what is told next may follow at once
    told = await day.wait_for_function(TOLD_POINTS, arg=shop)
    return int(await told.json_value())


async def gives_number(day: Page) -> None:
    mini = day.frame_locator("#miniprogram")
    await mini.get_by_role("tab", name="我的").click()
    await mini.get_by_text("设置", exact=True).click()
    await mini.get_by_role("button", name="绑定", exact=True).click()
    await mini.get_by_role("button", name="允许", exact=True).click()
    await expect(mini.get_by_text("已绑定", exact=True)).to_be_visible()
    await mini.get_by_role("button", name="返回").click()
    await mini.get_by_role("tab", name="首页").click()


async def test_a_scan_in_the_shop_a_live_room_and_a_tmall_order_end_in_one_balance(
    day: Page, demo: dict[str, Any]
) -> None:
    await day.get_by_label("扮演谁").select_option(label="王金")
    chat, told, counter = day.frame_locator("#chat"), day.locator("#told"), day.locator("#counter")
    order = counter.locator(".order").first
    await expect(day.locator("#brand")).to_have_text("积分演示店")
    await chat.get_by_role("button", name="关注公众号").click()
    await heard(chat, "您有 495 积分可用").to_be_visible()
    await points(day, "495").to_be_visible()
    at_tmall = await buys(day, "天猫")
    await expect(order).to_contain_text("还不是她")
    await expect(order).to_contain_text("加入天猫会员，并在小程序")
    await counter.get_by_role("button", name="加入天猫会员").click()
    await expect(told).to_contain_text("成了天猫店的会员")
    await gives_number(day)
    await counter.get_by_role("button", name="微信小店").click()
    await counter.get_by_label("直播间").select_option(label="视频号手冲课")
    in_room = await buys(day, "微信小店")
    await expect(order).to_contain_text("带货：视频号手冲课 · 阿茶")
    await expect(order).to_contain_text("记在她名下")
    await counter.get_by_role("button", name="静安店收银台").click()
    await counter.get_by_role("button", name="扫店里的码").click()
    await heard(chat, "欢迎光临静安店").to_be_visible()
    at_till = await buys(day, "静安店收银台")
    await expect(order).to_contain_text("记在她名下")
    pending = f"另有 {118 + at_tmall + in_room + at_till} 积分待到账"
    await says(chat, "积分")
    await heard(chat, pending).to_be_visible()
    await points(day, pending).to_be_visible()
    await counter.get_by_role("button", name="天猫").click()
    await expect(order).to_contain_text("记在她名下")
    await counter.get_by_role("button", name="确认收货").click()
    await expect(told).to_contain_text("收到了")
    await day.get_by_role("button", name="+7 天").click()
    await expect(day.locator("#moving")).to_be_visible()
    await expect(day.locator("#moving")).to_be_hidden(timeout=WEEK_MS)
    await expect(day.locator("#clock-ahead")).to_have_text("快进 7 天")
    settled = 495 + at_tmall + at_till
    await points(day, str(settled)).to_be_visible()
    await says(chat, "积分")
    await heard(chat, f"您有 {settled} 积分可用").to_be_visible()
    await expect(counter).to_contain_text(f"会员页显示：{settled} 积分")
    await counter.get_by_role("button", name="退这件").click()
    await expect(told).to_contain_text(f"-{at_tmall} 积分")
    await points(day, str(settled - at_tmall)).to_be_visible()
    await says(chat, "签到")
    await heard(chat, "获得 5 积分").to_be_visible()
    await points(day, str(settled - at_tmall + 5)).to_be_visible()


async def test_whom_a_shop_does_not_name_is_said_with_what_makes_the_order_hers(day: Page) -> None:
    await day.get_by_label("扮演谁").select_option(label="林小满")
    chat, order = day.frame_locator("#chat"), day.locator("#counter .order").first
    await chat.get_by_role("button", name="关注公众号").click()
    await expect(chat.locator(".line--account").last).to_be_visible()
    await buys(day, "京东")
    await expect(order).to_contain_text("京东不说她是谁。发「绑定」")
    card = (await order.inner_text()).partition("No.")[2][:8]
    await expect(day.locator("#told")).to_contain_text(f"积分先记在 No.{card}")
    await says(chat, "绑定")
    await heard(chat, "您的会员已绑定：微信").to_be_visible()
    await day.get_by_label("扮演谁").select_option(label="王金")
    await expect(day.locator("#counter")).to_contain_text("她在这家店还没有订单")


async def test_the_console_is_signed_in_to_with_what_is_shown_and_follows(
    day: Page, demo: dict[str, Any]
) -> None:
    await day.get_by_role("button", name="品牌后台").click()
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
    await expect(page.get_by_role("button", name="Buy and pay")).to_be_enabled()
    assert await page.evaluate("document.documentElement.scrollWidth") == 375
    for shop in await page.locator("#counter .chips").first.get_by_role("button").all():
        await shop.click()
        await expect(shop).to_have_attribute("aria-pressed", "true")
        assert await page.locator("#desk-shops").evaluate("(one) => one.scrollWidth") <= 375
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
    await expect(day.get_by_role("button", name="Buy and pay")).to_be_visible()
    await expect(day.locator("#brand")).to_have_text("Jifen Demo Store")
    await day.get_by_role("link", name="Phones only").click()
    await expect(day).to_have_url(demo["page"])
    await day.get_by_role("link", name="The demo day").click()
    await expect(day).to_have_url(demo["day"])
