"""A milestone gives once, whatever comes first or twice, and is undone while it is unused."""

import asyncio
import random
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from loyalty import coupons, crossings, customers, ledger, programme, purchases, standing
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.ledger import Spend, verify
from loyalty.ledger.movements import OnShortfall
from loyalty.milestones.anniversary import Anniversary
from loyalty.milestones.annual_spend import AnnualSpend
from loyalty.milestones.nth_purchase import NthPurchase
from loyalty.policies.points import PointsPolicy
from loyalty.policies.tiers import Measure, Tier, Tiers
from models import Coupon, CouponState, Member, MilestoneReached, PurchaseState, Standing, db
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


async def test_merged_they_reach_it_together_and_parted_it_is_undone() -> None:
    wang, lin = await member(), await member(LIN)
    for number in (1, 2):
        await buys(f"w{number}", 100, paid_at=noon(2026, 3, number))
        await buys(f"l{number}", 100, paid_at=noon(2026, 3, number), buyer=LIN)
    merge = await customers.merge(wang, lin, evidence="e", by="test", at=noon(2026, 3, 3))
    await derived(at=noon(2026, 3, 3))
    assert await coupon_states(wang) == ["issued"]
    await customers.unmerge(merge, by="test", at=noon(2026, 3, 4))
    await derived(at=noon(2026, 3, 4))
    assert await coupon_states(wang) == ["void"]
    assert await coupon_states(lin) == []


async def test_what_both_had_before_a_merge_both_keep_and_no_third_comes() -> None:
    await let_hold("spent", SPENT)
    wang, lin = await member(), await member(LIN)
    await buys("w", 2000, paid_at=noon(2026, 3, 1))
    await buys("l", 2000, paid_at=noon(2026, 3, 1), buyer=LIN)
    merge = await customers.merge(wang, lin, evidence="e", by="test", at=noon(2026, 3, 3))
    await derived(at=noon(2026, 3, 3))
    assert await points_of("milestone:spent") == 1000
    # Neither reaches it alone any more: both rewards go, of whichever account.
    await buys("w", 2000, paid_at=noon(2026, 3, 1), refunded_yuan=1500, at=noon(2026, 3, 4))
    assert await points_of("milestone:spent") == 1000, "2,500 together"
    await buys("l", 2000, paid_at=noon(2026, 3, 1), buyer=LIN, refunded_yuan=1500)
    assert (await ledger.balances([wang], at=noon(2026, 3, 4)))[wang].available == 0
    assert await verify() == []
    await customers.unmerge(merge, by="test", at=noon(2026, 3, 5))
    await derived(at=noon(2026, 3, 5))
    assert await verify() == []


async def test_parted_each_answers_for_her_own_again() -> None:
    await let_hold("spent", SPENT)
    wang, lin = await member(), await member(LIN)
    await buys("w", 2000, paid_at=noon(2026, 3, 1))
    await buys("l", 2000, paid_at=noon(2026, 3, 1), buyer=LIN)
    merge = await customers.merge(wang, lin, evidence="e", by="test", at=noon(2026, 3, 3))
    await derived(at=noon(2026, 3, 3))
    await customers.unmerge(merge, by="test", at=noon(2026, 3, 4))
    await derived(at=noon(2026, 3, 4))
    await buys("l", 2000, paid_at=noon(2026, 3, 1), buyer=LIN, refunded_yuan=2000)
    held = await ledger.balances([wang, lin], at=noon(2026, 3, 5))
    assert (held[wang].available, held[lin].available, held[lin].debt) == (500, 0, 0)
    assert await verify() == []


async def test_what_was_undone_while_they_were_one_comes_again_when_they_part() -> None:
    await let_hold("spent", SPENT)
    wang, lin = await member(), await member(LIN)
    await buys("l", 2000, paid_at=noon(2026, 3, 1), buyer=LIN)
    merge = await customers.merge(wang, lin, evidence="e", by="test", at=noon(2026, 3, 3))
    await derived(at=noon(2026, 3, 3))
    await buys("l", 2000, paid_at=noon(2026, 3, 1), buyer=LIN, refunded_yuan=1, at=noon(2026, 3, 4))
    assert await points_of("milestone:spent") == 0
    await buys("l2", 1, paid_at=noon(2026, 3, 5), buyer=LIN)
    assert await points_of("milestone:spent") == 500
    await customers.unmerge(merge, by="test", at=noon(2026, 3, 6))
    await derived(at=noon(2026, 3, 6))
    (one,) = await MilestoneReached.filter(slot="milestone:spent", undone_at=None)
    assert one.member_id == lin, "what she bought goes with her, and so does what it reached"
    assert await verify() == []


