"""What is due is gone, swept or not; inactivity takes the points without an expiry of their own."""

from datetime import timedelta

from loyalty.ledger import (
    Adjust,
    Earn,
    Expire,
    Move,
    Settle,
    Spend,
    due_to_expire,
    record_one,
)
from models import Entry, EntryKind
from tests.loyalty.ledger.scene import day, earned, fates, kept, refusal, remainders, totals

MOMENT = timedelta(microseconds=1)


async def test_a_lot_is_spendable_up_to_its_expiry_and_not_from_it_on(lin: int) -> None:
    await earned(lin, 10, key="e", expires_at=day(5))
    assert await fates(
        [
            Spend(member_id=lin, key="before", at=day(5) - MOMENT, points=1),
            Spend(member_id=lin, key="at", at=day(5), points=1),
            Adjust(member_id=lin, key="adjust", at=day(5), points=-1),
            Move(member_id=lin, key="move", at=day(5), to_member_id=lin + 1, points=1),
            Expire(member_id=lin, key="sweep_before", at=day(5) - MOMENT),
        ]
    ) == ["done", "not_enough_points", "not_enough_points", "no_such_member", "nothing_due"]
    assert await totals(lin, at=day(5) - MOMENT) == (9, 0, 0)
    assert await totals(lin, at=day(5)) == (0, 0, 0)
    posted = await record_one(Expire(member_id=lin, key="sweep", at=day(5)))
    assert (posted.kind, posted.available) == (EntryKind.EXPIRE, -9)
    assert (await refusal(Expire(member_id=lin, key="again", at=day(5))))[0] == "nothing_due"


async def test_only_the_due_lots_expire_and_only_what_is_left_of_them(lin: int) -> None:
    await earned(lin, 100, key="a", expires_at=day(10))
    await earned(lin, 50, key="b", expires_at=day(5))
    await record_one(Spend(member_id=lin, key="s", at=day(4), points=70))
    assert await remainders(lin) == [80, 0]
    assert (await refusal(Expire(member_id=lin, key="x5", at=day(6))))[0] == "nothing_due"
    assert (await record_one(Expire(member_id=lin, key="x10", at=day(11)))).available == -80
    assert await kept(lin) == (0, 0, 0)


async def test_points_earned_with_an_expiry_in_the_past_are_never_spendable(lin: int) -> None:
    await earned(lin, 10, key="e", at=day(9), expires_at=day(5))
    assert await totals(lin, at=day(9)) == (0, 0, 0)
    assert (await refusal(Spend(member_id=lin, key="s", at=day(9), points=1)))[0] == (
        "not_enough_points"
    )
    assert (await record_one(Expire(member_id=lin, key="x", at=day(9)))).available == -10


async def test_pending_points_do_not_expire_but_are_due_the_moment_they_settle(lin: int) -> None:
    await record_one(Earn(member_id=lin, key="e", at=day(0), points=10, expires_at=day(3)))
    assert (await refusal(Expire(member_id=lin, key="x", at=day(4))))[0] == "nothing_due"
    assert await fates(
        [
            Settle(member_id=lin, key="set", at=day(4), earn_key="e"),
            Spend(member_id=lin, key="s", at=day(4), points=1),
            Expire(member_id=lin, key="y", at=day(4)),
        ]
    ) == ["done", "not_enough_points", "done"]


async def test_activity_puts_off_the_lapse_of_points_without_their_own_expiry(lin: int) -> None:
    await earned(lin, 10, key="e", idle_expires_at=day(30))
    await earned(lin, 5, key="own", expires_at=day(40))
    assert await totals(lin, at=day(29)) == (15, 0, 0)
    assert await totals(lin, at=day(30)) == (5, 0, 0)
    await record_one(Spend(member_id=lin, key="s", at=day(20), points=1, idle_expires_at=day(50)))
    assert await remainders(lin) == [9, 5]
    await record_one(Earn(member_id=lin, key="f", at=day(1), points=1, idle_expires_at=day(31)))
    assert await totals(lin, at=day(49)) == (9, 1, 0)
    assert await due_to_expire(at=day(50), limit=9) == [lin]
    assert (await record_one(Expire(member_id=lin, key="x", at=day(50)))).available == -14


async def test_points_that_lapsed_before_the_sweep_are_not_revived_by_activity(lin: int) -> None:
    await earned(lin, 10, key="e", idle_expires_at=day(30))
    await earned(lin, 100, key="f", at=day(31), idle_expires_at=day(61))
    assert await totals(lin, at=day(31)) == (100, 0, 0)
    lapsed = await Entry.get(key="f:lapsed")
    assert (lapsed.kind, lapsed.available, lapsed.at) == (EntryKind.EXPIRE, -10, day(31))
    await earned(lin, 3, key="own", at=day(31), expires_at=day(90))
    movements = [
        Spend(member_id=lin, key="s", at=day(61), points=1, idle_expires_at=day(91)),
        Spend(member_id=lin, key="t", at=day(61), points=3),
        Expire(member_id=lin, key="x", at=day(61)),
    ]
    assert await fates(movements) == ["done", "not_enough_points", "nothing_due"]
    assert await kept(lin) == (2, 0, 0)


async def test_a_refused_spending_is_no_activity(lin: int) -> None:
    await earned(lin, 10, key="e", idle_expires_at=day(30))
    await refusal(Spend(member_id=lin, key="s", at=day(1), points=11, idle_expires_at=day(99)))
    assert await totals(lin, at=day(30)) == (0, 0, 0)
