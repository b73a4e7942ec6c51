"""Every page of the mini-program: in both languages, by eye, by hand and by ear, and in trouble."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.ordering import HERS as ORDERED
from tests.browser.miniprogram.reviewing import HERS, KETTLES
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTRAST_LEAST = 4.5
TOUCH_LEAST_PX = 44
MEASURES = Path(__file__).parents[1].joinpath("measures.js").read_text(encoding="utf-8")

# Each page, what it asks for, and what it says in both languages.
PAGES = {
    "home": ("/me", "银卡会员", "Silver"),
    "mall": ("/rewards", "帆布袋", "Tote bag"),
    "reward?code=tote": ("/rewards", "到店出示兑换码领取", "Show the code in a shop"),
    "store": ("/products", "手冲壶", "Pour-over kettle"),
    "tasks": ("/challenges", "已连续签到 2 天", "2 days in a row"),
    "me": ("/me", "银卡会员", "Silver"),
    "code": ("/me/code", "店员出示", "Show it at the till"),
    "tier": ("/me/tiers", "1.2 倍积分", "1.2 times the points"),
    "points": ("/me/ledger", "购物获得积分", "Earned by an order"),
    "redemptions": ("/me/redemptions", "还没有兑换过", "Nothing redeemed yet"),
    "coupons": ("/me/coupons", "VIP 专享 8 折", "VIP 20% off"),
    "claims": ("/coupon-batches", "还差 387 元", "¥387 to go"),
    "ladder": ("/ladders", "再消费 380 元可得", "¥380 more"),
    "board": ("/leaderboards/week", "距上一名还差 150", "150 behind the next"),
    "group": ("/communities", "达到银卡会员即可加入", "Reach Silver to join"),
    "purchases": ("/me/purchases", "手冲壶 × 2", "Kettle × 2"),
    f"order?uuid={ORDERED}": (f"/me/orders/{ORDERED}", "JF20261120001", "JF20261120001"),
    f"order?purchase={KETTLES}": (f"/me/purchases/{KETTLES}", "天猫旗舰店", "Flagship store"),
    "reviews?sku=M-020": ("/products/M-020/reviews", "水流很稳", "It pours evenly"),
    f"review?uuid={HERS}": (f"/me/reviews/{HERS}", "每天可修改一次", "change them once a day"),
    "privacy": ("/me/consents", "我们保存什么", "What we keep"),
    "gifts": ("/me/gifts", "还没有送过礼物", "You gave nothing yet"),
    "giving": ("/me/gift-options", "愿你手里总有一杯热的", "Something warm for you"),
    "gift?link=LLLLLLLLLLLLLLLLLLLLLLLL": (
        "/gift-links/LLLLLLLLLLLLLLLLLLLLLLLL",
        "辛苦啦",
        "Well done",
    ),
    "invite": ("/me/referral", "未计入：对方已是我们的顾客", "Does not count: already a customer"),
    "visit": ("/me/visits", "本月到店 2 天", "this month: 2"),
    "live": ("/live-room", "晚八点直播", "Eight o'clock"),
    "survey": ("/surveys", "口味小问卷", "Your taste"),
    "survey?code=tastes": ("/surveys/tastes", "愿意推荐吗", "Recommend us"),
    "article": ("/articles", "豆子从哪来", "Our beans"),
    "article?code=beans": ("/articles/beans", "云南保山", "A hill in Baoshan"),
    "event": ("/events", "手冲品鉴会", "Tasting"),
    "event?code=tasting": ("/events/tasting", "三支新豆", "Three new beans"),
    "deletion": ("/me/deletion", "按法律要求保留", "as the law demands"),
    "settings": ("/me", "中文", "English"),
    "profile": ("/me/profile", "一年可修改一次", "change once a year"),
}
# Whoever is tapped has to be as large as a finger, and to have a name.
TAPPED = """
  [...document.querySelectorAll('button, [role=button], [role=link], [role=tab], [role=switch]')]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }))
    .map((node) => [node.ariaLabel || node.textContent.trim(), node.getBoundingClientRect()])
