"""Handed over once, cancelled once, expired once; what goes back goes back whole."""

import asyncio
from collections import Counter
from datetime import datetime
from uuid import uuid4

import pytest

from loyalty import ledger, redemptions
from loyalty.calendar import days_good
from loyalty.codes import grouped
from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.redemptions import Redeemed
from models import RewardStock, StaffMember, db
from tests.cast import DAY, JUNE_1
from tests.loyalty.conftest import joined
from tests.loyalty.ledger.scene import earned, remainders
from tests.loyalty.redemptions.test_redeeming import available, redeemed, rich

AT = JUNE_1 + DAY


async def chen() -> int:
    """Chen hands gifts over."""
    member = await StaffMember.create(
        account="chen", name="陈晨", role="guide", language="zh", created_at=AT
    )
    return int(member.id)


async def bag(member_id: int, at: datetime = AT) -> Redeemed:
    return await redemptions.redeem(member_id, uuid4(), slot="reward:tote", at=at)


async def handed_over(code: str | None, *, by: int = 1, at: datetime = AT) -> str:
    try:
        return (await redemptions.hand_over(code or "", staff_member_id=by, at=at)).state.value
    except LoyaltyError as refused:
        return refused.code


async def cancelled(member_id: int, one: Redeemed, at: datetime = AT) -> str:
    try:
        return (await redemptions.cancel(member_id, one.uuid, at=at)).state.value
    except LoyaltyError as refused:
        return refused.code


async def test_handed_over_once_and_the_second_is_told_who_and_when(lin: int) -> None:
    await rich(lin)
    one = await bag(lin)
    by = await chen()
    assert one.code
    done = await redemptions.hand_over(one.code, staff_member_id=by, at=AT)
    assert (done.state.value, done.name.zh, done.handed_over_by) == (
        "handed_over",
        "帆布袋",
        "陈晨",
    )
    with pytest.raises(Refused) as refused:
        await redemptions.hand_over(one.code, staff_member_id=by, at=AT + DAY)
    assert refused.value.code == "already_handed_over"
    assert refused.value.figures == {"by": "陈晨", "handed_over_at": AT}


async def test_64_scans_at_once_hand_over_once(lin: int) -> None:
    await rich(lin)
    one = await bag(lin)
    told = Counter(await asyncio.gather(*(handed_over(one.code) for _ in range(64))))
    assert told == {"handed_over": 1, "already_handed_over": 63}


@pytest.mark.parametrize("dress", ["{}", " {} ", "{0[0]} {0[1]} {0[2]}", "{0[0]}-{0[1]}－{0[2]}\n"])
async def test_a_code_is_typed_as_people_type(lin: int, dress: str) -> None:
    await rich(lin)
    one = await bag(lin)
    assert one.code
    groups = grouped(one.code).split()
    told = dress.format(groups if "[" in dress else one.code)
    full_width = told.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    assert await handed_over(told) == "handed_over"
    assert await handed_over(full_width) == "already_handed_over"


NO_CODES = ("", " ", "0", "1" * 11, "1" * 13, "abcdefghijkl", "½" * 12, "%", "\u0661" * 12)


@pytest.mark.parametrize("told", [*NO_CODES, "1" * 100_000, "\x00" * 12, "\ud800"])
async def test_what_is_no_code_is_none(lin: int, told: str) -> None:
    assert await handed_over(told) == "no_such_redemption_code"


async def test_a_coupon_has_nothing_to_hand_over(lin: int) -> None:
    await rich(lin)
    assert await redeemed(lin, "reward:ten_off") == "handed_over"
    assert await handed_over("None") == "no_such_redemption_code"
    (row,) = await db.fetch("SELECT code FROM coupon")
    assert await handed_over(row["code"]) == "no_such_redemption_code"


async def test_cancelled_points_go_back_to_their_lots_with_their_old_expiry(lin: int) -> None:
    await earned(lin, 150, key="soon", at=JUNE_1, expires_at=AT + DAY)
    await earned(lin, 100, key="late", at=JUNE_1, expires_at=AT + 300 * DAY)
    one = await bag(lin)
    assert await remainders(lin) == [0, 50]
    assert await cancelled(lin, one, at=AT + 7 * DAY) == "cancelled"
    assert await remainders(lin) == [150, 100]
    assert await available(lin, AT + 7 * DAY) == 100, "those that are due by now are gone"
    assert (await RewardStock.get(slot="reward:tote")).taken == 0


async def test_ten_cancellations_at_once_give_back_once(lin: int) -> None:
    await rich(lin)
    one = await bag(lin)
    told = await asyncio.gather(*(cancelled(lin, one) for _ in range(10)))
    assert told == ["cancelled"] * 10
    assert await available(lin) == 1000
    assert (await RewardStock.get(slot="reward:tote")).taken == 0


async def test_cancelled_frees_her_limit_and_keeps_its_name(lin: int) -> None:
    await rich(lin)
    one = await bag(lin)
    assert await redeemed(lin) == "reward_limit_reached"
    await cancelled(lin, one)
    assert await redeemed(lin) == "issued"
    assert await redeemed(lin, "reward:tote", one.uuid) == "cancelled", "as it stands"


