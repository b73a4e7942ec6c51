"""What a shopper redeems, and what she is refused."""

import asyncio
import re
from base64 import b64decode
from collections import Counter
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from jifen.seeds import rewards
from loyalty import coupons, programme, redemptions
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.coupons import Issue, Reason
from loyalty.programme import BEGINNING
from loyalty.rewards.gift import Gift
from models import StaffMember
from tests.cast import NOVEMBER_22
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import earn, signed_in
from tests.web.conftest import Asked, Json
from web.context import now

AT = NOVEMBER_22
TOTE: Json = {"reward": "tote"}


@pytest.fixture
async def rich(lin: Phone) -> int:
    """Lin is signed in and has 1,000 points; the demo's catalogue is laid."""
    await rewards.lay(at=AT)
    customer_id = await signed_in(lin)
    await earn(customer_id, 1000, key="rich")
    return customer_id


async def put(phone: Phone, uuid: object, body: Any = TOTE, **how: Any) -> Asked:
    return await phone.ask("PUT", f"/me/redemptions/{uuid}", json=body, **how)


async def points(phone: Phone) -> int:
    return int((await phone.get("/me")).told["points"]["available"])


async def test_the_catalogue_in_her_language(lin: Phone, rich: int) -> None:
    told = (await lin.get("/rewards")).told["rewards"]
    assert [one["code"] for one in told][:2] == ["ten_off", "tote"]
    assert len({one["kind"] for one in told}) >= 6, "the demo shows every kind"
    assert told[1] == {
        "code": "tote",
        "kind": "gift",
        "name": "帆布袋",
        "about": "加厚帆布，门店领取。",
        "picture": "",
        "points": 200,
        "cash_fen": 0,
        "points_short": 0,
        "uses": 1,
        "redeemed": 0,
        "stock_left": 20,
        "left_for_me": 1,
        "per": "ever",
        "coupon": None,
        "refusal": None,
    }
    await put(lin, uuid4())
    await lin.ask("PUT", "/me/language", json={"language": "en"})
    tote = (await lin.get("/rewards")).told["rewards"][1]
    assert (tote["name"], tote["stock_left"], tote["left_for_me"]) == ("Tote bag", 19, 0)
    assert tote["redeemed"] == 1
    assert tote["refusal"] == {
        "code": "reward_limit_reached",
        "message": "At most 1 for each member",
    }


async def test_what_she_cannot_have_says_why(lin: Phone, emma: Phone, rich: int) -> None:
    for_gold = Gift(points=1, conditions=Conditions([TierAtLeast(rank=2)]))
    await programme.publish("reward:gold", for_gold, starts_at=BEGINNING, by="t", at=AT)
    await signed_in(emma)
    told = {one["code"]: one["refusal"] for one in (await emma.get("/rewards")).told["rewards"]}
    assert told["gold"]["code"] == "tier_too_low"
    assert told["tote"]["message"] in (
        "积分不足：需要 200，可用 0",
        "Not enough points: 200 needed, 0 available",
    )


