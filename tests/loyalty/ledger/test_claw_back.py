"""Earned points are taken back when what earned them is given back."""

import random

import pytest

from loyalty.ledger import (
    Cancel,
    ClawBack,
    Earn,
    Expire,
    Move,
    Movement,
    OnShortfall,
    Settle,
    Spend,
    record_one,
)
from models import Entry, EntryKind
from tests.loyalty.ledger.scene import day, earned, fates, kept, refusal, remainders, totals


def claw_back(member_id: int, points: int, *, earn_key: str, key: str, **more: object) -> ClawBack:
    return ClawBack(
        **{"member_id": member_id, "key": key, "at": day(20), "points": points} | more,
        earn_key=earn_key,
    )


async def test_a_pending_lot_is_cancelled_instead(lin: int) -> None:
    await record_one(Earn(member_id=lin, key="e", at=day(0), points=100))
    posted = await record_one(claw_back(lin, 40, earn_key="e", key="c"))
    assert (posted.kind, posted.pending, posted.available) == (EntryKind.CANCEL, -40, 0)
    assert await record_one(claw_back(lin, 40, earn_key="e", key="c", at=day(99))) == posted
    assert await refusal(claw_back(lin, 61, earn_key="e", key="d")) == (
        "not_enough_pending",
        {"wanted": 61, "pending": 60},
    )
    assert await kept(lin) == (0, 60, 0)


async def test_its_own_lot_gives_first_then_the_others_soonest_expiry_first(lin: int) -> None:
    await earned(lin, 30, key="soon", expires_at=day(25))
    await earned(lin, 30, key="sooner_but_due", expires_at=day(20))
    await earned(lin, 100, key="own", expires_at=day(90))
    await earned(lin, 30, key="later", expires_at=day(30))
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=100))
    assert await remainders(lin) == [0, 0, 90, 0]
    await earned(lin, 30, key="soon2", expires_at=day(25))
    await earned(lin, 30, key="due2", expires_at=day(20))
    await earned(lin, 30, key="later2", expires_at=day(30))
    posted = await record_one(claw_back(lin, 100, earn_key="own", key="c"))
    assert (posted.available, posted.debt) == (-100, 0)
    assert await remainders(lin) == [0, 0, 0, 0, 20, 30, 30]


@pytest.mark.parametrize(
    ("policy", "debt", "shortfall"),
    [(OnShortfall.DEBT, 70, 0), (OnShortfall.CLAMP, 0, 70), (OnShortfall.DEDUCT, 0, 70)],
)
async def test_what_is_spent_already_is_owed_or_recorded_as_the_policy_says(
    lin: int, policy: OnShortfall, debt: int, shortfall: int
) -> None:
    await earned(lin, 100, key="e")
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=70))
    posted = await record_one(claw_back(lin, 100, earn_key="e", key="c", on_shortfall=policy))
    assert (posted.available, posted.debt, posted.shortfall) == (-30, debt, shortfall)
    assert await kept(lin) == (0, 0, debt)


async def test_debt_is_paid_by_the_next_points_that_become_available(lin: int) -> None:
    await earned(lin, 100, key="e")
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=100))
    await record_one(claw_back(lin, 100, earn_key="e", key="c"))
    await earned(lin, 30, key="f", at=day(21))
    assert await kept(lin) == (0, 0, 70)
    await record_one(Earn(member_id=lin, key="g", at=day(22), points=90, settles_at=day(29)))
    assert await kept(lin) == (0, 90, 70)
    posted = await record_one(Settle(member_id=lin, key="set", at=day(29), earn_key="g"))
    assert (posted.available, posted.pending, posted.debt) == (90, -90, 0)
    assert await kept(lin) == (20, 0, 0)
    paid = await Entry.get(key="set:debt")
    assert (paid.kind, paid.available, paid.debt) == (EntryKind.CLAW_BACK, -70, -70)


