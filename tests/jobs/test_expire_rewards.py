"""Coupons and redemptions whose time is over end once, at their midnight."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from jobs.expire_coupons import expire_coupons
from jobs.expire_redemptions import expire_redemptions
from loyalty import coupons, ledger, programme, redemptions
from loyalty.calendar import days_good
from loyalty.coupons import Issue, Reason
from loyalty.discounts.percent import Percent
from loyalty.rewards.gift import Gift
from tests.cast import JUNE_1
from tests.jobs.lots import members
from web.context import Context

pytestmark = pytest.mark.usefixtures("database")

MIDNIGHT = days_good(JUNE_1, 30)
BEFORE = MIDNIGHT - timedelta(microseconds=1)


async def publish(slot: str, rule: Gift | Percent) -> None:
    await programme.publish(slot, rule, starts_at=JUNE_1, by="test", at=JUNE_1)


async def test_coupons_expire_at_their_midnight_page_by_page(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.expire_coupons.PAGE", 4)
    await publish("coupon:vip", Percent(valid_days=30))
    wanted = [
        Issue(f"c:{member}", member, "coupon:vip", Reason(zh="谢谢", en="Thanks"))
        for member in await members(10, at=JUNE_1)
    ]
    await coupons.issue(wanted, at=JUNE_1)
    assert await expire_coupons(context, BEFORE) == 0
    assert await expire_coupons(context, MIDNIGHT) == 10
    assert await expire_coupons(context, MIDNIGHT) == 0


async def test_unfetched_gifts_give_their_points_back_once_however_often_the_job_runs(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.expire_redemptions.PAGE", 3)
    await publish("reward:tote", Gift(points=10, stock=10, days_to_fetch=30))
    member_ids = await members(10, at=JUNE_1)
    for member_id in member_ids:
        await ledger.record_one(
            ledger.Earn(
                member_id=member_id, key=f"e{member_id}", at=JUNE_1, points=15, settles_at=JUNE_1
            )
        )
        await redemptions.redeem(member_id, uuid4(), slot="reward:tote", at=JUNE_1)
    assert await expire_redemptions(context, BEFORE) == 0
    told = await asyncio.gather(*(expire_redemptions(context, MIDNIGHT) for _ in range(4)))
    assert sum(told) == 10
    balances = await ledger.balances(member_ids, at=MIDNIGHT)
    assert {one.available for one in balances.values()} == {15}
    assert await ledger.verify() == []
