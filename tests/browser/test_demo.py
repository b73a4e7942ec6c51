"""The demo as its first user meets it: its page in a browser, and the real server behind."""

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from playwright.async_api import Browser, expect
from pytest_asyncio import fixture

from jifen import embedded
from tests.browser.conftest import DESK, PHONE, Visitors
from tests.browser.hands import follow, play, said, write

pytestmark = pytest.mark.asyncio(loop_scope="session")

START_SECONDS = 120
STOP_SECONDS = 60
RECORDED_SECONDS = 60


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give the demo a place that its servers' own account can reach."""
    place = Path(tempfile.mkdtemp(prefix="jifen-demo-"))
    place.chmod(0o711)
    yield place
    embedded.erase(place / "data")
    shutil.rmtree(place)


@fixture(scope="module", loop_scope="session")
async def demo(folder: Path) -> AsyncIterator[dict[str, Any]]:
    """Run the program as a user does, and give the addresses it prints for other programs."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "jifen.cli", "demo", "--json", "--data", str(folder / "data")),
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    line = await asyncio.wait_for(program.stdout.readline(), START_SECONDS)
    yield msgspec.json.decode(line)
    program.terminate()
    assert await asyncio.wait_for(program.wait(), STOP_SECONDS) == 0


@fixture(loop_scope="session")
async def newcomers(browser: Browser, demo: dict[str, Any]) -> AsyncIterator[Visitors]:
    """Whoever opens the demo's page."""
    group = Visitors(browser, demo["page"])
    yield group
    await group.leave()
    assert group.errors == []


async def test_a_regular_follows_and_learns_what_her_purchases_brought(newcomers: Visitors) -> None:
    page = await newcomers.open(DESK)
    await play(page, "王金")
    await follow(page)
    await expect(said(page, "您已成为会员")).to_be_visible()
    await write(page, "几分")
    await expect(said(page, "您有 495 积分可用。").last).to_be_visible()
    await expect(said(page, "另有 118 积分待到账").last).to_be_visible()
    await write(page, "明细")
    await expect(said(page, "最近的积分明细")).to_be_visible()


async def test_a_template_message_reaches_a_follower(
    newcomers: Visitors, demo: dict[str, Any]
) -> None:
    page = await newcomers.open(DESK)
    await play(page, "林小满")
    await follow(page)
    await expect(said(page, "您已成为会员")).to_be_visible()
    state = await (await page.request.get("/play/state")).json()
    (openid,) = [one["openid"] for one in state["consumers"] if one["nickname"] == "林小满"]
    values = ("+128", "购物获得积分", "623", "2026年11月22日 10:30")
    keys = ("character_string1", "thing2", "number3", "time4")
    async with aiohttp.ClientSession(demo["wechat_api"]) as http:
        account = demo["official_account"]
        asked = {
            "grant_type": "client_credential",
            "appid": account["app_id"],
            "secret": account["app_secret"],
        }
        async with http.post("/cgi-bin/stable_token", json=asked) as answer:
            token = {"access_token": (await answer.json())["access_token"]}
        path = "/cgi-bin/template/get_all_private_template"
        async with http.get(path, params=token) as answer:
            registered = (await answer.json())["template_list"]
        (template_id,) = [one["template_id"] for one in registered if "变动" in one["title"]]
        message = {
            "touser": openid,
            "template_id": template_id,
            "data": {key: {"value": value} for key, value in zip(keys, values, strict=True)},
        }
        path = "/cgi-bin/message/template/send"
        async with http.post(path, params=token, json=message) as answer:
            assert (await answer.json())["errcode"] == 0
    await expect(said(page, "可用积分：623")).to_be_visible()


async def test_a_newcomer_who_writes_english_is_answered_in_english(newcomers: Visitors) -> None:
    page = await newcomers.open(DESK, locale="en-GB")
    await play(page, "Emma")
    await page.get_by_role("button", name="Follow", exact=True).click()
    await expect(said(page, "You are now a member")).to_be_visible()
    await page.get_by_role("button", name="points", exact=True).click()
    await expect(said(page, "You have 0 points to spend.")).to_be_visible()


