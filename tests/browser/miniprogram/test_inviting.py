"""Inviting by hand: a friend's link, her own, a typed code, and the card that a friend gets."""

import pytest
from playwright.async_api import expect

from simulator.consumers import derived_id
from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.inviting import A_FRIENDS_CODE, HER_CODE
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_friends_link_is_accepted_once_and_said(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open(f"invite?ref={A_FRIENDS_CODE}")
    await expect(shown(page, "invite").get_by_text("您已接受朋友的邀请")).to_be_visible()
    assert shop.came_by == [{"code": A_FRIENDS_CODE, "way": "link"}]


async def test_her_own_link_shows_her_own_page(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open(f"invite?ref={HER_CODE}")
    invite = shown(page, "invite")
    await expect(invite.get_by_text("AAAA-AAAA-AAAA-AAAA")).to_be_visible()
    await expect(invite.get_by_role("img", name="邀请二维码")).to_be_visible()
    await expect(invite.get_by_text("再有 1 位即可解锁多倍积分")).to_be_visible()
    assert shop.came_by == []


async def test_a_code_is_typed_and_a_wrong_one_is_said(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("invite")
    invite = shown(page, "invite")
    await invite.get_by_role("button", name="接受").tap()
    await expect(page.locator("#toast")).to_have_text("请输入邀请码")
    await invite.get_by_role("textbox").fill("WRONG")
    await invite.get_by_role("button", name="接受").tap()
    await expect(page.locator("#toast")).to_have_text("没有这个邀请码")
    await invite.get_by_role("textbox").fill("BBBB-BBBB-BBBB-BBBB")
    await invite.get_by_role("button", name="接受").tap()
    await expect(invite.get_by_text("您已接受朋友的邀请")).to_be_visible()
    assert [one["way"] for one in shop.came_by] == ["code"]


async def test_what_she_sends_opens_her_invitation(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("invite")
    await shown(page, "invite").get_by_role("button", name="发给朋友").tap()
    await page.get_by_role("dialog").get_by_role("button", name="Emma").tap()
    await expect(page.locator("#toast")).to_contain_text("已发送")
    chat = f"{phones.china}/play/consumers/{derived_id('Emma')}/chat"
    card = (await (await page.request.get(chat)).json())["messages"][-1]
    assert card["page_path"] == f"/pages/invite/invite?ref={HER_CODE}"


async def test_her_poster_is_shown_and_saved_once_she_allows_it(phones: Phones) -> None:
    page = await phones.open("invite")
    invite = shown(page, "invite")
    await invite.get_by_role("button", name="生成海报").tap()
    await expect(invite.get_by_role("img", name="邀请海报")).to_be_visible()
    await invite.get_by_role("button", name="保存到相册").tap()
    await page.get_by_role("button", name="允许").tap()
    await expect(page.locator("#toast")).to_have_text("已保存到相册")
    await expect(page.locator("html")).to_have_attribute("data-album", "1")


async def test_who_refuses_the_album_is_told_how_to_save_the_poster(phones: Phones) -> None:
    page = await phones.open("invite")
    invite = shown(page, "invite")
    await invite.get_by_role("button", name="生成海报").tap()
    await invite.get_by_role("button", name="保存到相册").tap()
    await page.get_by_role("button", name="拒绝").tap()
    await expect(page.locator("#toast")).to_contain_text("长按图片保存")
    assert await page.locator("html").get_attribute("data-album") is None
