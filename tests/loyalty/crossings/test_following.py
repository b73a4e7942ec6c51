"""A milestone gives once, whatever comes first or twice, and is undone while it is unused."""

import asyncio
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from loyalty import coupons, crossings, customers, ledger, programme, purchases, standing
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.ledger import Spend, verify
from loyalty.ledger.movements import OnShortfall
from loyalty.milestones.anniversary import Anniversary
from loyalty.milestones.annual_spend import AnnualSpend
from loyalty.milestones.birthday import Birthday
from loyalty.milestones.nth_purchase import NthPurchase
from loyalty.milestones.profile import Profile
from loyalty.policies.points import PointsPolicy
from loyalty.policies.tiers import Measure, Tier, Tiers
from models import Coupon, Member, MilestoneReached, Standing, db
from tests.cast import LIN, line, noon, order
from tests.loyalty.crossings.scene import (
    SPENT,
    THIRD,
    available,
    coupon_states,
    let_hold,
    points_of,
    publish,
)
from tests.loyalty.play_scene import buys, derived, member

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()


async def test_the_third_order_in_six_months_gives_a_coupon_once_with_its_reason() -> None:
    for number in range(1, 6):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
        assert len(await coupon_states()) == (1 if number >= 3 else 0)
    (held,) = await coupons.of(await member(), at=noon(2026, 3, 5))
    assert (held.reason.zh, held.reason.en) == (THIRD.name_zh, THIRD.name_en)
    reached = await MilestoneReached.get()
    assert (reached.reached_at, reached.times) == (noon(2026, 3, 3), 1)


async def test_orders_told_together_and_in_any_sequence_fire_once() -> None:
    told = [
        order(str(number), line(100_00), paid_at=noon(2026, 3, number)) for number in range(1, 6)
    ]
    await purchases.record(told[3:], at=noon(2026, 3, 6))
    await asyncio.gather(*(purchases.record([one], at=noon(2026, 3, 6)) for one in told[:3]))
    await asyncio.gather(*(derived(at=noon(2026, 3, 6)) for _ in range(4)))
    assert await coupon_states() == ["issued"]
    await standing.changed([await member()])
    await derived(at=noon(2026, 3, 7))
    assert await coupon_states() == ["issued"]


async def test_an_order_given_back_voids_the_coupon_and_the_next_gives_another() -> None:
    for number in (1, 2, 3):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
    await buys("2", 100, paid_at=noon(2026, 3, 2), refunded_yuan=100, at=noon(2026, 3, 5))
    assert await coupon_states() == ["void"]
    assert (await MilestoneReached.get()).undone_at == noon(2026, 3, 5)
    await buys("4", 100, paid_at=noon(2026, 3, 6))
    assert await coupon_states() == ["void", "issued"]
    reached = await MilestoneReached.get()
    assert (reached.times, reached.undone_at) == (2, None)


async def test_another_order_that_reaches_it_too_keeps_the_coupon() -> None:
    for number in (1, 2, 3, 4):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
    await buys("3", 100, paid_at=noon(2026, 3, 3), refunded_yuan=100, at=noon(2026, 3, 5))
    assert await coupon_states() == ["issued"]


async def test_the_parts_of_an_order_that_was_split_up_count_as_one() -> None:
    await let_hold("three", NthPurchase(n=3, reward_points=50))
    three = (Tier("basic", "普", "Basic", 0), Tier("silver", "银", "Silver", 3))
    await programme.publish(
        "tiers",
        Tiers(three, measure=Measure.ORDERS),
        starts_at=programme.BEGINNING,
        by="test",
        at=noon(2026, 1, 2),
    )
    parts = [
        replace(
            order(f"whole-{one}", line(100_00), paid_at=noon(2026, 3, 1)),
            parent_numbers=("whole",),
        )
        for one in range(3)
    ]
    await purchases.record(parts, at=noon(2026, 3, 1))
    await derived(at=noon(2026, 3, 1))
    reached = (await Standing.get(member_id=await member())).reached
    assert (reached, await points_of("milestone:three"), await coupon_states()) == (1, 0, [])
    for number in (2, 3):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
    reached = (await Standing.get(member_id=await member())).reached
    assert (reached, await points_of("milestone:three")) == (3, 50)
    assert await coupon_states() == ["issued"]


