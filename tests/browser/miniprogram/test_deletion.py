"""Her account is deleted on her phone: what she reads, what she taps twice, and what is after."""

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = {
    "zh": {
        "way": "注销账号",
        "lost": "1,280 积分",
        "understood": "我已知晓：注销后不能恢复",
        "yes": "确认注销",
        "back": "返回",
        "gone": "账号已注销",
    },
    "en": {
        "way": "Delete my account",
        "lost": "1,280 points",
        "understood": "I understand that this cannot be undone",
        "yes": "Delete",
        "back": "Back",
        "gone": "Your account is deleted",
    },
}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_she_deletes_her_account_after_a_second_question(
    phones: Phones, shop: ShopServer, language: str
) -> None:
    said = WORDS[language]
    page = await phones.open("settings", language=language)
    await shown(page, "settings").get_by_text(said["way"]).tap()
    deletion = shown(page, "deletion")
    await expect(deletion.get_by_text(said["lost"])).to_be_visible()
    button = deletion.get_by_role("button", name=said["way"])
    await expect(button).to_have_attribute("disabled", "")
    await deletion.get_by_role("switch", name=said["understood"]).tap()
    await button.tap()
    await page.get_by_role("dialog").get_by_role("button", name=said["back"]).tap()
    await expect(button).not_to_have_attribute("disabled", "")
    assert not shop.deleted
    await button.tap()
    await page.get_by_role("dialog").get_by_role("button", name=said["yes"]).tap()
    await expect(deletion.get_by_text(said["gone"])).to_be_visible()
    assert shop.deleted == [{"confirmation": "delete my account", "points": 1280, "coupons": 2}]
    assert shop.sessions == set(), "nothing signs her in anew by itself"


async def test_what_is_to_be_settled_first_is_said_and_there_is_no_button(
    phones: Phones, shop: ShopServer
) -> None:
    shop.hindered = True
    page = await phones.open("deletion")
    deletion = shown(page, "deletion")
    await expect(deletion.get_by_text("有送出的礼物还没人领取")).to_be_visible()
    await expect(deletion.get_by_role("button", name="注销账号")).to_have_count(0)


async def test_what_changed_meanwhile_is_shown_again(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("deletion")
    deletion = shown(page, "deletion")
    switch = deletion.get_by_role("switch", name=WORDS["zh"]["understood"])
    await switch.tap()
    shop.points = 1300
    await deletion.get_by_role("button", name="注销账号").tap()
    await page.get_by_role("dialog").get_by_role("button", name="确认注销").tap()
    await expect(page.locator("#toast")).to_contain_text("刚刚有变化")
    await expect(deletion.get_by_text("1,300 积分")).to_be_visible()
    await expect(switch).not_to_be_checked()
    assert not shop.deleted


async def test_a_lost_answer_is_no_second_deletion(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("deletion")
    deletion = shown(page, "deletion")
    await deletion.get_by_role("switch", name=WORDS["zh"]["understood"]).tap()
    shop.lost_answers = 1  # the relay's own client asks once more, and is nobody by then
    await deletion.get_by_role("button", name="注销账号").tap()
    await page.get_by_role("dialog").get_by_role("button", name="确认注销").tap()
    await expect(deletion.get_by_text("账号已注销")).to_be_visible()
    assert len(shop.deleted) == 1
