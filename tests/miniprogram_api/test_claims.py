"""The claim centre over HTTP: what is open to her, and a claim under a name of her own."""

from datetime import timedelta
from uuid import uuid4

import pytest

from loyalty import coupon_codes, programme
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.coupon_codes.making import CodeWish
from loyalty.discounts.fen_off import FenOff
from loyalty.programme import BEGINNING
from models import Coupon
from tests.cast import NOVEMBER_22
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import signed_in
from tests.web.conftest import Asked
from web.context import Context, now

SPRING = FenOff(name_zh="春日券", name_en="Spring", fen=2000, stock=2, is_claimable=True)
GOLD = FenOff(is_claimable=True, conditions=Conditions([TierAtLeast(rank=2)]))


async def put(phone: Phone, batch: object = "spring", uuid: object = None) -> Asked:
    return await phone.ask("PUT", f"/me/coupon-claims/{uuid or uuid4()}", json={"batch": batch})


@pytest.fixture
async def spring(lin: Phone, emma: Phone) -> None:
    for slot, rule in (("coupon:spring", SPRING), ("coupon:gold", GOLD)):
        await programme.publish(slot, rule, starts_at=BEGINNING, by="t", at=NOVEMBER_22)
    for phone in (lin, emma):
        await signed_in(phone)


async def test_what_can_be_claimed_says_how_it_stands_and_what_is_missing(
    lin: Phone, spring: None
) -> None:
    first, second = (await lin.get("/coupon-batches")).told["batches"]
    assert (first["code"], first["state"], first["stock_left"]) == ("spring", "open", 2)
    assert (first["name"], first["refusal"], first["claims_until"]) == ("春日券", None, None)
    assert first["tags"] == ["全场通用", "可叠加优惠"]
    assert (second["code"], second["state"]) == ("gold", "not_for_her")
    assert second["refusal"]["code"] == "tier_too_low"
    assert "还差" in second["refusal"]["message"]
    await put(lin)
    told = (await lin.get("/coupon-batches", headers={"Accept-Language": "en"})).told["batches"]
    assert [one["state"] for one in told] == ["claimed", "not_for_her"]
    assert told[0]["refusal"]["message"] == "At most 1 for each member"


async def test_a_claim_is_her_coupon_and_the_same_again_is_the_same(
    lin: Phone, emma: Phone, spring: None
) -> None:
    name = uuid4()
    first, again = await put(lin, uuid=name), await put(lin, uuid=name)
    assert (first.http_status, first.told) == (200, again.told)
    assert (first.told["state"], first.told["worth"]) == ("issued", "减 20 元")
    assert [one["uuid"] for one in (await lin.get("/me/coupons")).told["coupons"]] == [
        first.told["uuid"]
    ]
    assert (await put(lin, "gold", uuid=name)).error["code"] == "key_reused"
    assert (await put(emma, uuid=name)).error["code"] == "key_reused"
    assert (await put(emma)).http_status == 200
    assert await Coupon.all().count() == 2


async def test_what_cannot_be_claimed_is_refused_with_its_reason(lin: Phone, spring: None) -> None:
    assert (await put(lin, "gold")).error["code"] == "tier_too_low"
    none = await put(lin, "nowhere")
    assert (none.http_status, none.error["code"]) == (404, "no_such_coupon_batch")
    for batch, field in ((None, "batch"), ("Gold", "batch"), ("x" * 41, "batch"), (1, "batch")):
        answer = await put(lin, batch)
        assert (answer.http_status, answer.error["field"]) == (400, field)
    assert (await put(lin, uuid="1")).error["field"] == "uuid"
    lin.token = "A" * 43
    assert (await put(lin)).http_status == (await lin.get("/coupon-batches")).http_status == 401


async def typed(phone: Phone, code: object) -> Asked:
    return await phone.ask("PUT", "/me/coupon-codes", json={"code": code})


async def test_a_code_is_claimed_once_and_wrong_ones_end_in_a_clear_wait(
    lin: Phone, emma: Phone, spring: None, connected: Context
) -> None:
    asked = CodeWish(uuid4(), "coupon:spring", now() + timedelta(days=9), "t", 1)
    why = {"reason": "t", "staff_member_id": 1}
    await coupon_codes.make(asked, 2, at=now())
    await coupon_codes.fill(connected.sealer)
    sheets = await coupon_codes.download(asked.uuid, sealer=connected.sealer, at=now(), **why)  # type: ignore[arg-type]
    first, second = [one.code async for sheet in sheets for one in sheet]
    mine, again = await typed(lin, first), await typed(lin, first.lower())
    assert (mine.http_status, mine.told) == (200, again.told)
    assert (mine.told["name"], mine.told["reason"]) == ("春日券", "券码领取")
    used = await typed(emma, first)
    assert (used.http_status, used.error["code"]) == (422, "coupon_code_used")
    for _ in range(9):
        assert (await typed(emma, "WRNG-WRNG-WRNG-WRNG")).http_status == 404
    for code in (second, "WRNG-WRNG-WRNG-WRNG"):
        late = await typed(emma, code)
        assert (late.http_status, late.error["code"]) == (429, "too_many_code_tries")
        assert late.error["figures"] == {"minutes": 10}
        assert 590 <= int(late.headers["Retry-After"]) <= 600
    for code in ("", None, 7, "x" * 61):
        assert (await typed(lin, code)).error["field"] == "code"