async def test_a_part_given_back_keeps_the_order() -> None:
    for number in (1, 2, 3):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
    await buys("2", 100, paid_at=noon(2026, 3, 2), refunded_yuan=99, at=noon(2026, 3, 5))
    assert await coupon_states() == ["issued"]


async def test_a_coupon_that_is_used_stays_used_and_no_other_comes() -> None:
    for number in (1, 2, 3):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
    held = await Coupon.get()
    await coupons.lock(held.uuid, member_id=await member(), order_id=7, at=noon(2026, 3, 4))
    await coupons.use([7], at=noon(2026, 3, 4))
    await buys("2", 100, paid_at=noon(2026, 3, 2), refunded_yuan=100, at=noon(2026, 3, 5))
    assert await coupon_states() == ["used"]
    await buys("4", 100, paid_at=noon(2026, 3, 6))
    assert await coupon_states() == ["used"], "she had it"


async def test_a_coupon_in_an_unpaid_order_is_taken_when_it_comes_back() -> None:
    for number in (1, 2, 3):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
    held = await Coupon.get()
    await coupons.lock(held.uuid, member_id=await member(), order_id=7, at=noon(2026, 3, 4))
    await buys("2", 100, paid_at=noon(2026, 3, 2), refunded_yuan=100, at=noon(2026, 3, 5))
    assert await coupon_states() == ["locked"]
    await coupons.give_back([7], at=noon(2026, 3, 6))
    await standing.changed([await member()])
    await derived(at=noon(2026, 3, 6))
    assert await coupon_states() == ["void"]


async def test_points_are_taken_back_and_come_again() -> None:
    await let_hold("spent", SPENT)
    await buys("1", 2000, paid_at=noon(2026, 3, 1))
    assert await points_of("milestone:spent") == 500
    await buys("1", 2000, paid_at=noon(2026, 3, 1), refunded_yuan=1, at=noon(2026, 3, 2))
    assert await points_of("milestone:spent") == 0
    await buys("2", 1, paid_at=noon(2026, 3, 3))
    assert await points_of("milestone:spent") == 500
    assert await verify() == []


@pytest.mark.parametrize("policy", [OnShortfall.DEBT, OnShortfall.CLAMP])
async def test_spent_points_are_never_given_twice(policy: OnShortfall) -> None:
    """Buy, spend what the milestone gave, give back, buy again, in a loop."""
    await programme.publish(
        "points",
        PointsPolicy(on_shortfall=policy),
        starts_at=programme.BEGINNING,
        by="test",
        at=noon(2026, 1, 2),
    )
    await let_hold("spent", SPENT)
    spent = 0
    for turn in range(4):
        at = noon(2026, 3, 1) + turn * DAY
        await buys(f"o{turn}", 2000, paid_at=at)
        hers = await available(at)
        if hers:
            await ledger.record_one(
                Spend(member_id=await member(), key=f"s{turn}", at=at, points=hers)
            )
        spent += hers
        await buys(f"o{turn}", 2000, paid_at=at, refunded_yuan=2000, at=at)
    assert spent == 500
    assert await verify() == []


async def test_where_the_rule_keeps_it_nothing_is_undone() -> None:
    await let_hold("spent", AnnualSpend(reward_points=500, on_refund="keep"))
    await buys("1", 2000, paid_at=noon(2026, 3, 1))
    await buys("1", 2000, paid_at=noon(2026, 3, 1), refunded_yuan=2000, at=noon(2026, 3, 2))
    assert await points_of("milestone:spent") == 500


