"""Milestones while others act, when a worker dies, and in ten sequences."""

import asyncio
import random
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from loyalty import coupons, ledger, purchases, standing
from loyalty.ledger import verify
from loyalty.milestones.nth_purchase import NthPurchase
from models import Coupon, CouponState, MilestoneReached, PurchaseState
from tests.cast import LIN, line, noon, order
from tests.loyalty.crossings.scene import (
    SPENT,
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
