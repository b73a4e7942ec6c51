"""A reward for points and money on a phone: reserved, paid by WeChat Pay, cancelled, timed out."""

from datetime import timedelta
from uuid import uuid4

import pytest

from jobs import refunding
from jobs.close_unpaid_redemptions import close_unpaid_redemptions
from loyalty import programme
from loyalty.programme import BEGINNING
from loyalty.rewards.gift import Gift
from models import Entry, Purchase, RedemptionPayment
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.shopping import NOTICES
from tests.miniprogram_api.test_me import earn, signed_in
from tests.miniprogram_api.test_payments import notice
from tests.miniprogram_api.test_payments import payment as told_payment
from tests.web.conftest import Asked, Caller, Json
from web.context import Context, PayAccount, now


@pytest.fixture(autouse=True)
async def kettle(server: Caller, lin: Phone) -> None:
    """Lin has 1,000 points, and a kettle costs 200 and ¥9.90."""
    rule = Gift(name_zh="壶", name_en="Kettle", points=200, cash_fen=990, stock=3)
    await programme.publish("reward:kettle", rule, starts_at=BEGINNING, by="t", at=now())
    await earn(await signed_in(lin), 1000, key="rich")


async def put(phone: Phone, uuid: object = None) -> Asked:
    return await phone.ask("PUT", f"/me/redemptions/{uuid or uuid4()}", json={"reward": "kettle"})


async def read(phone: Phone, told: Json) -> Json:
    return (await phone.get(f"/me/redemptions/{told['uuid']}")).told


async def points(phone: Phone) -> int:
    return int((await phone.get("/me")).told["points"]["available"])


async def test_a_kettle_is_paid_and_hers_and_it_is_no_purchase(
    lin: Phone, merchant: PayAccount
) -> None:
    name = uuid4()
    first = (await put(lin, name)).told
    again = (await put(lin, name)).told
    assert (first["state"], first["cash_fen"], first["code"]) == ("reserved", 990, None)
    assert first["payment"]["package"] == again["payment"]["package"]
    assert await points(lin) == 800
    assert (await lin.pay(first["payment"]))["errMsg"] == "requestPayment:ok"
    told = await read(lin, first)
    assert (told["state"], told["payment"], told["refund"]) == ("issued", None, None)
    assert told["qr"]
    assert await Purchase.all().count() == 0
    assert await Entry.filter(kind="earn").count() == 1
    (listed,) = (await lin.get("/me/redemptions")).told["redemptions"]
    assert (listed["state"], listed["qr"]) == ("issued", None)


async def test_without_a_merchant_nothing_is_reserved(lin: Phone) -> None:
    answer = await put(lin)
    assert (answer.http_status, answer.error["code"]) == (503, "payments_not_connected")
    assert await points(lin) == 1000


async def test_cancelled_before_payment_it_can_be_paid_no_more(
    lin: Phone, merchant: PayAccount
) -> None:
    told = (await put(lin)).told
    ended = await lin.ask("DELETE", f"/me/redemptions/{told['uuid']}")
    assert (ended.told["state"], await points(lin)) == ("cancelled", 1000)
    assert (await lin.pay(told["payment"]))["error"]["code"] == "not_payable"
    again = await lin.ask("DELETE", f"/me/redemptions/{told['uuid']}")
    assert again.content == ended.content


async def test_cancelled_after_payment_the_money_comes_back(
    lin: Phone, merchant: PayAccount, connected: Context
) -> None:
    told = (await put(lin)).told
    await lin.pay(told["payment"])
    await lin.china_faults(pay_notices_lost=True)
    ended = (await lin.ask("DELETE", f"/me/redemptions/{told['uuid']}")).told
    assert (ended["state"], ended["refund"], await points(lin)) == ("cancelled", "under_way", 1000)
    asked = [await refunding.refund_due(connected, now() + timedelta(minutes=n)) for n in (0, 2, 4)]
    assert asked == [1, 1, 0]
    assert (await read(lin, told))["refund"] == "done"


async def test_a_lost_notice_is_made_up_for_when_time_is_out(
    lin: Phone, merchant: PayAccount, connected: Context
) -> None:
    await lin.china_faults(pay_notices_lost=True)
    told, unpaid = (await put(lin)).told, (await put(lin)).told
    await lin.pay(told["payment"])
    assert (await read(lin, told))["state"] == "reserved"
    late = now() + timedelta(minutes=16)
    assert await close_unpaid_redemptions(connected, late) == 2
    assert (await read(lin, told))["state"] == "issued"
    assert (await read(lin, unpaid))["state"] == "expired"
    assert (await read(lin, unpaid))["why"] == "未付款，已全部退回"
    assert (await lin.pay(unpaid["payment"]))["error"]["code"] == "not_payable"
    assert await points(lin) == 800


async def test_a_payment_that_cannot_be_taken_holds_up_no_other_one(
    lin: Phone, merchant: PayAccount, connected: Context
) -> None:
    taken, first, second = [(await put(lin)).told for _ in range(3)]
    await lin.pay(taken["payment"])
    await lin.china_faults(pay_notices_lost=True)
    for told in (first, second):
        await lin.pay(told["payment"])
    awaited = await RedemptionPayment.filter(state="awaiting").order_by("redemption_id")
    found = await merchant.client.find(awaited[0].number)
    assert found
    await RedemptionPayment.filter(state="paid").update(payment_id=found.transaction_id)
    assert await close_unpaid_redemptions(connected, now() + timedelta(minutes=16)) == 1
    states = [(await read(lin, told))["state"] for told in (taken, first, second)]
    assert states == ["issued", "reserved", "issued"]


async def test_cancelling_what_was_paid_without_our_hearing_of_it_leaves_it_hers(
    lin: Phone, merchant: PayAccount
) -> None:
    await lin.china_faults(pay_notices_lost=True)
    told = (await put(lin)).told
    await lin.pay(told["payment"])
    kept = (await lin.ask("DELETE", f"/me/redemptions/{told['uuid']}")).told
    assert (kept["state"], await points(lin)) == ("issued", 800)


async def test_a_notice_that_does_not_fit_moves_nothing(
    lin: Phone, server: Caller, merchant: PayAccount
) -> None:
    told = (await put(lin)).told
    awaited = await RedemptionPayment.get()
    good = told_payment({"number": awaited.number, "total_fen": 990})
    for changed, expected in (
        ({"amount": {"total": 1, "payer_total": 1}}, 422),
        ({"out_trade_no": f"R{awaited.number[1:-1]}x"}, 422),
        ({"mchid": "1900000002"}, 401),
    ):
        headers, body = notice(good | changed)
        assert (await server.send(NOTICES, body, headers=headers)).http_status == expected
    headers, body = notice(good)
    assert (await server.send(NOTICES, body[:-1], headers=headers)).http_status == 401
    assert (await read(lin, told))["state"] == "reserved"
    taken = [(await server.send(NOTICES, body, headers=headers)).http_status for _ in range(2)]
    assert taken == [204, 204]
    assert (await read(lin, told))["state"] == "issued"


async def test_anothers_reservation_is_none_of_hers(
    lin: Phone, emma: Phone, merchant: PayAccount
) -> None:
    told = (await put(lin)).told
    await signed_in(emma)
    for method in ("GET", "DELETE"):
        answer = await emma.ask(method, f"/me/redemptions/{told['uuid']}")
        assert (answer.http_status, answer.error["code"]) == (404, "no_such_redemption")
    assert (await put(emma, told["uuid"])).error["code"] == "key_reused"
    assert (await read(lin, told))["state"] == "reserved"