"""


async def test_a_page_says_in_her_language_what_the_server_told(phones: Phones) -> None:
    for language in ("zh", "en"):
        page = await phones.open(language=language)
        for name, (_, *said) in PAGES.items():
            await phones.visit(page, name, language)
            words = said[language == "en"]
            await expect(shown(page, name).get_by_text(words).first).to_be_visible()
            assert "undefined" not in await shown(page, name).inner_text()
            assert "{" not in await shown(page, name).inner_text()


async def _measured(page: Page, what: str, least: float) -> Any:
    return await page.evaluate(f"{MEASURES} measures.{what}({least})")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_can_be_read_and_tapped(phones: Phones, language: str) -> None:
    page = await phones.open(language=language, reduced_motion="reduce")
    for name, (_, *said) in PAGES.items():
        await phones.visit(page, name, language)
        await expect(shown(page, name).get_by_text(said[language == "en"]).first).to_be_visible()
        measured = await _measured(page, "faintTexts", CONTRAST_LEAST)
        assert measured["faint"] == [], name
        assert measured["seen"] > 1
        for label, box in await page.evaluate(TAPPED):
            assert label, name
            small = min(box["width"], box["height"])
            assert small >= TOUCH_LEAST_PX - 0.5, f"{name}: {label} {box}"
        widest = await page.evaluate("document.getElementById('stack').scrollWidth")
        assert widest <= 375, name


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_went_wrong_is_said_and_tried_again(
    phones: Phones, shop: ShopServer, language: str
) -> None:
    again = "Try again" if language == "en" else "再试一次"
    trouble = "Something went wrong on our side" if language == "en" else "服务出现错误"
    page = await phones.open(language=language)
    for name, (path, *said) in PAGES.items():
        shop.broken = {path}
        await phones.visit(page, name, language)
        await expect(shown(page, name).get_by_text(trouble)).to_be_visible()
        shop.broken = set()
        await shown(page, name).get_by_role("button", name=again).tap()
        await expect(shown(page, name).get_by_text(said[language == "en"]).first).to_be_visible()


async def test_what_is_shown_stays_when_the_server_breaks_later(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("mall")
    await expect(shown(page, "mall").get_by_text("帆布袋")).to_be_visible()
    shop.broken = {"/rewards"}
    await page.get_by_role("tab", name="商店").tap()
    await page.get_by_role("tab", name="积分兑换").tap()
    await expect(page.locator("#toast")).to_have_text("服务出现错误，请稍后再试")
    await expect(shown(page, "mall").get_by_text("帆布袋")).to_be_visible()


async def test_a_home_without_coupons_and_rewards_still_shows_her_points(
    phones: Phones, shop: ShopServer
) -> None:
    shop.broken = {"/rewards", "/me/coupons"}
    page = await phones.open()
    await expect(shown(page, "home").get_by_text("1,280")).to_be_visible()
    await expect(shown(page, "home").get_by_text("为您准备")).to_be_hidden()


async def test_pages_open_over_one_another_and_tabs_beside(phones: Phones) -> None:
    page = await phones.open()
    await shown(page, "home").get_by_text("排行榜").tap()
    await expect(page.locator("#title")).to_have_text("排行榜")
    await expect(page.locator("#tabs")).to_be_hidden()
    await page.get_by_role("button", name="返回").tap()
    await expect(page.locator("#title")).to_have_text("拾光咖啡")
    await page.get_by_role("tab", name="我的").tap()
    await shown(page, "me").get_by_text("积分明细").tap()
    await expect(shown(page, "points").get_by_text("+98").first).to_be_visible()
    await page.get_by_role("button", name="返回").tap()
    await expect(shown(page, "me").get_by_text("银卡会员", exact=True)).to_be_visible()
    await expect(page.get_by_role("tab", name="我的")).to_have_attribute("aria-selected", "true")


async def test_her_benefits_lead_to_the_tiers_and_those_of_the_next_are_locked(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open()
    home = shown(page, "home")
    await expect(home.get_by_text("1.2 倍积分", exact=True)).to_be_visible()
    locked = home.locator(".benefit--locked, [class*='benefit--locked']")
    await expect(locked).to_have_text(["金卡会员 · 专属客服"])
    await home.get_by_role("link", name="我的权益").tap()
    await expect(shown(page, "tier").get_by_text("专属客服")).to_have_count(0)
    shop.broken.add("/me/tiers")
    await phones.visit(page, "home")
    await expect(shown(page, "home").get_by_text("邀请好友")).to_be_visible()
    await expect(shown(page, "home").get_by_text("我的权益")).to_have_count(0)


async def test_pulling_down_asks_again(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("points")
    await expect(shown(page, "points").get_by_text("1,280", exact=True)).to_be_visible()
    shop.points = 2000
    await page.mouse.move(180, 200)
    await page.mouse.down()
    await page.mouse.move(180, 260)
    await page.mouse.move(180, 380)
    await page.mouse.up()
    await expect(shown(page, "points").get_by_text("2,000", exact=True)).to_be_visible()
    await expect(page.locator(".host--refreshing")).to_have_count(0)


async def test_a_keyboard_alone_comes_to_the_coupons_and_chooses(phones: Phones) -> None:
    page = await phones.open(has_touch=False, is_mobile=False)
    await expect(shown(page, "home").get_by_text("1,280")).to_be_visible()
    await _tab_to(page, "优惠券")
    await page.keyboard.press("Enter")
    await expect(shown(page, "coupons").get_by_text("VIP 专享 8 折")).to_be_visible()
    await _tab_to(page, "已使用")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("tab", name="已使用")).to_have_attribute("aria-selected", "true")
    await expect(shown(page, "coupons").get_by_text("VIP 专享 8 折")).to_be_hidden()


async def _tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        here = "document.activeElement.ariaLabel || document.activeElement.textContent"
        if name in await page.evaluate(here):
            return
    raise AssertionError(f"{name} can not be reached by Tab")