async def test_a_regular_redeems_buys_and_checks_in_with_the_mini_program(
    newcomers: Visitors,
) -> None:
    page = await newcomers.open(DESK)
    await play(page, "王金")
    await page.get_by_role("button", name="打开小程序").click()
    mini = page.frame_locator("#mini-frame")
    await expect(mini.locator("#title")).to_have_text("积分演示店")
    await expect(mini.get_by_text("495").first).to_be_visible()
    await mini.get_by_role("tab", name="积分兑换").click()
    await mini.get_by_role("button", name="兑换 帆布袋").click()
    await mini.get_by_role("dialog").get_by_role("button", name="兑换").click()
    await expect(mini.get_by_label("兑换码二维码").locator("img")).to_be_visible()
    await mini.get_by_role("button", name="返回").click()
    await mini.get_by_role("tab", name="商店").click()
    await mini.get_by_role("button", name="加一件 精品豆").click()
    await mini.get_by_role("button", name="去结算（1）").click()
    await mini.get_by_role("button", name="微信支付").click()
    await mini.get_by_role("button", name="确认支付").click()
    await expect(mini.get_by_text("付款成功")).to_be_visible()
    await mini.get_by_role("button", name="回首页").click()
    await mini.get_by_role("tab", name="任务").click()
    await mini.get_by_role("button", name="签到", exact=True).click()
    await expect(mini.get_by_role("button", name="今日已签")).to_be_visible()


async def test_what_she_buys_at_a_till_is_in_the_balance_that_the_chat_tells(
    newcomers: Visitors,
) -> None:
    page = await newcomers.open(PHONE)
    await page.request.post("/play/consumers", data={"nickname": "周周", "language": "zh_CN"})
    await page.reload()
    await page.locator("#open-side").click()
    await play(page, "周周")
    await follow(page)
    await page.locator("#open-side").click()
    await page.get_by_role("button", name="逛店铺").click()
    which = page.get_by_label("在哪家店")
    await which.select_option(label="抖店")
    shop = page.get_by_role("region", name="抖店")
    await shop.get_by_role("button", name="精品豆 ¥98").click()
    await expect(shop.get_by_text("待发货")).to_be_visible()
    await shop.get_by_role("button", name="发货").click()
    await expect(shop.get_by_text("待收货")).to_be_visible()
    await which.select_option(label="静安店收银台")
    till = page.get_by_role("region", name="静安店收银台")
    await till.get_by_role("button", name="精品豆 ¥98").click()
    await expect(till.get_by_text("已完成")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 375
    await page.get_by_role("button", name="关闭").click()
    async with asyncio.timeout(RECORDED_SECONDS):
        while not await said(page, "另有 98 积分待到账").count():
            await write(page, "积分")
            await asyncio.sleep(1)
    await page.locator("#open-side").click()
    await page.get_by_role("button", name="逛店铺").click()
    await till.get_by_role("button", name="退款").click()
    await expect(till.get_by_text("已退款")).to_be_visible()


async def test_a_poster_in_a_shop_opens_the_mini_program_and_counts(newcomers: Visitors) -> None:
    page = await newcomers.open(DESK)
    await play(page, "Emma")
    await page.get_by_role("button", name="扫门店码").first.click()
    await page.get_by_role("button", name="扫静安店 · 到店打卡的码").click()
    mini = page.frame_locator("#mini-frame")
    await expect(
        mini.get_by_text(re.compile("Checked in · 静安店|The poster counts"))
    ).to_be_visible()
    await mini.get_by_role("button", name="Scan the shop’s code").click()
    await mini.get_by_role("textbox").fill("http://127.0.0.1:1/v/" + "A" * 26)
    await mini.get_by_role("button", name="Scan it").click()
    await expect(mini.get_by_text("This is no code of our shops")).to_be_visible()