async def test_what_was_reached_before_the_rule_or_is_told_too_late_gives_nothing() -> None:
    await let_hold("first", NthPurchase(n=1, reward_points=50), at=noon(2026, 3, 10))
    await buys("1", 100, paid_at=noon(2026, 3, 9), at=noon(2026, 3, 11))
    assert await points_of("milestone:first") == 0, "before the rule"
    await buys("2", 100, paid_at=noon(2026, 3, 12), buyer=LIN, at=noon(2026, 4, 12))
    assert await points_of("milestone:first") == 0, "31 days late"


async def test_an_order_of_the_last_minute_counts_though_the_rule_has_ended() -> None:
    ends_at = noon(2026, 3, 10)
    await programme.publish(
        "milestone:first",
        NthPurchase(n=1, reward_points=50),
        starts_at=noon(2026, 3, 1),
        ends_at=ends_at,
        by="test",
        at=noon(2026, 3, 1),
    )
    await buys("1", 100, paid_at=ends_at - timedelta(seconds=1), at=ends_at + DAY)
    await buys("2", 100, paid_at=ends_at, buyer=LIN, at=ends_at + DAY)
    assert await points_of("milestone:first") == 50
    assert (await MilestoneReached.get()).member_id == await member()


async def test_a_changed_rule_neither_takes_nor_gives_again_what_the_old_one_gave() -> None:
    for number in (1, 2, 3):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
    harder = NthPurchase(n=5, reward_coupon_slot="coupon:ten_off")
    await let_hold("third", harder, at=noon(2026, 3, 4))
    for number in (4, 5, 6):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
    assert await coupon_states() == ["issued"]


async def test_a_condition_keeps_it_for_those_it_is_meant_for() -> None:
    gold = Conditions([TierAtLeast(rank=2)])
    await let_hold("gold", NthPurchase(n=1, reward_points=50, conditions=gold))
    await buys("1", 2000, paid_at=noon(2026, 3, 1))
    await buys("2", 100, paid_at=noon(2026, 3, 1), buyer=LIN)
    (reached,) = await MilestoneReached.filter(slot="milestone:gold")
    assert reached.member_id == await member()


async def test_a_coupon_batch_that_is_not_in_force_holds_nothing_else_up() -> None:
    await let_hold("none", NthPurchase(n=1, reward_coupon_slot="coupon:none"))
    await let_hold("first", NthPurchase(n=1, reward_points=50))
    await buys("1", 100, paid_at=noon(2026, 3, 1))
    assert [one.slot for one in await MilestoneReached.all()] == ["milestone:first"]


async def test_an_anniversary_comes_once_though_the_job_runs_twice_or_was_away() -> None:
    her = await member()
    await Member.filter(id=her).update(joined_at=noon(2025, 3, 10))
    await let_hold("year", Anniversary(reward_points=88))
    assert await crossings.due(at=noon(2026, 3, 9)) == 0
    for day in (13, 13, 14):  # three days late
        await crossings.due(at=noon(2026, 3, day))
        await derived(at=noon(2026, 3, day))
    assert await points_of("milestone:year") == 88
    assert await crossings.due(at=noon(2026, 3, 20)) == 0, "she has it"
    assert await crossings.due(at=noon(2027, 3, 10)) == 1, "the next"


async def test_a_birthday_comes_once_a_year_whatever_she_changes_and_stays() -> None:
    her = await member()
    await let_hold("birthday", Birthday(reward_points=100))

    async def tells(birthday: str | None, at: datetime) -> None:
        await customers.tell_profile(her, called="", birthday=birthday, at=at)
        await derived(at=at)

    await tells("03-10", noon(2026, 3, 10))
    assert await crossings.due(at=noon(2026, 3, 11)) == 0
    assert await points_of("milestone:birthday") == 0, "told on the day"
    for day in (10, 10, 12):  # the job runs twice, or was away
        await crossings.due(at=noon(2027, 3, day))
        await derived(at=noon(2027, 3, day))
    assert await points_of("milestone:birthday") == 100
    await tells("04-01", noon(2027, 3, 20))
    await crossings.due(at=noon(2027, 4, 2))
    await derived(at=noon(2027, 4, 2))
    assert await points_of("milestone:birthday") == 100, "one a year, and the one stays"
    await tells(None, noon(2027, 5, 1))
    assert await points_of("milestone:birthday") == 100
    assert await verify() == []


