"""Milestones of two who turn out to be one, or not to be."""

from datetime import timedelta

import pytest

from loyalty import customers, ledger
from loyalty.ledger import verify
from models import MilestoneReached
from tests.cast import LIN, noon
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
