"""Gifts by hand: chosen, written, sent to a friend's chat, claimed, taken back."""

import pytest
from playwright.async_api import expect

from simulator.consumers import derived_id
from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.giving import LINK
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_points_go_to_a_friends_chat_with_a_card_and_words(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("giving")
    giving = shown(page, "giving")
    await giving.get_by_role("textbox", name="积分").fill("50")
    await giving.get_by_role("textbox", name="写一句祝福（最多 60 字）").fill("赌场见")
    await giving.get_by_role("button", name="确认送出").tap()
    await expect(page.locator("#toast")).to_have_text("内容含有不适宜的信息")
    await giving.get_by_role("textbox", name="写一句祝福（最多 60 字）").fill("天冷加衣")
    await giving.get_by_role("textbox", name="署名").fill("小满")
    await expect(giving.get_by_text("天冷加衣")).to_be_visible()
    await giving.get_by_role("button", name="确认送出").tap()
    await expect(giving.get_by_text("等待朋友领取")).to_be_visible()
    body = next(body for name, body in reversed(shop.bodies) if "/me/gifts/" in name)
    assert body == {"words": "天冷加衣", "giver_name": "小满", "card": "winter", "points": 50}
    await giving.get_by_role("button", name="发给朋友").tap()
    await page.get_by_role("dialog").get_by_role("button", name="Emma").tap()
    await expect(page.locator("#toast")).to_contain_text("已发送")
    chat = f"{phones.china}/play/consumers/{derived_id('Emma')}/chat"
    card = (await (await page.request.get(chat)).json())["messages"][-1]
    assert (card["kind"], card["page_path"]) == ("miniprogram", f"/pages/gift/gift?link={LINK}")
    assert card["title"] == "送你一份礼物：50 积分"


async def test_a_lost_answer_sends_no_second_gift(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("giving")
    giving = shown(page, "giving")
    await giving.get_by_role("textbox", name="积分").fill("50")
    shop.lost_answers = 2  # the relay's own client asks once more
    await giving.get_by_role("button", name="确认送出").tap()
    await expect(page.locator("#toast")).to_contain_text("网络不太好")
    await giving.get_by_role("button", name="确认送出").tap()
    await expect(giving.get_by_text("等待朋友领取")).to_be_visible()
    assert len(shop.gifts) == 1


async def test_what_nobody_claimed_is_taken_back_after_a_question(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("giving")
    await shown(page, "giving").get_by_role("textbox", name="积分").fill("50")
    await shown(page, "giving").get_by_role("button", name="确认送出").tap()
    await shown(page, "giving").get_by_role("button", name="收回礼物").tap()
    await page.get_by_role("dialog").get_by_role("button", name="收回礼物").tap()
    await expect(shown(page, "giving").get_by_text("已收回")).to_be_visible()
    assert [one["state"] for one in shop.gifts.values()] == ["taken_back"]


async def test_a_friend_claims_with_one_tap(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open(f"gift?link={LINK}", language="en")
    gift = shown(page, "gift")
    await expect(gift.get_by_text("— Mandy")).to_be_visible()
    await gift.get_by_role("button", name="Claim it").tap()
    await expect(gift.get_by_text("It is yours now")).to_be_visible()
    await gift.get_by_role("button", name="See your points").tap()
    await expect(shown(page, "points").get_by_text("1,280", exact=True)).to_be_visible()


async def test_a_coupon_that_may_be_given_is_given_from_its_ticket(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("coupons")
    await shown(page, "coupons").get_by_role("button", name="送朋友 VIP 专享 8 折").tap()
    giving = shown(page, "giving")
    await expect(giving.get_by_text("VIP 专享 8 折")).to_be_visible()
    await giving.get_by_role("button", name="确认送出").tap()
    await expect(giving.get_by_text("等待朋友领取")).to_be_visible()
    assert shop.bodies[-1][1]["coupon_uuid"] == "a" * 32
