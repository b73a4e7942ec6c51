"""Product reviews over the wire: written by who bought it, looked at first, read by all."""

from typing import Any
from uuid import uuid4

import pytest

from loyalty import product_reviews
from models import ProductReview, Purchase, StaffMember
from tests.cast import DAY
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.shopping import bought, signed_in, store
from tests.web.conftest import Asked, Json
from web.context import now

__all__ = ["store"]

OF_KETTLE = "/products/M-020/reviews"


@pytest.fixture
async def purchase(lin: Phone, emma: Phone) -> str:
    """Lin has what she ordered; Emma is there, too."""
    await signed_in(emma)
    await signed_in(lin)
    await bought(lin)
    await Purchase.all().update(state="completed", completed_at=now())
    return str((await Purchase.get()).uuid)


async def says(phone: Phone, purchase: str, *, uuid: object = None, **more: Any) -> Asked:
    body = {"purchase": purchase, "sku": "M-020", "stars": 5, "text": "水流很稳", **more}
    return await phone.ask("PUT", f"/me/reviews/{uuid or uuid4()}", json=body)


async def kettle(phone: Phone) -> Json:
    (told,) = (await phone.get("/me/purchases")).told["purchases"]
    return next(one for one in told["lines"] if one["sku"] == "M-020")


async def test_what_she_says_is_read_by_others_without_her_name(
    lin: Phone, emma: Phone, purchase: str
) -> None:
    assert (await kettle(lin))["can_review"]
    answer = await says(lin, purchase)
    assert answer.http_status == 200, answer.told
    hers = answer.told
    assert (hers["stars"], hers["is_hidden"], hers["is_taken_back"]) == (5, False, False)
    line = await kettle(lin)
    assert (line["can_review"], line["review"]) == (False, hers["uuid"])
    assert (await lin.get(f"/me/reviews/{hers['uuid']}")).told == hers
    told = (await emma.get(OF_KETTLE, headers={"Accept-Language": "en"})).told
    assert (told["average"], told["count"], told["stars"]) == (5.0, 1, [0, 0, 0, 0, 1])
    (one,) = told["reviews"]
    assert (one["text"], one["is_mine"], one["name"][:8]) == ("水流很稳", False, "Member··")
    (mine,) = (await lin.get(OF_KETTLE)).told["reviews"]
    assert (mine["is_mine"], mine["name"]) == (True, "我")


async def test_pages_go_on_where_the_last_ended(lin: Phone, emma: Phone, purchase: str) -> None:
    await says(lin, purchase)
    await bought(lin)
    await Purchase.all().update(state="completed", completed_at=now())
    other = await Purchase.all().order_by("-id").first()
    assert other is not None
    await says(lin, str(other.uuid), text="又买了一个")
    first = (await emma.get(f"{OF_KETTLE}?limit=1")).told
    assert [one["text"] for one in first["reviews"]] == ["又买了一个"]
    # what is hidden meanwhile still says where the next page begins
    await ProductReview.filter(uuid=first["next_before"]).update(hidden_at=now())
    second = (await emma.get(f"{OF_KETTLE}?limit=1&before={first['next_before']}")).told
    assert [one["text"] for one in second["reviews"]] == ["水流很稳"]
    assert (second["next_before"], second["count"]) == (None, 1)
    assert (await emma.get(f"{OF_KETTLE}?before={uuid4()}")).told["reviews"] == []
    absent = await emma.get("/products/no-such/reviews")
    assert (absent.http_status, absent.error["code"]) == (404, "no_such_product")


async def test_wechat_looks_at_the_text_first_and_at_a_retry_not_again(
    lin: Phone, purchase: str
) -> None:
    wrong = await says(lin, purchase, text="网上赌场")
    assert (wrong.http_status, wrong.error["code"]) == (422, "content_not_allowed")
    uuid = uuid4()
    first = await says(lin, purchase, uuid=uuid)
    await lin.china_faults(endpoints={"/wxa/msg_sec_check": {"status": 502}})
    assert (await says(lin, purchase, uuid=uuid)).told == first.told
    away = await says(lin, purchase, uuid=uuid, text="改一改")
    assert (away.http_status, away.error["code"]) == (503, "content_check_away")
    assert (await ProductReview.get()).text == "水流很稳"
    changed = await says(lin, purchase, uuid=uuid, stars=3, text="  ")
    assert (changed.told["stars"], changed.told["text"]) == (3, "")


WRONG: tuple[tuple[Json, str], ...] = (
    ({"stars": 0}, "stars"),
    ({"stars": 6}, "stars"),
    ({"stars": 4.5}, "stars"),
    ({"text": "好" * 501}, "text"),
    ({"text": "a\u0000b"}, "text"),
    ({"sku": ""}, "sku"),
    ({"purchase": "x"}, "purchase"),
    ({"points": 5}, "points"),
)


async def test_a_wrong_review_names_its_field_and_is_not_kept(lin: Phone, purchase: str) -> None:
    for wrong, field in WRONG:
        answer = await says(lin, **{"purchase": purchase, **wrong})
        assert (answer.http_status, answer.error["field"]) == (400, field), wrong
    assert await ProductReview.all().count() == 0


async def test_she_changes_it_once_and_takes_it_back(
    lin: Phone, emma: Phone, purchase: str
) -> None:
    uuid = uuid4()
    await says(lin, purchase, uuid=uuid)
    assert (await says(lin, purchase, uuid=uuid, stars=1)).told["stars"] == 1
    await ProductReview.all().update(changed_at=now() + DAY)  # whatever midnight passes
    again = await says(lin, purchase, uuid=uuid, stars=2)
    assert (again.http_status, again.error["code"]) == (422, "review_changed_today")
    twice = await says(lin, purchase)
    assert (twice.http_status, twice.error["code"]) == (422, "already_reviewed")
    for answer in (
        await emma.get(f"/me/reviews/{uuid}"),
        await emma.ask("DELETE", f"/me/reviews/{uuid}"),
        await says(emma, purchase),
    ):
        assert answer.http_status == 404
    assert (await says(emma, purchase, uuid=uuid)).error["code"] == "key_reused"
    gone = [await lin.ask("DELETE", f"/me/reviews/{uuid}") for _ in range(2)]
    assert [(one.told["is_taken_back"], one.told["text"]) for one in gone] == [(True, "")] * 2
    assert (await emma.get(OF_KETTLE)).told["count"] == 0


async def test_she_sees_that_hers_is_hidden_and_nobody_else_sees_it(
    lin: Phone, emma: Phone, purchase: str
) -> None:
    uuid = uuid4()
    await says(lin, purchase, uuid=uuid)
    by = await StaffMember.create(
        account="ma", name="马力", role="marketer", language="zh", created_at=now()
    )
    await product_reviews.hide(uuid, reason="广告", staff_member_id=by.id, at=now())
    assert (await lin.get(f"/me/reviews/{uuid}")).told["is_hidden"]
    told = (await emma.get(OF_KETTLE)).told
    assert (told["reviews"], told["average"], told["count"]) == ([], None, 0)


async def test_who_is_not_signed_in_reads_and_writes_nothing(lin: Phone, purchase: str) -> None:
    stranger = Phone(lin.server, lin.china, lin.consumer)
    assert (await stranger.get(OF_KETTLE)).http_status == 401
    assert (await says(stranger, purchase)).http_status == 401
