"""Spent points go back to the lots they came from, with their old expiry."""

import random

import pytest

from loyalty.ledger import ClawBack, MoveAll, Restore, Spend, record_one
from tests.loyalty.ledger.scene import (
    day,
    earned,
    fates,
    kept,
    refusal,
    remainders,
    totals,
)


async def test_a_part_goes_back_to_the_lots_that_expire_last_first(lin: int) -> None:
    await earned(lin, 50, key="soon", expires_at=day(5))
    await earned(lin, 100, key="late", expires_at=day(10))
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=120))
    assert await remainders(lin) == [0, 30]
    await record_one(Restore(member_id=lin, key="r1", at=day(2), spend_key="s", points=60))
    assert await remainders(lin) == [0, 90]
    posted = await record_one(Restore(member_id=lin, key="r2", at=day(2), spend_key="s"))
    assert posted.available == 60
    assert await remainders(lin) == [50, 100]


async def test_restored_points_keep_their_old_expiry(lin: int) -> None:
    await earned(lin, 50, key="e", expires_at=day(5))
    await record_one(Spend(member_id=lin, key="s", at=day(4), points=50))
    await record_one(Restore(member_id=lin, key="r", at=day(12), spend_key="s"))
    assert await kept(lin) == (50, 0, 0)
    assert await totals(lin, at=day(12)) == (0, 0, 0)
    assert (await refusal(Spend(member_id=lin, key="t", at=day(12), points=1)))[0] == (
        "not_enough_points"
    )


@pytest.mark.parametrize("seed", range(5))
async def test_any_series_of_partial_restores_is_the_whole(lin: int, seed: int) -> None:
    luck = random.Random(seed)
    for number in range(6):
        await earned(lin, 40, key=f"e{number}", expires_at=day(luck.randint(5, 9)))
    before = await remainders(lin)
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=203))
    left, number = 203, 0
    while left:
        part = luck.randint(1, left)
        await record_one(
            Restore(member_id=lin, key=f"r{number}", at=day(2), spend_key="s", points=part)
        )
        left, number = left - part, number + 1
    assert await remainders(lin) == before
    assert (await refusal(Restore(member_id=lin, key="x", at=day(2), spend_key="s", points=1))) == (
        "more_than_spent",
        {"wanted": 1, "left": 0},
    )


async def test_more_than_was_spent_never_comes_back(lin: int) -> None:
    await earned(lin, 100, key="e")
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=60))
    whole = [Restore(member_id=lin, key=f"r{n}", at=day(2), spend_key="s") for n in range(3)]
    parts = [
        Restore(member_id=lin, key="p0", at=day(2), spend_key="s", points=61),
        Restore(member_id=lin, key="p1", at=day(2), spend_key="s", points=59),
    ]
    assert await fates(parts + whole) == [
        "more_than_spent", "done", "done", "more_than_spent", "more_than_spent",
    ]  # fmt: skip
    assert await kept(lin) == (100, 0, 0)


async def test_a_spending_made_in_the_same_batch_can_be_restored(lin: int) -> None:
    await earned(lin, 100, key="e")
    movements = [
        Spend(member_id=lin, key="s", at=day(1), points=80),
        Restore(member_id=lin, key="r", at=day(1), spend_key="s", points=30),
        Spend(member_id=lin, key="t", at=day(1), points=50),
        Restore(member_id=lin, key="q", at=day(1), spend_key="s"),
    ]
    assert await fates(movements) == ["done"] * 4
    assert await remainders(lin) == [50]


async def test_only_a_spending_of_the_same_member_is_restored(lin: int, wang: int) -> None:
    await earned(lin, 10, key="e")
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=10))
    for member_id, key in ((wang, "s"), (lin, "e"), (lin, "nothing"), (lin, "a\0b"), (lin, "")):
        refused = await refusal(Restore(member_id=member_id, key="r", at=day(2), spend_key=key))
        assert refused == ("no_such_entry", {"key": key, "kind": "spend"})


async def test_points_whose_lot_was_given_away_still_go_back_to_it(lin: int, wang: int) -> None:
    await earned(lin, 100, key="e", expires_at=day(9))
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=60))
    await record_one(MoveAll(member_id=lin, key="m", at=day(1), to_member_id=wang))
    await record_one(Restore(member_id=lin, key="r", at=day(2), spend_key="s"))
    assert (await totals(lin), await totals(wang)) == ((60, 0, 0), (40, 0, 0))
    assert await totals(lin, at=day(9)) == (0, 0, 0)
    await record_one(MoveAll(member_id=lin, key="again", at=day(2), to_member_id=wang))
    assert (await totals(lin), await totals(wang)) == ((0, 0, 0), (100, 0, 0))


async def test_restored_points_pay_debt_unless_they_are_due(lin: int) -> None:
    await earned(lin, 50, key="dying", expires_at=day(5))
    await earned(lin, 50, key="living")
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=100))
    await record_one(ClawBack(member_id=lin, key="c", at=day(1), points=50, earn_key="living"))
    assert await kept(lin) == (0, 0, 50)
    await record_one(Restore(member_id=lin, key="r", at=day(6), spend_key="s"))
    assert await kept(lin) == (50, 0, 0)
    assert await remainders(lin) == [50, 0]
    assert await totals(lin, at=day(6)) == (0, 0, 0)
