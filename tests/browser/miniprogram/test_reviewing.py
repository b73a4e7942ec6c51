"""She reviews what she bought, and reads what others say of a product."""

import pytest
from playwright.async_api import expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.reviewing import HERS
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_she_gives_stars_and_words_to_what_she_bought_and_changes_them(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("purchases")
    await shown(page, "purchases").get_by_text("评价", exact=True).tap()
    form = shown(page, "review")
    await expect(form.get_by_text("手冲壶")).to_be_visible()
    await form.get_by_role("button", name="提交评价").tap()
    await expect(page.locator("#toast")).to_have_text("请先选择星级")
    assert list(shop.reviews) == [HERS]
    await form.get_by_role("button", name="4 星，共 5 星").tap()
    await form.get_by_role("textbox", name="评价内容").fill("赌场")
    await form.get_by_role("button", name="提交评价").tap()
    await expect(page.locator("#toast")).to_have_text("内容含有不适宜的信息")
    await form.get_by_role("textbox", name="评价内容").fill("水流稳")
    await expect(form.get_by_text("3/500")).to_be_visible()
    await form.get_by_role("button", name="提交评价").tap()
    bought = shown(page, "purchases")
    await expect(bought.get_by_text("我的评价")).to_have_count(2)
    said = [one for uuid, one in shop.reviews.items() if uuid != HERS]
    assert said == [{"purchase": "c" * 32, "sku": "M-020", "stars": 4, "text": "水流稳"}]


async def test_she_takes_a_review_back_after_a_question(phones: Phones, shop: ShopServer) -> None:
    page = await phones.open("purchases")
    await shown(page, "purchases").get_by_text("我的评价", exact=True).tap()
    form = shown(page, "review")
    await expect(form.get_by_role("textbox", name="评价内容")).to_have_value("清爽 / crisp")
    await form.get_by_role("button", name="撤回评价").tap()
    await page.get_by_role("dialog").get_by_role("button", name="撤回评价").tap()
    await expect(page.locator("#toast")).to_contain_text("已撤回")
    assert shop.reviews == {}


async def test_a_product_in_the_store_leads_to_its_reviews_page_by_page(phones: Phones) -> None:
    page = await phones.open("store")
    await shown(page, "store").get_by_text("看评价").first.tap()
    said = shown(page, "reviews")
    await expect(said.get_by_text("2 条评价")).to_be_visible()
    await expect(said.get_by_role("img", name="5 星，共 5 星")).to_be_visible()
    await said.get_by_role("button", name="查看更多").tap()
    await expect(said.get_by_text("水流很稳")).to_have_count(2)
    await expect(said.get_by_role("button", name="查看更多")).to_have_count(0)