async def test_a_gift_has_a_code_to_type_and_to_scan(lin: Phone, rich: int) -> None:
    name = uuid4()
    answer = await put(lin, name)
    told = answer.told
    assert (answer.http_status, told["uuid"], told["state"]) == (200, str(name), "issued")
    assert (told["reward"], told["kind"], told["name"], told["points"]) == (
        ("tote", "gift", "帆布袋", 200)
    )
    assert re.fullmatch(r"\d{12}", told["code"])
    assert told["code_grouped"] == " ".join(re.findall(r"\d{4}", told["code"]))
    kind, _, content = told["qr"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert ElementTree.fromstring(b64decode(content)).tag.endswith("svg")
    assert (told["coupon_uuid"], told["handed_over_at"]) == (None, None)
    assert told["expires_at"].endswith("T16:00:00Z"), "midnight in Shanghai"
    assert await points(lin) == 800


async def test_a_coupon_is_exchanged_for_a_reward(lin: Phone, rich: int) -> None:
    wanted = Issue("won", rich, "coupon:free_tote", Reason(zh="三单", en="Three orders"))
    await coupons.issue([wanted], at=AT)
    (coupon,) = (await lin.get("/me/coupons")).told["coupons"]
    assert (coupon["worth"], coupon["reward"], coupon["tags"]) == ("免费兑换", "tote", [])
    tote = (await lin.get("/rewards")).told["rewards"][1]
    assert (tote["code"], tote["coupon"], tote["refusal"]) == ("tote", coupon["uuid"], None)
    name, wish = uuid4(), {**TOTE, "coupon": coupon["uuid"]}
    told = (await put(lin, name, wish)).told
    assert (told["points"], told["with_coupon"], told["state"]) == (0, coupon["uuid"], "issued")
    assert (await put(lin, name, wish)).told == told
    assert (await put(lin, name, TOTE)).error["code"] == "key_reused"
    assert await points(lin) == 1000
    spent = await put(lin, uuid4(), wish)
    assert (spent.http_status, spent.error["code"]) == (422, "coupon_used")
    assert (await put(lin, uuid4(), {**TOTE, "coupon": "x"})).http_status == 400
    assert (await put(lin, uuid4())).told["state"] == "issued", "her own limit is untouched"
    (used,) = (await lin.get("/me/coupons?standing=used")).told["coupons"]
    assert used["uuid"] == coupon["uuid"]
    await lin.ask("DELETE", f"/me/redemptions/{name}")
    assert (await lin.get(f"/me/coupons/{coupon['uuid']}")).told["state"] == "issued"


async def test_a_coupon_is_hers_at_once(lin: Phone, rich: int) -> None:
    told = (await put(lin, uuid4(), {"reward": "ten_off"})).told
    assert (told["state"], told["kind"]) == ("handed_over", "coupon")
    assert (told["code"], told["code_grouped"], told["qr"]) == (None, None, None)
    (coupon,) = (await lin.get("/me/coupons")).told["coupons"]
    assert re.fullmatch("([A-Z2-7]{4} ){3}[A-Z2-7]{4}", coupon.pop("code"))
    issued_at, expires_at = coupon.pop("issued_at"), coupon.pop("expires_at")
    assert issued_at == told["redeemed_at"] == told["handed_over_at"]
    assert expires_at == told["expires_at"]
    assert coupon == {
        "uuid": told["coupon_uuid"],
        "slot": "coupon:ten_off",
        "name": "立减 10 元",
        "worth": "减 10 元",
        "conditions": ["满 100 元可用"],
        "reason": "150 积分兑换",
        "state": "issued",
        "is_giftable": False,
        "reward": None,
        "tags": ["全场通用", "可叠加优惠"],
    }
    await lin.ask("PUT", "/me/language", json={"language": "en"})
    (coupon,) = (await lin.get("/me/coupons")).told["coupons"]
    assert (coupon["worth"], coupon["conditions"], coupon["reason"]) == (
        ("¥10 off", ["On orders of ¥100 or more"], "Redeemed for 150 points")
    )


async def test_the_campaigns_own_reason_is_told_as_it_is(lin: Phone, rich: int) -> None:
    reason = coupons.Reason(zh="第三单有礼", en="For your third order")
    await coupons.issue([coupons.Issue("c", rich, "coupon:vip_20", reason)], at=now())
    (coupon,) = (await lin.get("/me/coupons")).told["coupons"]
    assert (coupon["name"], coupon["worth"], coupon["reason"]) == ("VIP 8 折", "8 折", "第三单有礼")


async def test_the_same_again_is_answered_as_before(lin: Phone, rich: int) -> None:
    name = uuid4()
    answers = await asyncio.gather(*(put(lin, name) for _ in range(20)))
    assert {one.content for one in answers} == {answers[0].content}
    assert (await put(lin, str(name).upper())).content == answers[0].content
    assert await points(lin) == 800
    other = await put(lin, name, {"reward": "ten_off"})
    assert (other.http_status, other.error["code"]) == (409, "key_reused")


async def test_nobody_learns_of_anothers(lin: Phone, emma: Phone, rich: int) -> None:
    name = uuid4()
    told = (await put(lin, name)).told
    await earn(await signed_in(emma), 1000, key="emma")
    answer = await put(emma, name)
    assert (answer.http_status, answer.error["code"]) == (409, "key_reused")
    assert "figures" not in answer.error
    absent = f"/me/redemptions/{uuid4()}"
    for method in ("GET", "DELETE"):
        hers = await emma.ask(method, f"/me/redemptions/{name}")
        none = await emma.ask(method, absent)
        assert (hers.http_status, hers.error["code"]) == (404, "no_such_redemption")
        assert {**hers.error, "request_id": ""} == {**none.error, "request_id": ""}
    assert (await emma.get("/me/redemptions")).told == {"redemptions": [], "next_before": None}
    assert (await emma.get("/me/coupons")).told == {"coupons": [], "next_before": None}
    assert (await lin.get(f"/me/redemptions/{name}")).told == told
    assert await points(emma) == 1000


async def test_cancelled_the_points_are_back_and_again_is_the_same(lin: Phone, rich: int) -> None:
    name = uuid4()
    await put(lin, name)
    first = await lin.ask("DELETE", f"/me/redemptions/{name}")
    again = await lin.ask("DELETE", f"/me/redemptions/{name}")
    assert (first.http_status, first.told["state"], first.told["qr"]) == (200, "cancelled", None)
    assert again.content == first.content
    assert await points(lin) == 1000
    lines = (await lin.get("/me/ledger")).told["lines"]
    assert [one["text"] for one in lines[:2]] == [
        "积分退回：取消兑换 帆布袋",
        "消耗积分：兑换 帆布袋",
    ]


async def test_handed_over_it_says_when_and_cannot_be_cancelled(lin: Phone, rich: int) -> None:
    name = uuid4()
    code = (await put(lin, name)).told["code_grouped"]
    chen = await StaffMember.create(
        account="chen", name="陈晨", role="guide", language="zh", created_at=AT
    )
    await redemptions.hand_over(code, staff_member_id=chen.id, at=now())
    told = (await lin.get(f"/me/redemptions/{name}")).told
    assert told["state"] == "handed_over"
    assert told["handed_over_at"]
    assert "陈晨" not in str(told)
    answer = await lin.ask("DELETE", f"/me/redemptions/{name}")
    assert (answer.http_status, answer.error["code"]) == (422, "redemption_over")


async def test_two_phones_and_the_last_unit(lin: Phone, emma: Phone, rich: int) -> None:
    last = Gift(name_zh="孤品", points=1, stock=1)
    await programme.publish("reward:last", last, starts_at=BEGINNING, by="t", at=AT)
    await earn(await signed_in(emma), 1000, key="emma")
    answers = await asyncio.gather(
        *(put(phone, uuid4(), {"reward": "last"}) for phone in (lin, emma) * 8)
    )
    told = Counter(one.error["code"] if one.http_status != 200 else "" for one in answers)
    assert told == {"": 1, "reward_out_of_stock": 15}
    assert await points(lin) + await points(emma) == 1999


async def test_refusals_are_told_in_the_language_asked_for(lin: Phone, rich: int) -> None:
    await put(lin, uuid4())
    answer = await put(lin, uuid4(), headers={"Accept-Language": "en"})
    assert (answer.http_status, answer.error["message"]) == (422, "At most 1 for each member")
    assert answer.error["figures"] == {"most": 1}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reward"),
        ({"reward": None}, "reward"),
        ({"reward": 1}, "reward"),
        ({"reward": ""}, "reward"),
        ({"reward": "Tote"}, "reward"),
        ({"reward": "reward:tote"}, "reward"),
        ({"reward": "x" * 41}, "reward"),
        ({"reward": "tote", "points": 1}, "points"),
        ({"reward": "tote", "quantity": -1}, "quantity"),
        ([], "body"),
    ],
)
async def test_a_wrong_field_is_named(lin: Phone, rich: int, body: Any, field: str) -> None:
    answer = await put(lin, uuid4(), body)
    assert (answer.http_status, answer.error["code"]) == (400, "bad_field")
    assert answer.error["field"] == field
    assert await points(lin) == 1000