async def test_a_coupon_that_a_checkout_took_after_it_was_read_waits_for_that_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in (1, 2, 3):
        await buys(str(number), 100, paid_at=noon(2026, 3, number))
    held = await Coupon.get()
    void = coupons.void

    async def late(ids: list[int], *, at: datetime) -> list[int]:
        await coupons.lock(held.uuid, member_id=held.member_id, order_id=7, at=at)
        return await void(ids, at=at)

    monkeypatch.setattr(coupons, "void", late)
    await buys("2", 100, paid_at=noon(2026, 3, 2), refunded_yuan=100, at=noon(2026, 3, 5))
    assert (await MilestoneReached.get()).undone_at is None
    monkeypatch.undo()
    await coupons.give_back([7], at=noon(2026, 3, 6))
    await standing.changed([held.member_id])
    await derived(at=noon(2026, 3, 6))
    assert await coupon_states() == ["void"]


async def test_a_checkout_and_a_refund_at_once_never_both_have_the_coupon() -> None:
    for turn in range(6):
        who = type(LIN)(LIN.kind, LIN.scope, f"buyer{turn}")
        for number in (1, 2, 3):
            await buys(f"{turn}-{number}", 100, paid_at=noon(2026, 3, number), buyer=who)
        her = await member(who)
        held = await Coupon.get(member_id=her)
        given_back = order(
            f"{turn}-2",
            line(100_00, refunded_fen=100_00),
            buyer=(who,),
            paid_at=noon(2026, 3, 2),
            state=PurchaseState.REFUNDED,
        )
        await purchases.record([given_back], at=noon(2026, 3, 5))
        await asyncio.gather(
            coupons.lock(held.uuid, member_id=her, order_id=turn + 1, at=noon(2026, 3, 5)),
            derived(at=noon(2026, 3, 5)),
            return_exceptions=True,
        )
        undone_at = (await MilestoneReached.get(member_id=her)).undone_at
        assert ((await Coupon.get(id=held.id)).state, undone_at is None) in (
            (CouponState.LOCKED, True),
            (CouponState.VOID, False),
        )


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


async def test_killed_half_way_nothing_is_given_and_the_next_gives_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await let_hold("spent", SPENT)
    await purchases.record(
        [order(str(one), line(700_00), paid_at=noon(2026, 3, one)) for one in (1, 2, 3)],
        at=noon(2026, 3, 4),
    )
    with monkeypatch.context() as patched:

        async def dies(*_: object, **__: object) -> None:
            raise RuntimeError("killed")

        patched.setattr("loyalty.standing.deriving.score", dies)
        with pytest.raises(RuntimeError):
            await standing.derive(at=noon(2026, 3, 4))
    assert await Coupon.all().count() == await MilestoneReached.all().count() == 0
    await derived(at=noon(2026, 3, 4))
    assert await coupon_states() == ["issued"]
    assert await points_of("milestone:spent") == 500


async def test_without_milestones_deriving_asks_nothing_for_them() -> None:
    await db.fetch("DELETE FROM rule_version WHERE slot LIKE 'milestone:%'")
    await buys("1", 100, paid_at=noon(2026, 3, 1))
    assert await MilestoneReached.all().count() == 0


def story(seed: int, buyer: str) -> list[list[object]]:
    """Return six orders, each with what was told of it, in turn; some are given back."""
    who = (type(LIN)(LIN.kind, LIN.scope, buyer),)
    chance = random.Random(seed)
    told: list[list[object]] = []
    for number in range(6):
        on, fen = noon(2026, 3, 1 + 3 * number), 600_00
        back = chance.choice((0, 0, fen))
        states = [PurchaseState.PAID, PurchaseState.REFUNDED if back else PurchaseState.COMPLETED]
        told.append(
            [
                order(
                    f"{buyer}-{number}",
                    line(fen, refunded_fen=amount),
                    buyer=who,
                    paid_at=on,
                    state=state,
                    completed_at=None if state is PurchaseState.REFUNDED else on,
                    updated_at=on + turn * DAY,
                )
                for turn, (amount, state) in enumerate(zip((0, back), states, strict=True))
            ]
        )
    return told


@pytest.mark.parametrize("seed", range(3))
async def test_ten_sequences_of_the_same_orders_end_alike(seed: int) -> None:
    await let_hold("spent", SPENT)
    await let_hold("every_two", NthPurchase(n=2, repeats=True, reward_points=20))
    ends, at = set(), noon(2026, 3, 25)
    for turn in range(10):
        buyer, chance = f"b{turn}-{uuid4().hex[:6]}", random.Random(turn)
        waiting = story(seed, buyer)
        while any(waiting):
            one = chance.choice([told for told in waiting if told])
            (outcome,) = await purchases.record([one.pop(0)], at=at)  # type: ignore[list-item]
            outcome.unwrap()
            if chance.random() < 0.4:
                await derived(at=at)
        await derived(at=at)
        her = await member(type(LIN)(LIN.kind, LIN.scope, buyer))
        open_coupons = await Coupon.filter(member_id=her, state=CouponState.ISSUED).count()
        reached = await MilestoneReached.filter(member_id=her, undone_at=None)
        hers = (await ledger.balances([her], at=at))[her]
        ends.add(
            (
                open_coupons,
                frozenset((one.slot, one.name, one.points) for one in reached),
                hers.available + hers.pending - hers.debt,
            )
        )
    assert len(ends) == 1
    assert await verify() == []
