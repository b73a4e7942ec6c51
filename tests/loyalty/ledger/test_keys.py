"""Whoever asks names the movement: a retry is free, another movement of that name is refused."""

import pytest

from loyalty.ledger import (
    Adjust,
    Cancel,
    ClawBack,
    Earn,
    Expire,
    Move,
    MoveAll,
    Movement,
    OnShortfall,
    Restore,
    Settle,
    Spend,
    record,
    record_one,
)
from models import db
from tests.loyalty.ledger.scene import day, earned, fate, fates, kept, refusal

LIN, WANG = 1, 2


def one_of_each(later: float) -> list[Movement]:
    """Return movements that can all be done, one after the other."""
    lin = {"member_id": LIN, "at": day(later)}
    return [
        Earn(**lin, key="earn", points=100, settles_at=day(7 + later)),
        Cancel(**lin, key="cancel", earn_key="earn", points=10),
        Settle(**lin, key="settle", earn_key="earn"),
        Spend(**lin, key="spend", points=50),
        Restore(**lin, key="restore", spend_key="spend", points=20),
        ClawBack(**lin, key="claw_back", earn_key="earn", points=5),
        Adjust(**lin, key="adjust", points=30, expires_at=day(later)),
        Expire(**lin, key="expire"),
        Move(**lin, key="move", to_member_id=WANG, points=15),
        MoveAll(**lin, key="move_all", to_member_id=WANG),
    ]


async def test_everything_asked_again_later_is_answered_as_before(lin: int, wang: int) -> None:
    first = await record(one_of_each(0))
    assert [fate(outcome) for outcome in first] == ["done"] * 10
    again = await record(one_of_each(3))
    assert [fate(outcome) for outcome in again] == ["already_done"] * 10
    assert [outcome.value for outcome in again] == [outcome.value for outcome in first]
    assert (await kept(lin), await kept(wang)) == ((0, 0, 0), (55, 0, 0))


async def test_a_retry_in_the_callers_transaction_is_answered_as_before(
    lin: int, wang: int
) -> None:
    first = await record(one_of_each(0))
    async with db.transaction():
        again = await record(one_of_each(3))
    assert [outcome.value for outcome in again] == [outcome.value for outcome in first]
    assert {fate(outcome) for outcome in again} == {"already_done"}


async def test_a_movement_asked_twice_in_one_batch_is_done_once(lin: int, wang: int) -> None:
    outcomes = await record(
        [m for pair in zip(one_of_each(0), one_of_each(1), strict=True) for m in pair]
    )
    assert [fate(outcome) for outcome in outcomes] == ["done", "already_done"] * 10
    assert [o.value for o in outcomes[::2]] == [o.value for o in outcomes[1::2]]
    assert (await kept(lin), await kept(wang)) == ((0, 0, 0), (55, 0, 0))


OTHERS = [
    Earn(member_id=LIN, at=day(0), key="earn", points=101),
    Earn(member_id=LIN, at=day(0), key="earn", points=100, cause="another"),
    Earn(member_id=WANG, at=day(0), key="earn", points=100),
    Spend(member_id=LIN, at=day(0), key="earn", points=100),
    Cancel(member_id=LIN, at=day(0), key="cancel", earn_key="earn"),
    Settle(member_id=LIN, at=day(0), key="settle", earn_key="other"),
    Spend(member_id=LIN, at=day(0), key="spend", points=49),
    Adjust(member_id=LIN, at=day(0), key="spend", points=-50),
    Restore(member_id=LIN, at=day(0), key="restore", spend_key="spend"),
    ClawBack(member_id=LIN, at=day(0), key="claw_back", earn_key="earn", points=6),
    ClawBack(
        member_id=LIN, at=day(0), key="claw_back", earn_key="earn", points=5,
        on_shortfall=OnShortfall.CLAMP,
    ),
    Adjust(member_id=LIN, at=day(0), key="adjust", points=-30),
    Expire(member_id=WANG, at=day(0), key="expire"),
    MoveAll(member_id=LIN, at=day(0), key="move", to_member_id=WANG),
    Move(member_id=WANG, at=day(0), key="move", to_member_id=LIN, points=15),
    Spend(member_id=LIN, at=day(0), key="move", points=15),
    Expire(member_id=LIN, at=day(0), key="move_all"),
]  # fmt: skip


async def test_a_key_that_stands_for_something_else_is_refused(lin: int, wang: int) -> None:
    await record(one_of_each(0))
    assert await fates(OTHERS) == ["key_reused"] * len(OTHERS)
    async with db.transaction():
        assert await fates(OTHERS) == ["key_reused"] * len(OTHERS)
    assert (await kept(lin), await kept(wang)) == ((0, 0, 0), (55, 0, 0))


async def test_within_one_batch_a_key_stands_for_the_first_that_is_done(lin: int) -> None:
    await earned(lin, 10, key="e")
    movements = [
        Spend(member_id=lin, key="s", at=day(1), points=11),
        Spend(member_id=lin, key="s", at=day(1), points=9),
        Spend(member_id=lin, key="s", at=day(1), points=1),
        Spend(member_id=lin, key="s", at=day(2), points=9),
    ]
    assert await fates(movements) == ["not_enough_points", "done", "key_reused", "already_done"]
    assert await kept(lin) == (1, 0, 0)


async def test_a_refused_movement_leaves_its_key_free(lin: int) -> None:
    spend = Spend(member_id=lin, key="s", at=day(1), points=10)
    assert (await refusal(spend))[0] == "not_enough_points"
    await earned(lin, 10, key="e")
    assert (await record_one(spend)).available == -10


@pytest.mark.parametrize(
    "key",
    ["", "k" * 241, "nul\0", "half \ud800", "a:debt", "a:in", "a:lapsed"],
)
async def test_a_key_that_cannot_be_kept_spoils_only_its_own_movement(lin: int, key: str) -> None:
    movements = [
        Earn(member_id=lin, key="before", at=day(0), points=1),
        Earn(member_id=lin, key=key, at=day(0), points=1),
        Earn(member_id=lin, key="after", at=day(0), points=1),
    ]
    assert await fates(movements) == ["done", "key_out_of_range", "done"]


async def test_keys_and_causes_may_hold_any_writing(lin: int) -> None:
    key = "淘宝:2874'\"\\%|;--\n🎁" + "长" * 200
    earn = Earn(member_id=lin, key=key, at=day(0), points=1, cause="退款|\t'\"")
    assert await fates([earn, earn]) == ["done", "already_done"]
    nul = Earn(member_id=lin, key="b", at=day(0), points=1, cause="\0")
    assert (await refusal(nul))[0] == "cause_out_of_range"
