"""Cash coupons of WeChat Pay: sent once, or refused and given back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from console.words import WORDS
from jobs.read_pay_coupons import read_pay_coupons
from jobs.sending_coupons import send_coupons
from loyalty import programme, timelines
from loyalty.programme import BEGINNING
from loyalty.redemptions import CouponFate, tell_coupons
from loyalty.rewards.pay_coupon import PayCoupon
from models import PayCoupon as PayCouponRow
from models import PayCouponState, Redemption, RewardStock
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import earn, signed_in
from tests.miniprogram_api.test_paid_rewards import points
from tests.miniprogram_api.test_payments import NOTICES, notice
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


async def seen_by_staff() -> str | None:
    """Return how the cash coupon stands on her timeline."""
    redemption = await Redemption.get()
    happened = await timelines.of(redemption.member_id)
    (told,) = [one.told["pay_coupon"] for one in happened if one.kind == "redemption"]
    assert told is None or all(f"pay_coupon_{told}" in words for words in WORDS.values())
    return str(told) if told else None


async def test_it_is_asked_for_once_and_hers_when_wechat_pay_has_sent_it(
    lin: Phone, connected: Context
) -> None:
    await offer("10000001")
    name = uuid4()
    told = await wish(lin, name)
    assert (await wish(lin, name), told["state"], told["code"]) == (told, "sending", None)
    refused = await lin.ask("DELETE", f"/me/redemptions/{name}")
    assert refused.error["code"] == "coupon_being_sent"
    assert await seen_by_staff() == "waiting"
    assert [await send_coupons(connected, now()) for _ in range(2)] == [1, 0]
    assert (await read(lin, told))["state"] == "handed_over"
    assert (await PayCouponRow.get()).coupon_id
    assert await seen_by_staff() == "usable"
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
        ("10000002", "代金券已发完，已全部退回"),
        ("10000003", "微信支付账户暂不能领取，已全部退回"),
        ("99999999", "微信支付未能发放，已全部退回"),
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


async def sent(lin: Phone, connected: Context) -> Json:
    """Redeem a cash coupon that WeChat Pay has sent; return the redemption."""
    await offer("10000001")
    told = await wish(lin)
    await send_coupons(connected, now())
    return await read(lin, told)


async def uses_it(lin: Phone) -> None:
    coupon_id = (await PayCouponRow.get()).coupon_id
    await lin.play(f"pay-coupons/{coupon_id}/use?wait=1", {})


async def test_one_that_she_used_in_a_payment_is_used_here_the_next_time_it_is_read(
    lin: Phone, connected: Context
) -> None:
    told = await sent(lin, connected)
    assert told["cash_coupon"] == {"state": "usable", "ends_at": None, "used_at": None}
    assert await read_pay_coupons(connected, now()) == 0, "it was sent just now"
    assert await read_pay_coupons(connected, now() + timedelta(hours=2)) == 1
    usable = (await read(lin, told))["cash_coupon"]
    assert (usable["state"], usable["used_at"]) == ("usable", None)
    assert usable["ends_at"] is not None
    await uses_it(lin)
    assert await read_pay_coupons(connected, now() + timedelta(hours=3)) == 0, "once a day"
    assert await read_pay_coupons(connected, now() + timedelta(hours=27)) == 1
    used = (await read(lin, told))["cash_coupon"]
    assert (used["state"], used["used_at"] is not None) == ("used", True)
    assert await read_pay_coupons(connected, now() + timedelta(days=9)) == 0, "it stays used"


async def test_one_that_was_never_used_expires_as_wechat_pay_says(
    lin: Phone, connected: Context
) -> None:
    told = await sent(lin, connected)
    await lin.china_clock(40 * 86_400)
    assert await read_pay_coupons(connected, now() + timedelta(days=40)) == 1
    assert (await read(lin, told))["cash_coupon"]["state"] == "expired"
    assert await read_pay_coupons(connected, now() + timedelta(days=50)) == 0


@pytest.mark.parametrize("fault", [{"status": 500, "times": 3}, {"truncate_body": True}])
async def test_where_wechat_pay_does_not_tell_it_is_asked_again_a_day_later(
    lin: Phone, connected: Context, fault: Json
) -> None:
    told = await sent(lin, connected)
    await uses_it(lin)
    coupon_id = (await PayCouponRow.get()).coupon_id
    path = f"{PATH.format(lin.consumer['miniprogram_openid'])}/{coupon_id}"
    await lin.china_faults(endpoints={path: fault})
    assert await read_pay_coupons(connected, now() + timedelta(hours=2)) == 0
    assert (await read(lin, told))["cash_coupon"]["state"] == "usable"
    await lin.china_faults(endpoints={})
    assert await read_pay_coupons(connected, now() + timedelta(hours=27)) == 1
    assert (await read(lin, told))["cash_coupon"]["state"] == "used"


async def test_what_is_told_twice_late_or_of_another_batch_changes_nothing(
    lin: Phone, connected: Context
) -> None:
    told = await sent(lin, connected)
    row = await PayCouponRow.get()
    assert row.coupon_id
    used = CouponFate(row.stock_id, row.coupon_id, PayCouponState.USED, None, now())
    late = CouponFate(row.stock_id, row.coupon_id, PayCouponState.EXPIRED)
    strange = CouponFate("10000002", row.coupon_id, PayCouponState.USED, None, now())
    assert [await tell_coupons([one]) for one in (strange, used, used, late)] == [0, 1, 0, 0]
    assert (await read(lin, told))["cash_coupon"]["state"] == "used"


async def test_a_notice_tells_of_the_use_at_once_however_often_it_comes(
    lin: Phone, connected: Context, server: Caller
) -> None:
    told = await sent(lin, connected)
    coupon_id = (await PayCouponRow.get()).coupon_id
    content = await lin.play(f"pay-coupons/{coupon_id}/use", {})
    for broken in ({**content, "status": "LOCKED"}, {"coupon_id": coupon_id}):
        headers, body = notice(broken, "COUPON.USE")
        assert (await server.send(NOTICES, body, headers=headers)).http_status == 400
    for of_another in (content | {"coupon_id": "1"}, content, content):
        headers, body = notice(of_another, "COUPON.USE")
        assert (await server.send(NOTICES, body, headers=headers)).http_status == 204
    assert (await read(lin, told))["cash_coupon"]["state"] == "used"
    assert await read_pay_coupons(connected, now() + timedelta(days=2)) == 0
