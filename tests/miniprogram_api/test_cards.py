"""Articles are read; a friend who came by a card of one, or of a review, is an invited friend."""

from typing import Any
from uuid import uuid4

import pytest

from loyalty import programme
from loyalty.policies.article import Article
from loyalty.programme import BEGINNING
from models import Referral
from tests.cast import NOVEMBER_22
from tests.loyalty.referrals.conftest import POLICY
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.shopping import signed_in, store
from tests.miniprogram_api.test_reviews import purchase, says

__all__ = ["purchase", "store"]

BEANS = Article(
    "豆子从哪来", "Our beans", "云南保山。\n日晒。" + "慢烘。" * 50, "A hill in Baoshan."
)


@pytest.fixture
async def article(lin: Phone, emma: Phone) -> None:
    for slot, rule in (("article:beans", BEANS), ("referral", POLICY)):
        await programme.publish(slot, rule, starts_at=BEGINNING, by="t", at=NOVEMBER_22)
    await signed_in(lin)


async def comes(by: Phone, friend: Phone, shared: str, **more: Any) -> Any:
    code = (await by.get("/me/referral")).told["code"]
    body = {"code": code, "way": "card", "shared": shared, **more}
    return await friend.ask("PUT", "/me/inviter", json=body)


async def test_an_article_is_read_in_her_language(lin: Phone, article: None) -> None:
    (line,) = (await lin.get("/articles")).told["articles"]
    assert (line["title"], len(line["lead"])) == ("豆子从哪来", 60)
    told = (await lin.get("/articles/beans", headers={"Accept-Language": "en"})).told
    assert (told["title"], told["text"]) == ("Our beans", "A hill in Baoshan.")
    assert (await lin.get("/challenges")).told["articles"] == 1
    none = await lin.get("/articles/none")
    assert (none.http_status, none.error["code"]) == (404, "no_such_article")


async def test_a_friend_who_came_by_a_card_is_invited_and_nobody_has_points_for_it(
    lin: Phone, emma: Phone, article: None
) -> None:
    await emma.sign_in()
    for _ in "ab":
        assert (await comes(lin, emma, "article:beans")).http_status == 200
    kept = await Referral.get()
    assert (kept.way.value, kept.shared, kept.state.value) == ("card", "article:beans", "joined")
    (friend,) = (await lin.get("/me/referrals")).told["friends"]
    assert friend["came_by"] == "看了《豆子从哪来》"
    assert (await lin.get("/me")).told["points"]["available"] == 0
    herself = await comes(lin, lin, "article:beans")
    assert (herself.http_status, herself.error["code"]) == (422, "invites_herself")


async def test_what_nobody_can_read_is_not_noted_and_what_is_no_card_is_refused(
    lin: Phone, emma: Phone, article: None
) -> None:
    await emma.sign_in()
    for wrong in ("article:", "review:1", "order:1", "article:" + "x" * 41, "article:A", "x" * 60):
        assert (await comes(lin, emma, wrong)).http_status == 400
    assert await Referral.all().count() == 0
    assert (await comes(lin, emma, f"review:{uuid4()}")).http_status == 200
    assert (await Referral.get()).shared == ""


async def test_a_line_break_behind_a_name_is_no_review(
    lin: Phone, emma: Phone, article: None
) -> None:
    await emma.sign_in()
    answer = await comes(lin, emma, f"review:{uuid4()}\n")
    assert answer.http_status in (200, 400)
    assert all(one.shared == "" for one in await Referral.all())


async def test_only_a_card_shows_something(lin: Phone, emma: Phone, article: None) -> None:
    await emma.sign_in()
    assert (await comes(lin, emma, "article:beans", way="link")).http_status == 200
    assert (await Referral.get()).shared == ""


async def test_a_review_that_was_shared_is_read_with_the_others(
    lin: Phone, emma: Phone, purchase: str
) -> None:
    await programme.publish("referral", POLICY, starts_at=BEGINNING, by="t", at=NOVEMBER_22)
    uuid = uuid4()
    assert (await says(lin, purchase, uuid=uuid)).http_status == 200
    sku = (await lin.get(f"/me/reviews/{uuid}")).told["sku"]
    told = (await emma.get(f"/products/{sku}/reviews?shared={uuid}")).told
    assert told["shared"]["uuid"] == str(uuid)
    assert (await emma.get(f"/products/{sku}/reviews?shared={uuid4()}")).told["shared"] is None
    assert (await emma.get(f"/products/{sku}/reviews?shared=x")).http_status == 400
    await comes(lin, emma, f"review:{uuid}")
    assert (await Referral.get()).shared == f"review:{uuid}"
    await lin.ask("DELETE", f"/me/reviews/{uuid}")
    assert (await emma.get(f"/products/{sku}/reviews?shared={uuid}")).told["shared"] is None
