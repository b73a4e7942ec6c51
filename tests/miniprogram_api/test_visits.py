"""Visits to shops over HTTP: a code that turns, told twice, another's, and what is next."""

from uuid import uuid4

import pytest

from loyalty import programme, purchases, shop_visits
from loyalty.challenges.visits import Visits
from loyalty.policies.shop_visit import ShopVisitPolicy
from loyalty.programme import BEGINNING
from models import Entry, ShopVisit
from tests.cast import NOVEMBER_22
from tests.loyalty.shop_visits.conftest import JINGAN
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import signed_in
from tests.web.conftest import Asked, Caller
from web.context import Context, now

LINK = "https://jifen.example/v/"


@pytest.fixture
async def code(lin: Phone, emma: Phone, context: Context) -> str:
    """A shop shows its code, and two members are there."""
    rules = {
        "shop_visit:all": ShopVisitPolicy(most_points_a_day=10),
        "challenge:here": Visits(
            "到店两天", "Two days", "monthly", 2, reward_points=50, where="shops"
        ),
    }
    for slot, rule in rules.items():
        await programme.publish(slot, rule, starts_at=BEGINNING, by="t", at=NOVEMBER_22)
    await purchases.open_shops([JINGAN])
    for phone in (lin, emma):
        await signed_in(phone)
    shop_id = await shop_visits.shop_named("jingan")
    return shop_visits.code_of(shop_id, sealer=context.sealer, at=now()).letters


async def scans(phone: Phone, code: str, uuid: object = None, **more: object) -> Asked:
    body = {"code": LINK + code}
    return await phone.ask("PUT", f"/me/visits/{uuid or uuid4()}", json=body, **more)


async def test_a_visit_told_twice_counts_once_and_says_what_is_next(lin: Phone, code: str) -> None:
    uuid = uuid4()
    first = await scans(lin, code, uuid)
    assert first.http_status == 200, first.told
    again = await scans(lin, code, uuid)
    assert again.told == first.told
    assert (first.told["shop"], first.told["way"], first.told["points"]) == ("静安店", "staff", 10)
    told = (await lin.get("/me/visits")).told
    assert (told["days_this_month"], told["weeks_in_a_row"]) == (1, 1)
    assert [(one["shop"], one["points"], one["message"]) for one in told["visits"]] == [
        ("静安店", 10, None)
    ]
    (ahead,) = told["challenges"]
    assert (ahead["done"], ahead["target"], ahead["name"]) == (1, 2, "到店两天")
    (line, *_) = (await lin.get("/me/ledger")).told["lines"]
    assert line["text"] == "获得积分：到店打卡"
    assert await Entry.all().count() == 1


async def test_another_member_scans_the_same_code_by_the_same_name(
    lin: Phone, emma: Phone, code: str
) -> None:
    uuid = uuid4()
    assert (await scans(lin, code, uuid)).told["points"] == 10
    assert (await scans(emma, code, uuid)).told["points"] == 10, "whose name it is, nobody learns"
    assert await ShopVisit.all().count() == 2


async def test_what_does_not_count_is_said_in_both_languages(lin: Phone, code: str) -> None:
    await scans(lin, code)
    refused = await scans(lin, code)
    assert (refused.http_status, refused.told["error"]["code"]) == (422, "visited_lately")
    assert "您刚在这里打过卡" in refused.told["error"]["message"]
    unknown = await scans(lin, "A" * 26, headers={"Accept-Language": "en"})
    assert (unknown.http_status, unknown.told["error"]["code"]) == (404, "no_such_shop_code")
    assert unknown.told["error"]["message"].startswith("This is no code of our shops")
    for wrong in ({}, {"code": ""}, {"code": "x" * 301}, {"code": 1}, {"code": "x", "y": 1}):
        answer = await lin.ask("PUT", f"/me/visits/{uuid4()}", json=wrong)
        assert answer.http_status == 400, wrong
    assert await ShopVisit.all().count() == 1


async def test_a_cap_is_said_with_the_visit(lin: Phone, code: str) -> None:
    other = await shop_visits.make_poster(
        await shop_visits.shop_named("jingan"), at=NOVEMBER_22, staff_member_id=None
    )
    assert (await scans(lin, other.code)).told["points"] == 2
    told = (await scans(lin, code)).told
    assert (told["points"], told["message"]) == (8, "已记录，您的打卡积分已达上限")
    english = (await lin.get("/me/visits", headers={"Accept-Language": "en"})).told
    assert english["visits"][0]["message"] == (
        "It is kept; you have reached the most points for visits"
    )


async def test_the_link_opened_elsewhere_says_how_to_go_on_and_counts_nothing(
    server: Caller, code: str
) -> None:
    for told in (code, "A" * 26, "x"):
        async with server.session.get(f"{server.origin}/v/{told}") as response:
            page = await response.text()
            assert (response.status, "点「到店打卡」扫这个码" in page) == (200, True)
            assert "tap “Shop visit” and scan" in page
            assert told not in page.replace("<", " ") or told == "x"
    assert await ShopVisit.all().count() == 0
