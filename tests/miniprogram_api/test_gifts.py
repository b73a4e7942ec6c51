"""Gifts over the wire: sent with words that were looked at, shared by a link, claimed once."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from jifen.seeds import gifts as seeds
from loyalty import programme
from loyalty.policies.gifts import Gifts
from loyalty.programme import BEGINNING
from models import Member
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import earn, signed_in
from tests.web.conftest import Asked, Json
from web.context import now

WISH: Json = {"points": 50, "card": "thanks", "words": "谢谢你", "giver_name": "小满"}


@pytest.fixture
async def ready(lin: Phone, emma: Phone) -> int:
    """Lin has been a member for a month and has 100 points; Emma is there, too."""
    await seeds.lay(at=now())
    member_id = await signed_in(lin)
    await Member.filter(id=member_id).update(joined_at=now() - timedelta(days=30))
    earned_at = now() - timedelta(days=20)
    await earn(member_id, 100, key="rich", at=earned_at, settles_at=earned_at)
    await signed_in(emma)
    return member_id


async def send(phone: Phone, body: Any = WISH, *, uuid: object = None) -> Asked:
    return await phone.ask("PUT", f"/me/gifts/{uuid or uuid4()}", json=body)


async def sent(phone: Phone, body: Any = WISH) -> Json:
    answer = await send(phone, body)
    assert answer.http_status == 200, answer.told
    return answer.told


def link_of(gift: Json) -> str:
    page, _, secret = gift["page"].partition("?link=")
    assert page == "/pages/gift/gift"
    return f"/gift-links/{secret}"


async def points(phone: Phone) -> int:
    return int((await phone.get("/me")).told["points"]["available"])


async def test_a_friend_opens_the_link_and_claims_what_it_holds(
    lin: Phone, emma: Phone, ready: int
) -> None:
    gift = await sent(lin)
    assert (gift["state"], gift["points"], gift["card"]["code"]) == ("sent", 50, "thanks")
    seen = (await emma.get(link_of(gift), headers={"Accept-Language": "en"})).told
    assert (seen["giver"], seen["words"], seen["name"]) == ("小满", "谢谢你", "50 points")
    assert (seen["is_mine"], seen["code"], seen["card"]["name"]) == (False, None, "Thank you")
    claims = [await emma.ask("PUT", f"{link_of(gift)}/claim") for _ in range(2)]
    assert [(one.http_status, one.told["is_mine"]) for one in claims] == [(200, True)] * 2
    assert (await points(lin), await points(emma)) == (50, 50)
    (given,) = (await lin.get("/me/gifts")).told["gifts"]
    assert (given["state"], given["page"]) == ("claimed", None)
    (got,) = (await emma.get("/me/claimed-gifts")).told["gifts"]
    assert (got["giver_name"], got["page"]) == ("小满", None)
    (line,) = (await emma.get("/me/ledger")).told["lines"]
    assert line["text"] == "积分转移：朋友赠送"


async def test_a_retry_is_free_and_needs_no_second_look_at_her_words(
    lin: Phone, ready: int
) -> None:
    uuid = uuid4()
    first = await send(lin, uuid=uuid)
    await lin.china_faults(endpoints={"/wxa/msg_sec_check": {"status": 502}})
    again = await send(lin, uuid=uuid)
    assert (again.http_status, again.told) == (200, first.told)
    other = await send(lin, {**WISH, "points": 49}, uuid=uuid)
    assert (other.http_status, other.error["code"]) == (409, "key_reused")
    assert await points(lin) == 50


async def test_what_she_writes_is_looked_at_before_anything_moves(lin: Phone, ready: int) -> None:
    for wrong in ({"words": "网上赌场"}, {"giver_name": "代开发票"}):
        answer = await send(lin, {**WISH, **wrong})
        assert (answer.http_status, answer.error["code"]) == (422, "content_not_allowed")
    await lin.china_faults(endpoints={"/wxa/msg_sec_check": {"status": 502}})
    answer = await send(lin)
    assert (answer.http_status, answer.error["code"]) == (503, "content_check_away")
    assert await points(lin) == 100
    assert (await send(lin, {"points": 10})).http_status == 200


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"points": 0}, 400, "bad_field"),
        ({"points": -5}, 400, "bad_field"),
        ({"points": 1.5}, 400, "bad_field"),
        ({"points": 10**10}, 400, "bad_field"),
        ({"points": "NaN"}, 400, "bad_field"),
        ({"words": "好" * 61}, 400, "bad_field"),
        ({"giver_name": "a\u0000b"}, 400, "bad_field"),
        ({"card": "no_such"}, 404, "no_such_card"),
        ({"coupon_uuid": str(uuid4())}, 422, "gift_holds_two_things"),
        ({"points": 101}, 422, "not_enough_points"),
        ({"points": None}, 404, "no_such_gift"),
    ],
)
async def test_a_wrong_wish_is_told_and_moves_nothing(
    lin: Phone, ready: int, wrong: Json, status: int, code: str
) -> None:
    answer = await send(lin, {**WISH, **wrong})
    assert (answer.http_status, answer.error["code"]) == (status, code)
    assert await points(lin) == 100


async def test_the_giver_and_a_second_friend_are_told_why_they_cannot(
    lin: Phone, emma: Phone, ready: int
) -> None:
    gift = await sent(lin)
    assert (await lin.get(link_of(gift))).told["code"] == "gift_is_yours"
    own = await lin.ask("PUT", f"{link_of(gift)}/claim")
    assert (own.http_status, own.error["code"]) == (422, "gift_is_yours")
    back = await lin.ask("DELETE", f"/me/gifts/{gift['uuid']}")
    assert (back.told["state"], await points(lin)) == ("taken_back", 100)
    late = await emma.ask("PUT", f"{link_of(gift)}/claim")
    assert (late.http_status, late.error["code"]) == (422, "gift_over")
    assert (await emma.get(link_of(gift))).told["code"] == "gift_over"


async def test_fifty_taps_at_once_claim_once(lin: Phone, emma: Phone, ready: int) -> None:
    link = link_of(await sent(lin))
    answers = await asyncio.gather(*(emma.ask("PUT", f"{link}/claim") for _ in range(50)))
    assert Counter(one.http_status for one in answers) == {200: 50}
    assert await points(emma) == 50


async def test_links_are_not_guessed_by_the_hundred(emma: Phone, ready: int) -> None:
    told = [(await emma.get(f"/gift-links/{'x' * 24}")).http_status for _ in range(61)]
    assert told == [404] * 60 + [429]


async def test_who_is_not_signed_in_sees_and_claims_nothing(lin: Phone, ready: int) -> None:
    gift = await sent(lin)
    stranger = Phone(lin.server, lin.china, lin.consumer)
    for method, path in (("GET", ""), ("PUT", "/claim")):
        answer = await stranger.ask(method, link_of(gift) + path)
        assert answer.http_status == 401


async def test_she_is_told_what_she_can_send_and_by_what_rule(lin: Phone, ready: int) -> None:
    policy = Gifts(most_points_a_day=60, most_gifts_a_day=3)
    await programme.publish("gifts", policy, starts_at=BEGINNING, by="test", at=now())
    await sent(lin)
    told = (await lin.get("/me/gift-options")).told
    assert (told["most_points"], told["gifts_left"]) == (10, 2)
    assert "60 积分" in told["lines"][1]
    assert "thanks" in [one["code"] for one in told["cards"]]
