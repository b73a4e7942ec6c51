"""Cards of articles and reviews: what she shares, and what the friend who opens one reads."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.miniprogram.conftest import Phones, shown
from tests.browser.miniprogram.inviting import A_FRIENDS_CODE, HER_CODE
from tests.browser.miniprogram.reviewing import SHARED
from tests.browser.miniprogram.shop_server import ShopServer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def shared_by(page: Page) -> str:
    """Choose a friend, and return the page's path that she was sent."""
    sent: list[str] = []
    page.on(
        "request",
        lambda one: (
            sent.append(one.post_data_json["path"])
            if one.url.endswith("/miniprogram/share")
            else None
        ),
    )
    await page.get_by_role("dialog").get_by_text("Emma").tap()
    await expect(page.locator("#toast")).to_contain_text("已发送")
    return sent[0]


async def test_an_article_is_read_and_shared_with_who_shared_it(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("tasks")
    await shown(page, "tasks").get_by_text("品牌故事").tap()
    await shown(page, "article").get_by_text("豆子从哪来").tap()
    article = shown(page, "article")
    await expect(article.get_by_text("日晒，慢烘。")).to_be_visible()
    await article.get_by_role("button", name="分享给朋友").tap()
    assert await shared_by(page) == f"/pages/article/article?code=beans&ref={HER_CODE}"


async def test_who_opens_a_card_came_by_it_and_one_who_is_known_reads_on(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open(f"article?code=beans&ref={A_FRIENDS_CODE}")
    article = shown(page, "article")
    await expect(article.get_by_text("您已接受朋友的邀请")).to_be_visible()
    assert shop.came_by == [{"code": A_FRIENDS_CODE, "way": "card", "shared": "article:beans"}]
    page = await phones.open(f"article?code=beans&ref={HER_CODE}")
    await expect(shown(page, "article").get_by_text("日晒，慢烘。")).to_be_visible()
    await expect(shown(page, "article").get_by_text("您已接受朋友的邀请")).to_have_count(0)


async def test_a_review_is_shared_and_stands_first_for_who_opens_it(
    phones: Phones, shop: ShopServer
) -> None:
    page = await phones.open("reviews?sku=C-100")
    await shown(page, "reviews").get_by_role("button", name="分享").first.tap()
    path = await shared_by(page)
    assert path == f"/pages/reviews/reviews?sku=C-100&review={'d' * 32}&ref={HER_CODE}"
    page = await phones.open(f"reviews?sku=C-100&review={SHARED}&ref={A_FRIENDS_CODE}")
    reviews = shown(page, "reviews")
    await expect(reviews.get_by_text("朋友分享的评价")).to_be_visible()
    await expect(reviews.get_by_text("您已接受朋友的邀请")).to_be_visible()
    assert shop.came_by[-1]["shared"] == f"review:{SHARED}"
