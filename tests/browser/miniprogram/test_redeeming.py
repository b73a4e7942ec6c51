"""Redeeming: with points, with money, with a coupon, sent home or fetched by a code."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.miniprogram.conftest import Phones, shown
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


async def test_a_reward_is_redeemed_and_its_code_turns_over_when_it_was_handed_over(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("mall")
    await page.get_by_role("button", name="兑换 帆布袋").tap()
    sheet = page.get_by_role("dialog")
    await expect(sheet).to_contain_text("使用 200 积分，兑换后剩 1,080 积分。")
    await sheet.get_by_role("button", name="兑换").tap()
    slip = shown(page, "redemption")
    await expect(slip.get_by_text("4829 1337 7210")).to_be_visible()
    assert await pictured(slip.get_by_label("兑换码二维码")) == qr_of("482913377210")
    bright = page.locator("html[style*='--brightness: 1']")
    await expect(bright).to_have_count(1)
    shop.hand_over()
    await expect(slip.get_by_text("已核销，请拿好您的礼品")).to_be_visible()
    await expect(slip.get_by_text("4829 1337 7210")).to_be_hidden()
    await expect(bright).to_have_count(0)
    looks = len(asked(shop, "GET /me/redemptions/"))
    await page.wait_for_timeout(2500)
    assert len(asked(shop, "GET /me/redemptions/")) == looks


async def test_a_redemption_is_cancelled_after_a_question(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("mall")
    await page.get_by_role("button", name="兑换 帆布袋").tap()
    await page.get_by_role("dialog").get_by_role("button", name="兑换").tap()
    await shown(page, "redemption").get_by_role("button", name="取消兑换").tap()
    await page.get_by_role("dialog").get_by_role("button", name="返回").tap()
    await expect(shown(page, "redemption").get_by_text("4829 1337 7210")).to_be_visible()
    await shown(page, "redemption").get_by_role("button", name="取消兑换").tap()
    await page.get_by_role("dialog").get_by_role("button", name="取消兑换").tap()
    await expect(shown(page, "redemption").get_by_text("已取消，积分已退回")).to_be_visible()
    assert shop.points == 1280


async def test_a_coupon_is_exchanged_for_what_points_would_not_pay(
    phones: Phones, shop: ShopServer
) -> None:
    shop.has_exchange = True
    page = await phones.open("coupons")
    await page.get_by_role("button", name="去兑换 手冲壶兑换券").tap()
    reward = shown(page, "reward")
    await expect(reward.get_by_text("免费 1,400 积分")).to_be_visible()
    await reward.get_by_role("button", name="立即兑换").tap()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("使用 1 张兑换券，不花积分和现金。")).to_be_visible()
    await dialog.get_by_role("button", name="兑换").tap()
    redemption = shown(page, "redemption")
    await expect(redemption.get_by_text("4829 1337 7210")).to_be_visible()
    await expect(redemption.get_by_text("兑换券", exact=True)).to_be_visible()
    assert (shop.points, shop.has_exchange) == (1280, False)
    await redemption.get_by_role("button", name="取消兑换").tap()
    await expect(page.get_by_role("dialog").get_by_text("兑换券会退回")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="取消兑换").tap()
    await expect(redemption.get_by_text("已取消，兑换券在有效期内可再用")).to_be_visible()
    assert shop.has_exchange


async def test_what_costs_money_too_waits_for_it_and_turns_over_when_it_came(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("mall")
    await page.get_by_role("button", name="兑换 马克杯").tap()
    sheet = page.get_by_role("dialog")
    await expect(sheet).to_contain_text(
        "使用 300 积分，兑换后剩 980 积分。另付 ¥9.90，15 分钟内付款有效。"
    )
    await sheet.get_by_role("button", name="去付款").tap()
    slip = shown(page, "redemption")
    await expect(slip.get_by_text("请在 15 分钟内付款")).to_be_visible()
    await expect(slip.get_by_role("button", name="微信支付")).to_be_visible()
    shop.pay()
    await expect(slip.get_by_text("4829 1337 7210")).to_be_visible()
    await expect(slip.get_by_role("button", name="微信支付")).to_be_hidden()


async def test_what_is_sent_asks_where_to_and_follows_its_parcel(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("mall")
    await page.get_by_role("button", name="兑换 手冲礼盒").tap()
    await page.get_by_role("dialog").get_by_role("button", name="兑换").tap()
    await page.get_by_role("dialog").get_by_role("button", name="东莞市").tap()
    slip = shown(page, "redemption")
    await expect(slip.get_by_text("正在准备寄出")).to_be_visible()
    await expect(slip.get_by_text("广东省东莞市东城街道鸿福东路 200 号 8 楼")).to_be_visible()
    shop.ship()
    await expect(slip.get_by_text("已寄出，正在路上")).to_be_visible()
    await expect(slip.get_by_text("顺丰 SF1234567890")).to_be_visible()
    await slip.get_by_role("button", name="确认收到").tap()
    await expect(slip.get_by_text("已签收")).to_be_visible()


async def test_kinds_can_be_chosen_and_a_reward_is_shown_on_its_own_page(phones: Phones) -> None:
    page = await phones.open("mall")
    mall = shown(page, "mall")
    await mall.get_by_role("button", name="优惠券", exact=True).tap()
    await expect(mall.get_by_text("帆布袋")).to_be_hidden()
    await mall.get_by_text("立减 10 元").tap()
    reward = shown(page, "reward")
    await expect(reward.get_by_text("兑换后立即放入券包，下单时使用。")).to_be_visible()
    await expect(reward.get_by_text("可用 1,280 积分")).to_be_visible()
    await reward.get_by_role("button", name="立即兑换").tap()
    await page.get_by_role("dialog").get_by_role("button", name="兑换").tap()
    await expect(page.locator("#toast")).to_contain_text("兑换成功")


async def test_a_coupon_for_points_is_among_hers_and_nobody_hands_it_over(phones: Phones) -> None:
    page = await phones.open("mall")
    await page.get_by_role("button", name="兑换 立减 10 元").tap()
    await page.get_by_role("dialog").get_by_role("button", name="兑换").tap()
    await expect(page.locator("#toast")).to_contain_text("兑换成功")
    await page.get_by_text("兑换记录").tap()
    mine = shown(page, "redemptions")
    await expect(mine.get_by_text("已放入券包")).to_be_visible()
    await mine.get_by_text("立减 10 元").tap()
    await expect(shown(page, "redemption").get_by_text("优惠券已放入您的券包")).to_be_visible()


async def test_after_a_lost_answer_the_same_wish_has_the_same_name(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("mall")
    await expect(page.get_by_role("button", name="兑换 帆布袋")).to_be_visible()
    shop.lost_answers = 2  # the relay's own client asks once more
    await page.get_by_role("button", name="兑换 帆布袋").tap()
    await page.get_by_role("dialog").get_by_role("button", name="兑换").tap()
    await expect(page.locator("#toast")).to_have_text("网络不太好，请再试一次")
    await page.get_by_role("button", name="兑换 帆布袋").tap()
    await page.get_by_role("dialog").get_by_role("button", name="兑换").tap()
    await expect(shown(page, "redemption").get_by_text("4829 1337 7210")).to_be_visible()
    assert len(set(asked(shop, "PUT /me/redemptions/"))) == 1
    assert len(shop.redemptions) == 1


async def test_what_she_cannot_redeem_says_why_and_can_be_left_out(phones: Phones) -> None:
    page = await phones.open("mall")
    mall = shown(page, "mall")
    await expect(mall.get_by_text("还差 120 积分，去赚")).to_be_visible()
    await expect(page.get_by_role("button", name="兑换 手冲壶")).to_have_count(0)
    await page.get_by_role("switch", name="只看我能兑换的").tap()
    await expect(mall.get_by_text("还差 120 积分，去赚")).to_be_hidden()
    await expect(mall.get_by_text("帆布袋")).to_be_visible()