async def test_what_is_handed_over_is_not_cancelled_nor_the_other_way_round(lin: int) -> None:
    await rich(lin)
    one = await bag(lin)
    await handed_over(one.code)
    assert await cancelled(lin, one) == "redemption_over"
    other = await redemptions.redeem(lin, uuid4(), slot="reward:mug", at=AT)
    await cancelled(lin, other)
    assert await handed_over(other.code) == "redemption_cancelled"
    coupon = await redemptions.redeem(lin, uuid4(), slot="reward:ten_off", at=AT)
    assert await cancelled(lin, coupon) == "redemption_over"
    assert await available(lin) == 1000 - 200 - 150


async def test_handed_over_and_cancelled_in_the_same_moment_it_ends_one_way(
    catalogue: None,
) -> None:
    for member_id in await joined(10):
        await rich(member_id)
        one = await redemptions.redeem(member_id, uuid4(), slot="reward:mug", at=AT)
        told = await asyncio.gather(handed_over(one.code), cancelled(member_id, one))
        assert told in (["handed_over", "redemption_over"], ["redemption_cancelled", "cancelled"])
        assert await available(member_id) == (900 if told[0] == "handed_over" else 1000)


async def test_not_fetched_in_time_it_is_not_handed_over_even_before_the_sweep(lin: int) -> None:
    await rich(lin)
    one = await bag(lin)
    assert one.expires_at == days_good(AT, 30)
    assert await handed_over(one.code, at=one.expires_at) == "redemption_expired"
    told = await redemptions.find(one.uuid, member_id=lin, at=one.expires_at)
    assert told.state.value == "expired"
    assert await redemptions.expire(at=one.expires_at, limit=10) == 1
    assert await handed_over(one.code, at=one.expires_at) == "redemption_expired"
    assert await cancelled(lin, one, at=one.expires_at) == "redemption_over"
    assert await available(lin, one.expires_at) == 1000


async def test_a_member_may_cancel_until_the_sweep_came_by(lin: int) -> None:
    await rich(lin)
    one = await bag(lin)
    assert await cancelled(lin, one, at=one.expires_at) == "cancelled"
    assert await redemptions.expire(at=one.expires_at, limit=10) == 0
    assert await available(lin) == 1000


async def test_the_sweep_gives_each_back_once_however_many_run(catalogue: None) -> None:
    member_ids = [await rich(one) for one in await joined(20)]
    for member_id in member_ids:
        for slot in ("reward:mug", "reward:wish", "reward:ten_off"):
            await redeemed(member_id, slot)
    late = AT + 40 * DAY
    told = await asyncio.gather(*(redemptions.expire(at=late, limit=7) for _ in range(12)))
    while more := await redemptions.expire(at=late, limit=7):
        told.append(more)
    assert max(told) <= 7
    assert sum(told) == 20 + 3, "coupons are not fetched"
    assert {await available(one) for one in member_ids} == {850}
    stock = {one.slot: one.taken for one in await RewardStock.all()}
    assert stock == {"reward:mug": 0, "reward:ten_off": 20, "reward:wish": 0}


async def test_sweep_cancellations_and_scans_at_once_end_each_one_way(catalogue: None) -> None:
    member_ids = [await rich(one) for one in await joined(12)]
    ones = [await redemptions.redeem(m, uuid4(), slot="reward:mug", at=AT) for m in member_ids]
    end = ones[0].expires_at
    told = await asyncio.gather(
        *(cancelled(one.member_id, one, at=end) for one in ones),
        *(handed_over(one.code, at=end - DAY) for one in ones),
        *(redemptions.expire(at=end, limit=5) for _ in range(6)),
    )
    scanned = sum(one == "handed_over" for one in told)
    assert sum([await available(one, end) for one in member_ids]) == 12 * 1000 - 100 * scanned
    states = Counter(row["state"] for row in await db.fetch("SELECT state FROM redemption"))
    assert (states["issued"], states["handed_over"]) == (
        (12 - states["cancelled"] - states["expired"] - scanned, scanned)
    )


async def test_points_lost_to_their_expiry_stay_lost_when_they_come_back(lin: int) -> None:
    await earned(lin, 200, key="soon", at=JUNE_1, expires_at=AT + DAY)
    one = await bag(lin)
    await redemptions.expire(at=one.expires_at, limit=10)
    assert await available(lin, one.expires_at) == 0
    swept = ledger.Expire(member_id=lin, key="x", at=one.expires_at)
    assert (await ledger.record_one(swept)).available == -200


async def test_nobody_cancels_anothers(lin: int, wang: int) -> None:
    await rich(lin)
    one = await bag(lin)
    with pytest.raises(NotFound, match="no_such_redemption"):
        await redemptions.cancel(wang, one.uuid, at=AT)
    assert await handed_over(one.code) == "handed_over"
