"""Staff read product reviews, hide one with a reason, and show it again; who and when stays."""

import pytest

from models import ProductReview, ProductReviewDeed
from tests.cast import WANG
from tests.console.test_console import Browser, away, browser, context, http, redis
from tests.loyalty.play_scene import member
from tests.loyalty.product_reviews.scene import buys, says

__all__ = ["away", "browser", "context", "http", "redis"]


@pytest.fixture
async def path(browser: Browser) -> str:
    """Wang has said something of the beans; the path of what staff do with it."""
    review = await says(await member(WANG), await buys(), stars=2, text="<b>太淡</b>")
    return f"/reviews/{review.uuid}"


async def is_hidden() -> bool:
    return (await ProductReview.get()).hidden_at is not None


async def test_a_marketer_hides_a_review_and_shows_it_again(browser: Browser, path: str) -> None:
    await browser.sign_in("marketer")
    proof = await browser.proof()
    _, page = await browser.get("/reviews")
    assert "&lt;b&gt;太淡&lt;/b&gt;" in page
    assert "咖啡豆" in page
    http_status, page = await browser.post(f"{path}/hide", why=" ", proof=proof)
    assert (http_status, "请填写原因" in page) == (422, True)
    _, page = await browser.post(f"{path}/hide", why="竞品广告", proof=proof)
    assert await is_hidden()
    assert 'data-deed="hidden"' in page
    assert "竞品广告" in page
    assert "苏青" in page
    await browser.post(f"{path}/hide", why="又一次", proof=proof)
    await browser.post(f"{path}/show", why="误判", proof=proof)
    assert not await is_hidden()
    deeds = await ProductReviewDeed.all().order_by("id")
    assert [one.reason for one in deeds] == ["竞品广告", "误判"]


async def test_reviews_are_looked_for_by_stars(browser: Browser, path: str) -> None:
    await browser.sign_in("auditor")
    assert path.rpartition("/")[2] in (await browser.get("/reviews?stars=2"))[1]
    assert path.rpartition("/")[2] not in (await browser.get("/reviews?stars=5"))[1]
    for nonsense in ("stars=x", "stars=9", "before=x", "stars=%00"):
        assert (await browser.get(f"/reviews?{nonsense}"))[0] == 200


async def test_who_may_not_changes_nothing_nor_does_a_form_of_others(
    browser: Browser, path: str
) -> None:
    await browser.sign_in("auditor")
    assert f"{path}/hide" not in (await browser.get("/reviews"))[1]
    assert (await browser.post(f"{path}/hide", why="x", proof=await browser.proof()))[0] == 403
    await browser.sign_in("guide")
    assert (await browser.get("/reviews"))[0] == 403
    await browser.sign_in("marketer")
    assert (await browser.post(f"{path}/hide", why="x"))[0] == 403
    proof = await browser.proof()
    for wrong in ("/reviews/x/hide", "/reviews/00000000-0000-4000-8000-000000000000/hide"):
        assert (await browser.post(wrong, why="x", proof=proof))[0] in (404, 422)
    assert not await is_hidden()