@pytest.mark.parametrize("uuid", ["1", "x" * 36, "%00", "0" * 31, "-1"])
async def test_a_name_that_is_no_uuid_is_named(lin: Phone, rich: int, uuid: str) -> None:
    for answer in (
        await put(lin, uuid),
        await lin.get(f"/me/redemptions/{uuid}"),
        await lin.ask("DELETE", f"/me/redemptions/{uuid}"),
    ):
        assert (answer.http_status, answer.error["field"]) == (400, "uuid")


async def test_a_reward_that_is_not_there_is_404(lin: Phone, rich: int) -> None:
    for code in ("nowhere", "vip_20", "gift"):
        answer = await put(lin, uuid4(), {"reward": code})
        assert (answer.http_status, answer.error["code"]) == (404, "no_such_reward")


@pytest.mark.parametrize(
    "method_and_path",
    [
        ("GET", "/rewards"),
        ("GET", "/me/redemptions"),
        ("GET", "/me/coupons"),
        ("GET", f"/me/redemptions/{uuid4()}"),
        ("DELETE", f"/me/redemptions/{uuid4()}"),
    ],
)
async def test_nobody_gets_in_without_a_session(
    lin: Phone, method_and_path: tuple[str, str]
) -> None:
    lin.token = "A" * 43
    assert (await lin.ask(*method_and_path)).http_status == 401
    assert (await put(lin, uuid4())).http_status == 401
