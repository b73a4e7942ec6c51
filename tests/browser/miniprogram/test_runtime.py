"""The runtime has all that the mini-program uses, and keeps what is hers apart."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import ROOT, Phones, shown

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOURCE = ROOT / "miniprogram"
TEMPLATE_TAGS = {"block", "slot", "template", "import", "include", "wxs"}
ELEMENTS = (
    "import('/page/miniprogram/elements/index.js').then((made) => Object.keys(made.elements))"
)


def used(pattern: str, kind: str) -> set[str]:
    """What a pattern finds in all files of a kind."""
    return {found for file in SOURCE.rglob(kind) for found in re.findall(pattern, file.read_text())}


def components() -> set[str]:
    return {path.name for path in (SOURCE / "components").iterdir() if Path(path).is_dir()}


async def test_every_tag_and_call_that_the_mini_program_uses_is_there(phones: Phones) -> None:
    page = await phones.open()
    tags = used(r"<([a-z][a-z-]*)", "*.wxml") - TEMPLATE_TAGS - components()
    calls = used(r"\bwx\.(\w+)", "*.js")
    assert tags - set(await page.evaluate(ELEMENTS)) == set()
    assert calls - set(await page.evaluate("Object.keys(wx)")) == set()
    assert {"view", "button", "picker", "switch"} <= tags
    assert {"request", "login", "requestPayment", "requestSubscribeMessage"} <= calls


async def test_every_kind_of_event_that_is_bound_is_one_that_the_runtime_tells(
    phones: Phones,
) -> None:
    known = {
        "tap",
        "input",
        "change",
        "again",
        "error",
        "getphonenumber",
        "submit",
        "confirm",
        "use",
        "give",
        "more",
    }
    assert used(r"\b(?:bind|catch):?(\w+)=", "*.wxml") <= known


async def test_a_page_that_is_not_there_is_an_error_as_in_wechat(phones: Phones) -> None:
    page = await phones.open()
    for call in ("navigateTo({url:'/pages/absent/absent'})", "navigateTo({url:'/pages/me/me'})"):
        told = await page.evaluate(f"wx.{call}.catch((error) => error.errMsg)")
        assert told.startswith("navigateTo:fail ")


async def test_calls_answer_by_promise_or_by_callback(phones: Phones) -> None:
    page = await phones.open()
    assert (await page.evaluate("wx.login()"))["errMsg"] == "login:ok"
    by_callback = "new Promise((done) => wx.login({ success: (answer) => done(answer.code) }))"
    assert await page.evaluate(by_callback)
    assert await page.evaluate("wx.login({ success() {} }) === undefined")


async def test_what_is_kept_on_one_phone_is_not_on_another(phones: Phones) -> None:
    page = await phones.open()
    await page.evaluate("wx.setStorageSync('a', { b: 1 })")
    assert await page.evaluate("wx.getStorageSync('a')") == {"b": 1}
    await phones.visit(page, "home", "en")
    assert await page.evaluate("wx.getStorageSync('a')") == ""


async def test_a_page_styles_itself_alone(phones: Phones) -> None:
    """Two pages with a class of the same name do not dress one another, nor the bar above."""
    page = await phones.open("points")
    await expect(shown(page, "points").locator(".balance")).to_be_visible()
    styled = "(node) => getComputedStyle(node).paddingTop"
    alone = await shown(page, "points").locator(".balance").evaluate(styled)
    await page.evaluate("wx.switchTab({ url: '/pages/mall/mall' })")
    await expect(shown(page, "mall").locator(".balance")).to_be_visible()
    assert await shown(page, "mall").locator(".balance").evaluate(styled) != alone
