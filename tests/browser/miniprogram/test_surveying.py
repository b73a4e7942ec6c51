"""She answers a survey: what is missing is said where it is, and what she chose stays."""

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_survey_is_answered_from_the_tasks_once(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("tasks")
    await shown(page, "tasks").get_by_text("等您回答的问卷").tap()
    survey = shown(page, "survey")
    await expect(survey.get_by_text("已回答")).to_be_visible()
    await survey.get_by_text("口味小问卷").tap()
    await expect(survey.get_by_text("几个小问题")).to_be_visible()
    await survey.get_by_role("button", name="提交").tap()
    await expect(page.locator("#toast")).to_have_text("第 1 题还没有回答")
    await expect(survey.get_by_text("请回答这一题")).to_have_count(4)
    await survey.get_by_role("radio", name="晚上").tap()
    for place in ("家", "店", "公司"):
        await survey.get_by_role("checkbox", name=place).tap()
    await expect(survey.get_by_text("最多选 2 项")).to_be_visible()
    await survey.get_by_role("checkbox", name="家").tap()
    await survey.get_by_role("checkbox", name="公司").tap()
    await survey.get_by_role("radio", name="10", exact=True).tap()
    await survey.get_by_role("radio", name="4 星").tap()
    wish = survey.get_by_role("textbox", name="还想喝什么？")
    await wish.fill("赌场")
    await survey.get_by_role("button", name="提交").tap()
    await expect(page.locator("#toast")).to_have_text("问卷刚刚更新")
    await expect(survey.get_by_role("radio", name="晚上")).to_have_attribute("aria-checked", "true")
    await wish.fill("手冲")
    await survey.get_by_role("button", name="提交").tap()
    await expect(survey.get_by_text("+20 积分")).to_be_visible()
    await expect(survey.get_by_text("谢谢！")).to_be_visible()
    (told,) = shop.survey_answers.values()
    assert told == {
        "code": "tastes",
        "version": 7,
        "answers": {"when": 2, "where": [2, 3], "recommend": 10, "stars": 4, "wish": "手冲"},
    }


async def test_who_answered_reads_that_she_did(phones: Phones, shop: ShopServer) -> None:
    shop.survey_answers["1"] = {}
    page = await phones.open("survey?code=tastes")
    await expect(shown(page, "survey").get_by_text("您已答过这份问卷")).to_be_visible()
    await expect(shown(page, "survey").get_by_role("button", name="提交")).to_have_count(0)
