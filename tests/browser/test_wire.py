"""The wire drawer, and trouble that is made on purpose."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESK, PHONE, SmallChina, Visitors
from tests.browser.hands import follow, play, said, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_opened_exchange_shows_the_message_beside_its_ciphertext(desk: Page) -> None:
    await follow(desk)
    await write(desk, "积分")
    await expect(said(desk, "1,280 积分")).to_be_visible()
    await desk.locator(".exchange__row", has_text="text →").click()
    opened = desk.locator(".exchange__inside")
    question, answer = opened.locator(".half").nth(0), opened.locator(".half").nth(1)
    await expect(question.locator(".pane--inside")).to_contain_text("<Content><![CDATA[积分]]>")
    await expect(question.locator(".pane").nth(1)).to_contain_text("<Encrypt>")
    await expect(question.locator("dt", has_text="msg_signature")).to_be_visible()
    await expect(answer.locator(".pane--inside")).to_contain_text("1,280 积分")
    await question.get_by_text("头部").click()
    await expect(question.locator("dt", has_text="User-Agent")).to_be_visible()
    id_line = question.locator(".code-line", has_text="<MsgId>")
    assert re.search(r"<MsgId>\d{15,20}</MsgId>", await id_line.inner_text())


async def test_a_body_is_copied_as_it_is_laid_out(visitors: Visitors) -> None:
    page = await visitors.open(DESK, permissions=["clipboard-read", "clipboard-write"])
    await follow(page)
    await page.locator(".exchange__row", has_text="subscribe →").click()
    await page.get_by_role("button", name="复制解密后").first.click()
    await expect(page.locator("#toast")).to_have_text("已复制")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("<xml>\n  <ToUserName><![CDATA[gh_5e1f0c9a2b34]]></ToUserName>\n")
    assert copied.endswith("\n</xml>")


async def test_exchanges_are_filtered_by_consumer_and_direction(
    desk: Page, china: SmallChina
) -> None:
    await follow(desk)
    await expect(said(desk, "欢迎关注")).to_be_visible()
    await play(desk, "王建国")
    await follow(desk)
    await expect(desk.locator(".exchange", has_text="subscribe →")).to_have_count(2)
    await desk.get_by_label("按顾客筛选").select_option("王建国")
    await expect(desk.locator(".exchange")).to_have_count(1)
    await desk.get_by_label("按顾客筛选").select_option("全部顾客")
    await desk.get_by_label("服务器 → 平台").check()
    await expect(desk.locator(".exchange", has_text="menu/create")).to_have_count(1)
    await expect(desk.locator(".exchange", has_text="subscribe")).to_have_count(0)
    assert china.settings.official_account.app_secret not in await desk.inner_text("body")


async def test_the_drawer_folds_away_and_remembers_it(desk: Page) -> None:
    await desk.get_by_role("button", name="收起线上往来").click()
    await expect(desk.locator("#wire")).to_be_hidden()
    await desk.reload()
    await expect(desk.locator("#wire")).to_be_hidden()
    await desk.get_by_role("button", name="打开线上往来").click()
    await expect(desk.locator("#wire")).to_be_visible()


async def test_on_a_phone_the_drawer_lies_over_the_chat_and_escape_gives_the_focus_back(
    visitors: Visitors,
) -> None:
    page = await visitors.open(PHONE)
    await follow(page)
    opener = page.get_by_role("button", name="打开线上往来")
    await opener.click()
    await page.locator(".exchange__row", has_text="subscribe →").click()
    await expect(page.locator(".pane--inside").first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#wire")).to_be_hidden()
    await expect(opener).to_be_focused()


async def test_three_lost_tries_end_in_the_platforms_apology_until_all_is_calm_again(
    desk: Page,
) -> None:
    await follow(desk)
    await desk.get_by_role("button", name="制造一点麻烦").click()
    await desk.get_by_label("3 次").check()
    await expect(desk.locator("#trouble-mark")).to_have_text("已启用")
    await write(desk, "积分")
    await expect(desk.locator(".line--notice", has_text="服务出现故障")).to_be_visible()
    await expect(desk.locator(".exchange", has_text="已丢弃")).to_have_count(3)
    await desk.get_by_role("button", name="恢复正常").click()
    await expect(desk.locator("#trouble-mark")).to_be_hidden()
    await write(desk, "积分")
    await expect(said(desk, "1,280 积分")).to_be_visible()


async def test_every_knob_of_trouble_reaches_the_simulator(desk: Page) -> None:
    await desk.get_by_role("button", name="制造一点麻烦").click()
    await desk.get_by_label("6 秒").check()
    await desk.get_by_label("2 次").check()
    await desk.get_by_role("switch", name="每条送两遍").check()
    await desk.get_by_label("慢 60 分").check()
    await expect(desk.locator("#trouble-clock_skew_seconds--3600")).to_be_checked()
    faults = (await (await desk.request.get("/play/state")).json())["faults"]
    wanted = {"delay_seconds": 6, "drop_first_n": 2, "duplicate": True, "clock_skew_seconds": -3600}
    assert {name: faults[name] for name in wanted} == wanted


async def test_however_long_the_wire_is_the_page_stays(desk: Page) -> None:
    await follow(desk)
    for number in range(16):
        await write(desk, f"第 {number} 条")
        await expect(said(desk, f"你说：第 {number} 条")).to_be_visible()
    rows = "[...document.querySelectorAll('.exchange__row')].at(-1).getBoundingClientRect().bottom"
    assert await desk.evaluate(f"{rows} > innerHeight"), "there is more than fits"
    assert await desk.evaluate("document.scrollingElement.scrollHeight <= innerHeight")
