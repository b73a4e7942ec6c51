"""The board: who moved, what there is to win, her own place, and whether she is shown."""

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_board_tells_who_moved_what_there_is_to_win_and_where_she_is(
    phones: Phones,
) -> None:
    board = shown(await phones.open("board"), "board")
    podium = board.locator(".podium")
    await expect(podium.locator(".place").first.get_by_text("↑3")).to_be_visible()
    await expect(podium.get_by_text("新", exact=True)).to_be_visible()
    await expect(podium.get_by_label("下降 1 名")).to_have_text("↓1")
    mine = board.locator(".mine")
    await expect(mine.get_by_text("距上一名还差 150")).to_be_visible()
    await expect(mine.get_by_label("上升 2 名")).to_be_visible()
    for told in (
        "第 1 名",
        "500 积分、优惠券一张",
        "第 2–10 名",
        "得分相同时，先达到者在前",
        "得分达到 500 方可获奖。",
        "退货期过后定榜，核对后奖品自动到账。",
        "上一期您排名第 2，奖品已到账：100 积分",
    ):
        await expect(board.get_by_text(told).first).to_be_visible()


async def test_a_groups_board_is_a_tab_and_counts_money_in_yuan(
    phones: Phones, shop: ShopServer
) -> None:
    board = shown(await phones.open("board"), "board")
    tab = board.get_by_role("tab", name="群内消费榜")
    await expect(tab).to_have_attribute("aria-selected", "false")
    await tab.tap()
    await expect(tab).to_have_attribute("aria-selected", "true")
    await expect(board.get_by_text("距上一名还差 ¥1.50")).to_be_visible()
    assert shop.asked["GET /leaderboards/vip"] == 1


async def test_a_tie_is_told_as_one(phones: Phones, shop: ShopServer) -> None:
    shop.gap = 0
    board = shown(await phones.open("board"), "board")
    await expect(board.get_by_text("与上一名同分，先达到者在前")).to_be_visible()


async def test_she_is_hidden_by_a_switch_that_falls_back_where_it_is_refused(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("board")
    switch = shown(page, "board").get_by_role("switch", name="在排行榜显示我")
    await expect(switch).to_have_attribute("aria-checked", "true")
    await switch.tap()
    await expect(page.get_by_text("其他会员只看到“匿名会员”")).to_be_visible()
    await expect(switch).to_be_enabled()
    (decided,) = [one for one in shop.consents if one["purpose"] == "boards"]
    assert decided["is_given"] is False
    shop.broken.add("/me/consents")
    await switch.tap()
    await expect(switch).to_have_attribute("aria-checked", "false")
    shop.broken.clear()