async def test_points_that_are_due_when_they_settle_pay_no_debt(lin: int) -> None:
    await earned(lin, 10, key="e")
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=10))
    await record_one(claw_back(lin, 10, earn_key="e", key="c"))
    await record_one(Earn(member_id=lin, key="f", at=day(21), points=50, expires_at=day(22)))
    await record_one(Settle(member_id=lin, key="set", at=day(22), earn_key="f"))
    assert await totals(lin, at=day(22)) == (0, 0, 10)


async def test_points_that_expired_are_not_asked_for_twice(lin: int) -> None:
    await earned(lin, 100, key="e", expires_at=day(10))
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=60))
    await record_one(Expire(member_id=lin, key="x", at=day(10)))
    await earned(lin, 500, key="f")
    posted = await record_one(claw_back(lin, 100, earn_key="e", key="c"))
    assert (posted.available, posted.debt) == (-60, 0)
    assert (await Entry.get(key="c")).breakdown == {"expired": 40}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("expired_first", [True, False])
@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_any_series_of_partial_claw_backs_is_the_whole(
    lin: int, seed: int, expired_first: bool, in_one_batch: bool
) -> None:
    luck = random.Random(seed)
    await earned(lin, 100, key="e", expires_at=day(10))
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=60))
    movements: list[Movement] = []
    if expired_first:
        movements.append(Expire(member_id=lin, key="x", at=day(10)))
    left = 100
    while left:
        part = luck.randint(1, left)
        movements.append(claw_back(lin, part, earn_key="e", key=f"c{left}"))
        left -= part
    for batch in [movements] if in_one_batch else [[movement] for movement in movements]:
        assert set(await fates(batch)) == {"done"}
    assert await kept(lin) == (0, 0, 60)


async def test_no_more_than_was_earned_is_ever_taken_back(lin: int) -> None:
    await earned(lin, 500, key="other")
    await record_one(Earn(member_id=lin, key="e", at=day(0), points=100))
    await record_one(Cancel(member_id=lin, key="k", at=day(1), earn_key="e", points=30))
    await record_one(Settle(member_id=lin, key="set", at=day(2), earn_key="e"))
    await record_one(Spend(member_id=lin, key="s", at=day(2), points=510))
    await record_one(claw_back(lin, 20, earn_key="e", key="c0", on_shortfall=OnShortfall.CLAMP))
    assert await refusal(claw_back(lin, 51, earn_key="e", key="c1")) == (
        "more_than_earned",
        {"wanted": 51, "left": 50},
    )
    assert await fates(
        [
            claw_back(lin, 25, earn_key="e", key="c2", on_shortfall=OnShortfall.CLAMP),
            claw_back(lin, 25, earn_key="e", key="c3"),
            claw_back(lin, 1, earn_key="e", key="c4"),
        ]
    ) == ["done", "done", "more_than_earned"]


async def test_points_given_away_before_the_refund_are_owed_by_the_giver(
    lin: int, wang: int
) -> None:
    await earned(lin, 100, key="e")
    await record_one(Move(member_id=lin, key="m", at=day(1), to_member_id=wang, points=100))
    assert (await refusal(claw_back(wang, 100, earn_key="e", key="c")))[0] == "no_such_entry"
    await record_one(claw_back(lin, 100, earn_key="e", key="d"))
    assert (await kept(lin), await kept(wang)) == ((0, 0, 100), (100, 0, 0))


async def test_buying_earning_spending_and_refunding_in_a_loop_gains_nothing(lin: int) -> None:
    spendable = 0
    for turn in range(5):
        await earned(lin, 100, key=f"e{turn}", at=day(turn))
        spendable, _, _ = await kept(lin)
        if spendable:
            await record_one(Spend(member_id=lin, key=f"s{turn}", at=day(turn), points=spendable))
        await record_one(claw_back(lin, 100, earn_key=f"e{turn}", key=f"c{turn}"))
    assert await kept(lin) == (0, 0, 100)
    assert spendable == 0