async def test_a_leap_day_comes_on_the_28th() -> None:
    her = await member()
    await let_hold("birthday", Birthday(reward_points=100))
    await customers.tell_profile(her, called="", birthday="02-29", at=noon(2026, 3, 1))
    await derived(at=noon(2026, 3, 1))
    assert await crossings.due(at=noon(2027, 2, 27)) == 0
    assert await crossings.due(at=noon(2027, 2, 28)) == 1
    await derived(at=noon(2027, 2, 28))
    assert await points_of("milestone:birthday") == 100


async def test_a_told_profile_earns_once_and_never_again() -> None:
    her = await member()
    await let_hold("profile", Profile(reward_points=20))
    for year, called, birthday, points in (
        (2026, "小王", None, 0),
        (2026, "小王", "05-01", 20),
        (2026, "", None, 20),
        (2027, "王", "05-01", 20),
    ):
        at = noon(year, 3, 1)
        await customers.tell_profile(her, called=called, birthday=birthday, at=at)
        await derived(at=at)
        assert await points_of("milestone:profile") == points
    (reached,) = await MilestoneReached.all()
    assert (reached.name, reached.points, reached.undone_at) == ("1", 20, None)


async def test_what_was_told_before_the_rule_counts_once_the_job_has_looked() -> None:
    her = await member()
    told_at, at = noon(2025, 1, 1), noon(2026, 3, 1)
    await customers.tell_profile(her, called="王", birthday="05-01", at=told_at)
    await derived(at=told_at)
    await let_hold("profile", Profile(reward_points=20), at=at)
    for found in (1, 0):
        assert await crossings.due(at=at) == found
        await derived(at=at)
        assert await points_of("milestone:profile") == 20
    await let_hold("phone", Profile(reward_points=9, asks_phone=True), at=at)
    assert await crossings.due(at=at) == 0
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at)"
        " VALUES ($1, 'mobile', '', 'digest', $2)",
        her,
        told_at,
    )
    assert await crossings.due(at=at) == 1, "a shop knew it long ago"
    await derived(at=at)
    assert await points_of("milestone:phone") == 9


async def test_two_who_are_one_told_once() -> None:
    her, other = await member(), await member(LIN)
    await let_hold("profile", Profile(reward_points=20))
    at = noon(2026, 3, 1)
    for one in (her, other):
        await customers.tell_profile(one, called="王", birthday="05-01", at=at)
    await derived(at=at)
    assert await points_of("milestone:profile") == 40
    await customers.merge(her, other, evidence="t", by="t", at=at)
    await derived(at=at)
    assert await points_of("milestone:profile") == 40, "given while they were two"
    await customers.tell_profile(her, called="小王", birthday="05-01", at=at)
    await derived(at=at)
    assert await points_of("milestone:profile") == 40


async def test_a_first_purchase_given_back_moves_the_day() -> None:
    await let_hold("year", Anniversary(since="first_purchase", reward_points=88))
    await buys("1", 10, paid_at=noon(2025, 3, 10))
    await buys("2", 10, paid_at=noon(2025, 3, 20))
    assert await crossings.due(at=noon(2026, 3, 10)) == 1
    await derived(at=noon(2026, 3, 10))
    assert await points_of("milestone:year") == 88
    await buys("1", 10, paid_at=noon(2025, 3, 10), refunded_yuan=10, at=noon(2026, 3, 11))
    assert await points_of("milestone:year") == 0
    await crossings.due(at=noon(2026, 3, 20))
    await derived(at=noon(2026, 3, 20))
    assert await points_of("milestone:year") == 88


async def test_without_milestones_deriving_asks_nothing_for_them() -> None:
    await db.fetch("DELETE FROM rule_version WHERE slot LIKE 'milestone:%'")
    await buys("1", 100, paid_at=noon(2026, 3, 1))
    assert await MilestoneReached.all().count() == 0
