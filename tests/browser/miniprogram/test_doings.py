"""What a shopper does in the mini-program, and what the server is asked for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from loyalty.calendar import day_of
from tests.browser.miniprogram.catalogue import midnight
from tests.browser.miniprogram.conftest import Phones, play_pay, shown
from tests.browser.miniprogram.redeeming import qr_of
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


def asked(shop: ShopServer, beginning: str) -> list[str]:
    """What was asked for with this beginning, each as often as it was."""
    return [name for name in shop.asked.elements() if name.startswith(beginning)]


async def pictured(image: Locator) -> str:
    """The address of a picture that the browser could draw, and draws large."""
    picture = image.locator("img")
    await expect(picture).to_have_js_property("complete", True)
    box = await picture.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > 200
    assert await picture.evaluate("(node) => node.naturalWidth") > 0
    return await picture.get_attribute("src") or ""


async def test_she_signs_in_once_however_many_things_a_page_asks_for(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open()
    await expect(shown(page, "home").get_by_text("1,280")).to_be_visible()
    assert shop.asked["POST /session"] == 1
    await phones.visit(page, "me")
    await expect(shown(page, "me").get_by_text("1,280")).to_be_visible()
    assert shop.asked["POST /session"] == 1


async def test_a_session_that_ended_is_replaced_without_a_word(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("mall")
    await expect(shown(page, "mall").get_by_text("帆布袋")).to_be_visible()
    shop.sessions.clear()
    await page.get_by_role("tab", name="我的").tap()
    await expect(shown(page, "me").get_by_text("1,280")).to_be_visible()
    assert shop.asked["POST /session"] == 2


async def test_her_code_renews_itself_on_a_bright_screen_and_rests_when_she_leaves(
    phones: Phones, shop: ShopServer
) -> None:
    shop.code_seconds = [1, 60]
    page = await phones.open("me")
    await shown(page, "me").get_by_text("会员码").tap()
    code = shown(page, "code")
    await expect(code.get_by_text("0000 0000 0000 0000 02")).to_be_visible()
    assert await pictured(code.get_by_label("会员码二维码")) == qr_of(f"{2:018}")
    bright = page.locator("html[style*='--brightness: 1']")
    await expect(bright).to_have_count(1)
    await page.get_by_role("button", name="返回").tap()
    await expect(bright).to_have_count(0)
    shop.code_seconds = [2]
    await shown(page, "me").get_by_text("会员码").tap()
    await expect(bright).to_have_count(1)
    await page.get_by_role("button", name="返回").tap()
    await expect(bright).to_have_count(0)
    await page.wait_for_timeout(500)  # what was asked before is on its way
    looks = shop.codes
    await page.wait_for_timeout(3000)
    assert shop.codes == looks


async def test_she_refuses_offers_and_signs_out_everywhere_on_the_privacy_page(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("settings")
    await shown(page, "settings").get_by_text("隐私与授权").tap()
    privacy = shown(page, "privacy")
    offers = privacy.get_by_role("switch", name="优惠通知：公众号消息")
    await offers.tap()
    await expect(offers).not_to_be_checked()
    await expect(privacy.get_by_text("选择", exact=False).first).to_be_visible()
    assert [one["is_given"] for one in shop.consents] == [True, False, True, True, True]
    (told,) = [body for path, body in shop.bodies if path == "PUT /me/consents"]
    assert told["wording"]
    sessions = shop.asked["POST /session"]
    await privacy.get_by_role("button", name="退出所有设备").tap()
    await page.get_by_role("dialog").get_by_role("button", name="退出").tap()
    await expect(page.locator("#toast")).to_contain_text("已全部退出")
    await expect(offers).not_to_be_checked()
    await shop.until_asked("POST /session", sessions + 1)  # she is known again
    assert shop.asked["DELETE /me/sessions"] == 1


async def test_a_coupon_that_ends_at_midnight_is_good_until_the_day_before(
    phones: Phones,
) -> None:
    last = day_of(midnight(20) - timedelta(seconds=1))
    year = "" if last.year == day_of(datetime.now(UTC)).year else f"{last.year}年"
    coupons = shown(await phones.open("coupons"), "coupons")
    said = f"有效期至 {year}{last.month}月{last.day}日"
    await expect(coupons.get_by_text(said, exact=True)).to_be_visible()


async def test_a_product_shows_its_picture_and_a_sign_where_none_comes(phones: Phones) -> None:
    store = shown(await phones.open("store"), "store")
    await expect(store.get_by_role("img", name="冷萃咖啡液 10 条")).to_be_visible()
    await expect(store.locator("img")).to_have_count(1)
    await expect(store.locator(".picture--none")).to_have_count(3)


async def test_an_order_whose_quote_no_longer_holds_says_why_and_is_quoted_anew(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("store")
    await page.get_by_role("button", name="加一件 精品豆 330 g").tap()
    await page.get_by_role("button", name="去结算（1）").tap()
    cart = shown(page, "checkout")
    pay = cart.get_by_role("button", name="微信支付")
    await expect(pay).to_be_visible()
    shop.order_refusal = "budget_used_up"
    quoted = shop.asked["POST /quotes"]
    await pay.tap()
    await expect(page.locator("#toast")).to_have_text("名额已用完")
    assert shop.asked["POST /quotes"] == quoted + 2, "without a coupon, and with her best one"
    assert shop.orders == {}
    await expect(pay).to_be_enabled()


async def test_a_tier_is_looked_at_by_its_name(phones: Phones) -> None:
    page = await phones.open("me")
    await page.get_by_text("等级权益").tap()
    tiers = shown(page, "tier")
    await expect(tiers.get_by_text("1.2 倍积分")).to_be_visible()
    await tiers.get_by_role("button", name="金卡会员 未解锁").tap()
    await expect(tiers.get_by_text("专属客服")).to_be_visible()
    await tiers.get_by_role("button", name="去购买").tap()
    await expect(shown(page, "store").get_by_text("手冲壶").first).to_be_visible()


async def test_a_cart_is_quoted_with_her_best_coupon_and_paid(
    phones: Phones, shop: ShopServer
) -> None:
    paid: list[dict[str, Any]] = []
    page = await phones.open("store")
    await play_pay(page, shop, paid)
    for _ in range(2):
        await page.get_by_role("button", name="加一件 精品豆 330 g").tap()
    await page.get_by_role("button", name="加一件 手冲壶").tap()
    await page.get_by_role("button", name="减一件 手冲壶").tap()
    await page.get_by_role("button", name="去结算（2）").tap()
    cart = shown(page, "checkout")
    await expect(cart.get_by_text("器具第二件 8 折")).to_be_visible()
    await expect(cart.get_by_text("还差 1 件")).to_be_visible()
    await expect(cart.get_by_text("¥156.80").first).to_be_visible()
    await expect(cart.get_by_text("还差 46 元可用")).to_be_visible()
    await expect(cart.get_by_text("可得 156 积分")).to_be_visible()
    await cart.get_by_role("button", name="微信支付").tap()
    await page.get_by_role("dialog").get_by_role("button", name="取消").tap()
    await expect(page.locator("#toast")).to_have_text("还没有付款")
    await expect(shown(page, "order").get_by_text("待付款")).to_be_visible()
    await page.get_by_role("button", name="返回").tap()
    await page.get_by_role("button", name="去结算（2）").tap()
    await cart.get_by_role("button", name="微信支付").tap()
    sheet = page.get_by_role("dialog")
    await expect(sheet).to_contain_text("¥156.80")
    await sheet.get_by_role("button", name="确认支付").tap()
    await expect(cart.get_by_text("付款成功")).to_be_visible()
    assert [each["is_confirmed"] for each in paid] == [False, True]
    assert paid[1]["signType"] == "RSA"
    await cart.get_by_role("button", name="回首页").tap()
    await page.get_by_role("tab", name="商店").tap()
    await expect(page.get_by_role("button", name="去结算")).to_be_hidden()


async def test_she_may_keep_her_coupon_for_later(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("store")
    await page.get_by_role("button", name="加一件 精品豆 330 g").tap()
    await page.get_by_role("button", name="去结算（1）").tap()
    cart = shown(page, "checkout")
    await expect(cart.get_by_text("¥78.40").first).to_be_visible()
    await cart.get_by_text("VIP 专享 8 折").first.tap()
    await page.get_by_role("dialog").get_by_role("button", name="不使用").tap()
    await expect(cart.get_by_text("¥93.10").first).to_be_visible()
    quotes = [body for name, body in shop.bodies if name == "POST /quotes"]
    assert quotes[-1] == {"lines": [{"sku": "B-330", "quantity": 1}], "coupon": None}


async def test_two_quick_taps_check_in_once(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("tasks")
    button = page.get_by_role("button", name="签到", exact=True)
    await button.evaluate("""(node) => {
      for (let tap = 0; tap < 2; tap += 1) {
        for (const name of ['mousedown', 'mouseup'])
          node.dispatchEvent(new MouseEvent(name, { bubbles: true, clientX: 9, clientY: 9 }));
      }
    }""")
    await expect(page.locator("#toast")).to_contain_text("签到成功，+5 积分")
    await expect(page.get_by_role("button", name="今日已签")).to_be_visible()
    await expect(shown(page, "tasks").get_by_text("已连续签到 3 天")).to_be_visible()
    assert len(asked(shop, "PUT /me/check-ins/")) == 1


async def test_an_eligible_member_gets_the_groups_code(phones: Phones, shop: ShopServer) -> None:
    shop.group_state = "eligible"
    page = await phones.open("group")
    await page.get_by_role("button", name="获取入群二维码").tap()
    code = shown(page, "group").get_by_label("入群二维码").first
    assert await pictured(code) == qr_of("https://work.weixin.qq.com/gm/1")


async def test_another_language_is_spoken_at_once_and_told_to_the_server(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("settings")
    await shown(page, "settings").get_by_text("语言").tap()
    await page.get_by_role("dialog").get_by_role("button", name="English").tap()
    await expect(page.locator("#title")).to_have_text("Settings")
    assert [body for name, body in shop.bodies if name == "PUT /me/language"][-1] == {
        "language": "en"
    }
    await phones.visit(page, "home")
    await expect(page.locator("#title")).to_have_text("Shiguang Coffee")
    await expect(page.get_by_role("tab", name="Rewards")).to_be_visible()


async def test_personal_offers_are_switched_off_and_stay_so_unless_refused(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("settings")
    switch = shown(page, "settings").get_by_role("switch", name="专属优惠")
    await expect(switch).to_have_attribute("aria-checked", "true")
    await switch.tap()
    await expect(switch).to_have_attribute("aria-checked", "false")
    await expect(page.get_by_text("已关闭：您看到的是对所有会员公开的优惠")).to_be_visible()
    assert shop.personal_offers is False
    shop.broken.add("/me/preferences")
    await switch.tap()
    await expect(switch).to_have_attribute("aria-checked", "false")
    assert shop.personal_offers is False


async def test_her_phone_number_is_given_only_where_she_allows_it(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("settings")
    await page.get_by_role("button", name="绑定").tap()
    await page.get_by_role("dialog").get_by_role("button", name="不允许").tap()
    assert shop.asked["PUT /me/phone"] == 0
    await page.get_by_role("button", name="绑定").tap()
    await page.get_by_role("dialog").get_by_role("button", name="允许", exact=True).tap()
    await expect(shown(page, "settings").get_by_text("已绑定", exact=True)).to_be_visible()
    assert shop.asked["PUT /me/phone"] == 1


async def test_she_allows_messages_and_the_server_is_told(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("settings")
    await page.route("**/miniprogram/subscriptions", lambda route: route.fulfill(json={}))
    await page.get_by_role("button", name="订阅").tap()
    await page.get_by_role("dialog").get_by_role("button", name="允许", exact=True).tap()
    await expect(page.locator("#toast")).to_contain_text("已订阅")
    assert shop.accepted == ["coupon-expires"]
