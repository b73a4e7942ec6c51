"""She deletes her account: what she is told before, what she must say, and what is after."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from jifen.seeds import gifts as gift_seeds
from jifen.seeds import rewards
from jobs import refunding
from loyalty import checkout, customers
from loyalty.ledger import verify
from models import (
    Deletion,
    DeletionWay,
    Identity,
    Member,
    Purchase,
    Redemption,
    StoreRefund,
    StoreRefundState,
)
from tests.cast import NOVEMBER_22
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.shopping import place, quote, store
from tests.miniprogram_api.test_me import earn, signed_in
from tests.web.conftest import Asked, Json
from web.context import Context, now

__all__ = ["store"]

AT = NOVEMBER_22
WORDS = "delete my account"


@pytest.fixture
async def rich(lin: Phone) -> int:
    """Lin is signed in and has 1,000 points; the demo's catalogue is laid."""
    await rewards.lay(at=AT)
    await gift_seeds.lay(at=AT)
    customer_id = await signed_in(lin)
    await earn(customer_id, 1000, key="rich")
    return customer_id


async def delete(phone: Phone, uuid: object = None, **body: Any) -> Asked:
    told: Json = {"confirmation": WORDS, "points": 1000, "coupons": 0, **body}
    return await phone.ask("PUT", f"/me/deletion/{uuid or uuid4()}", json=told)


async def test_she_reads_what_she_loses_and_is_a_stranger_afterwards(lin: Phone, rich: int) -> None:
    assert (await lin.get("/me/deletion")).told == {
        "points": 1000,
        "debt": 0,
        "coupons": 0,
        "redemptions": 0,
        "gifts": 0,
        "hindrances": [],
    }
    name = uuid4()
    done = await delete(lin, name)
    assert (done.http_status, list(done.told)) == (200, ["deleted_at"])
    for answer in (await delete(lin, name), await lin.get("/me"), await lin.get("/me/deletion")):
        assert (answer.http_status, answer.error["code"]) == (401, "session_unknown")
    kept = await Deletion.get()
    assert (kept.uuid, kept.way, kept.points_forfeited) == (name, DeletionWay.MINIPROGRAM, 1000)
    assert await customers.find([lin.openid, lin.unionid]) == {}
    again = await signed_in(lin)
    assert again != rich
    assert (await lin.get("/me")).told["points"]["available"] == 0
    assert (await lin.get("/me/redemptions")).told["redemptions"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"confirmation": "yes"}, "confirmation"),
        ({"confirmation": None}, "confirmation"),
        ({"points": -1}, "points"),
        ({"coupons": "0"}, "coupons"),
    ],
)
async def test_it_does_not_happen_without_her_words(
    lin: Phone, rich: int, body: Json, field: str
) -> None:
    refused = await delete(lin, **body)
    assert (refused.http_status, refused.error["field"]) == (400, field)
    for missing in ("confirmation", "points", "coupons"):
        told = {"confirmation": WORDS, "points": 1000, "coupons": 0}
        told.pop(missing)
        answer = await lin.ask("PUT", f"/me/deletion/{uuid4()}", json=told)
        assert answer.http_status == 400
    assert (await lin.get("/me")).told["points"]["available"] == 1000


async def test_where_something_changed_since_she_read_nothing_happens(
    lin: Phone, rich: int
) -> None:
    for body in ({"points": 999}, {"coupons": 1}):
        refused = await delete(lin, **body)
        assert (refused.http_status, refused.error["code"]) == (409, "deletion_changed")
    assert await Deletion.all().count() == 0


async def test_what_stands_in_the_way_is_said_in_her_language(lin: Phone, rich: int) -> None:
    gift = {"points": 100}
    sent = await lin.ask("PUT", f"/me/gifts/{uuid4()}", json=gift)
    assert sent.http_status == 200, sent.told
    told = (await lin.get("/me/deletion")).told["hindrances"]
    assert told == [
        {"kind": "gift_unclaimed", "count": 1, "text": "有送出的礼物还没人领取，请先收回"}
    ]
    refused = await delete(lin, points=900)
    assert (refused.http_status, refused.error["code"]) == (422, "deletion_hindered")
    assert refused.error["message"].endswith("有送出的礼物还没人领取，请先收回")
    await lin.ask("DELETE", f"/me/gifts/{sent.told['uuid']}")
    assert (await delete(lin)).http_status == 200


async def test_another_members_account_stands(lin: Phone, emma: Phone, rich: int) -> None:
    other = await signed_in(emma)
    name = uuid4()
    assert (await delete(lin, name)).http_status == 200
    refused = await delete(emma, name, points=0)
    assert (refused.http_status, refused.error["code"]) == (409, "key_reused")
    assert (await emma.get("/me")).http_status == 200
    assert (await Member.get(id=other)).deleted_at is None
    assert await Identity.filter(customer_id=other).exists()


async def test_an_order_that_is_not_paid_or_not_received_stands_in_the_way(
    lin: Phone, store: None
) -> None:
    await signed_in(lin)
    order = (await place(lin, (await quote(lin))["quote"])).told
    assert [one["kind"] for one in (await lin.get("/me/deletion")).told["hindrances"]] == [
        "order_unpaid"
    ]
    await lin.pay(order["payment"])
    told = (await lin.get("/me/deletion")).told
    assert [one["kind"] for one in told["hindrances"]] == ["order_not_received"]
    assert (await delete(lin, points=told["points"])).http_status == 422
    await lin.ask("PUT", f"/me/orders/{order['uuid']}/receipt")
    told = (await lin.get("/me/deletion")).told
    assert told["hindrances"] == []
    assert (await delete(lin, points=told["points"], coupons=told["coupons"])).http_status == 200


async def test_a_refund_after_it_is_paid_and_booked_and_she_stays_unknown(
    lin: Phone, store: None, connected: Context
) -> None:
    member_id = await signed_in(lin)
    order = (await place(lin, (await quote(lin))["quote"])).told
    await lin.pay(order["payment"])
    await lin.ask("PUT", f"/me/orders/{order['uuid']}/receipt")
    told = (await lin.get("/me/deletion")).told
    assert (await delete(lin, points=told["points"], coupons=told["coupons"])).http_status == 200
    await checkout.refund(order["number"], "all", at=now())
    assert await refunding.refund_due(connected, now()) == 1
    for _ in range(3_000):  # WeChat Pay says by a notice that it is done
        refund = await StoreRefund.get()
        if refund.state is StoreRefundState.DONE:
            break
        await asyncio.sleep(0.02)
    assert refund.state is StoreRefundState.DONE
    bought = await Purchase.get(number=order["number"])
    assert (bought.customer_id, bought.refunded_fen) == (member_id, refund.fen)
    assert await customers.find([lin.openid, lin.unionid]) == {}
    assert await verify() == []


async def test_at_once_with_a_redemption_nothing_is_left_of_either(lin: Phone, rich: int) -> None:
    name = f"/me/redemptions/{uuid4()}"
    redeemed, deleted = await asyncio.gather(
        lin.ask("PUT", name, json={"reward": "tote"}), delete(lin)
    )
    if deleted.http_status == 200:
        assert redeemed.http_status in (401, 409)
    else:  # the redemption came first, and she had been told of other points
        assert (redeemed.http_status, deleted.error["code"]) == (200, "deletion_changed")
        told = (await lin.get("/me/deletion")).told
        assert (await delete(lin, points=told["points"])).http_status == 200
    assert await Redemption.filter(state="issued").count() == 0
    assert (await Member.get(id=rich)).points_available == 0
    assert await verify() == []
