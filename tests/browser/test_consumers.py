"""Several consumers on one page: who is played, what is unread, what was typed."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESK, SmallChina, Visitors
from tests.browser.hands import follow, play, said, write

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_arrives_for_somebody_else_is_counted_until_it_is_read(
    desk: Page, china: SmallChina
) -> None:
    await follow(desk)
    await expect(said(desk, "欢迎关注")).to_be_visible()
    await play(desk, "王建国")
    await expect(desk.get_by_role("button", name="关注公众号")).to_be_visible()
    lin = desk.locator(".consumer", has_text="林小满")
    await expect(lin.locator(".badge")).to_have_count(0)
    openid = (await (await desk.request.get("/play/state")).json())["consumers"][0]["openid"]
    lin_id = await lin.get_attribute("data-id")
    await desk.request.post(f"/play/consumers/{lin_id}/scan", data={"scene": "shop_jingan"})
    await expect(lin.locator(".badge")).to_contain_text("1")
    await china.bot.offer_choices(openid)
    await expect(lin.locator(".badge")).to_contain_text("2 条未读")
    await play(desk, "林小满")
    await expect(said(desk, "想查什么？")).to_be_visible()
    await expect(lin.locator(".badge")).to_have_count(0)


async def test_what_was_read_stays_read_and_who_is_played_stays_played_over_a_reload(
    desk: Page,
) -> None:
    await follow(desk)
    await expect(said(desk, "欢迎关注")).to_be_visible()
    await play(desk, "Emma")
    await expect(desk.locator(".consumer[aria-current]")).to_contain_text("Emma")
    await desk.reload()
    await expect(desk.locator(".consumer[aria-current]")).to_contain_text("Emma")
    await expect(desk.locator(".consumer .badge")).to_have_count(0)


async def test_each_consumer_keeps_what_was_typed_over_a_reload(desk: Page) -> None:
    await follow(desk)
    await desk.get_by_role("button", name="切换到键盘").click()
    await desk.locator("#write").fill("还没写完")
    await play(desk, "王建国")
    await follow(desk)
    await desk.get_by_role("button", name="切换到键盘").click()
    await expect(desk.locator("#write")).to_have_value("")
    await desk.reload()
    await play(desk, "林小满")
    await expect(desk.locator("#write")).to_have_value("还没写完")


async def test_a_look_at_the_menu_does_not_lose_what_was_typed(desk: Page) -> None:
    await follow(desk)
    await desk.get_by_role("button", name="切换到键盘").click()
    await desk.locator("#write").fill("还没写完")
    await desk.get_by_role("button", name="切换到菜单").click()
    await expect(desk.get_by_role("button", name="今日优惠")).to_be_visible()
    await desk.get_by_role("button", name="切换到键盘").click()
    await expect(desk.locator("#write")).to_have_value("还没写完")


async def test_a_new_consumer_is_added_and_played(desk: Page) -> None:
    await desk.get_by_role("button", name="添加顾客").click()
    sheet = desk.get_by_role("dialog", name="添加顾客")
    await sheet.get_by_role("button", name="添加", exact=True).click()
    await expect(sheet.get_by_role("alert")).to_have_text("请填写昵称")
    await sheet.get_by_label("昵称").fill("阿 <b>强</b>")
    await sheet.get_by_role("button", name="添加", exact=True).click()
    await expect(desk.locator(".consumer[aria-current]")).to_contain_text("阿 <b>强</b>")
    await expect(desk.get_by_role("button", name="关注公众号")).to_be_visible()


async def test_a_name_that_is_taken_is_refused_in_words(desk: Page) -> None:
    await desk.get_by_role("button", name="添加顾客").click()
    sheet = desk.get_by_role("dialog", name="添加顾客")
    await sheet.get_by_label("昵称").fill("林小满")
    await sheet.get_by_label("昵称").press("Enter")
    await expect(sheet.get_by_role("alert")).to_contain_text("已经有顾客叫这个名字")
    await expect(sheet.get_by_label("昵称")).to_have_value("林小满")


async def test_what_one_window_does_another_window_shows(visitors: Visitors) -> None:
    here, there = await visitors.open(DESK), await visitors.open(DESK)
    await follow(here)
    await expect(there.locator("#composer")).to_be_visible()
    await write(here, "积分")
    await expect(said(there, "1,280 积分")).to_be_visible()
    await expect(there.locator(".line--consumer")).to_have_count(1)


async def test_what_a_friend_shared_is_opened_by_who_does_not_follow(desk: Page) -> None:
    lin, friend = (desk.locator(".consumer", has_text=name) for name in ("林小满", "王建国"))
    ids = [await one.get_attribute("data-id") for one in (lin, friend)]
    card = {"to": ids[1], "title": "送你一份礼物", "path": "/pages/gift/gift?link=x"}
    await desk.request.post(f"/play/consumers/{ids[0]}/miniprogram/share", data=card)
    await expect(friend.locator(".badge")).to_contain_text("2")
    await play(desk, "王建国")
    shared = desk.get_by_role("region", name="朋友发来的")
    await expect(shared).to_contain_text("送你一份礼物")
    await follow(desk)
    await expect(shared).to_have_count(0)
