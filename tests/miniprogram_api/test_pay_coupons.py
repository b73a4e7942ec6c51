"""Cash coupons of WeChat Pay: sent once, or refused and given back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from jobs.sending_coupons import send_coupons
from loyalty import programme
from loyalty.programme import BEGINNING
from loyalty.rewards.pay_coupon import PayCoupon
from models import PayCoupon as PayCouponRow
from models import RewardStock
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import earn, signed_in
from tests.miniprogram_api.test_paid_rewards import points
from tests.web.conftest import Caller, Json
from web.context import Context, PayAccount, now

PATH = "/v3/marketing/favor/users/{}/coupons"


@pytest.fixture(autouse=True)
async def rich(server: Caller, lin: Phone, merchant: PayAccount) -> None:
    await earn(await signed_in(lin), 1000, key="rich")


async def offer(stock_id: str, *, cash_fen: int = 0) -> None:
    rule = PayCoupon(points=100, cash_fen=cash_fen, stock=9, stock_id=stock_id)
    await programme.publish("reward:cash", rule, starts_at=BEGINNING, by="t", at=now())


async def wish(phone: Phone, uuid: object = None) -> Json:
    path = f"/me/redemptions/{uuid or uuid4()}"
    return (await phone.ask("PUT", path, json={"reward": "cash"})).told


async def read(phone: Phone, told: Json) -> Json:
    return (await phone.get(f"/me/redemptions/{told['uuid']}")).told


async def test_it_is_asked_for_once_and_hers_when_wechat_pay_has_sent_it(
    lin: Phone, connected: Context
) -> None:
    await offer("10000001")
    name = uuid4()
    told = await wish(lin, name)
    assert (await wish(lin, name), told["state"], told["code"]) == (told, "sending", None)
    refused = await lin.ask("DELETE", f"/me/redemptions/{name}")
    assert refused.error["code"] == "coupon_being_sent"
    assert [await send_coupons(connected, now()) for _ in range(2)] == [1, 0]
    assert (await read(lin, told))["state"] == "handed_over"
    assert (await PayCouponRow.get()).coupon_id
    assert await send_coupons(connected, now() + timedelta(hours=1)) == 0
    assert await points(lin) == 900


@pytest.mark.parametrize("fault", [{"status": 500, "times": 3}, {"truncate_body": True}])
async def test_a_lost_answer_is_asked_for_again_and_is_the_same_coupon(
    lin: Phone, connected: Context, fault: Json
) -> None:
    await offer("10000001")
    told = await wish(lin)
    openid = lin.consumer["miniprogram_openid"]
    await lin.china_faults(endpoints={PATH.format(openid): fault})
    await send_coupons(connected, now())
    assert (await read(lin, told))["state"] == "sending"
    await lin.china_faults(endpoints={})
    await send_coupons(connected, now() + timedelta(minutes=2))
    assert (await read(lin, told))["state"] == "handed_over"


@pytest.mark.parametrize(
    ("stock_id", "why"),
    [
        ("10000002", "代金券已发完，积分已退回"),
        ("10000003", "微信支付账户暂不能领取，积分已退回"),
        ("99999999", "微信支付未能发放，积分已退回"),
    ],
)
async def test_what_wechat_pay_refuses_gives_all_back_with_the_reason(
    lin: Phone, connected: Context, stock_id: str, why: str
) -> None:
    await offer(stock_id)
    told = await wish(lin)
    await send_coupons(connected, now())
    ended = await read(lin, told)
    assert (ended["state"], ended["why"], await points(lin)) == ("cancelled", why, 1000)
    assert (await RewardStock.get()).taken == 0
    assert await send_coupons(connected, now() + timedelta(hours=1)) == 0


async def test_a_second_one_beyond_her_limit_at_wechat_pay_is_given_back(
    lin: Phone, connected: Context
) -> None:
    await offer("10000001")
    told = [await wish(lin) for _ in range(2)]
    await send_coupons(connected, now())
    states = sorted([(await read(lin, one))["state"] for one in told])
    assert (states, await points(lin)) == (["cancelled", "handed_over"], 900)


async def test_one_that_costs_money_is_asked_for_after_the_payment_only(
    lin: Phone, connected: Context
) -> None:
    await offer("10000002", cash_fen=990)
    told = await wish(lin)
    assert await send_coupons(connected, now()) == 0
    await lin.pay(told["payment"])
    assert await send_coupons(connected, now()) == 1
    ended = await read(lin, told)
    assert (ended["state"], ended["refund"], await points(lin)) == ("cancelled", "under_way", 1000)
