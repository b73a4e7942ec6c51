"""Points come in lots, pending or at once, and go soonest expiry first."""

import msgspec
import pytest

from loyalty.ledger import Adjust, Cancel, Earn, Posted, Settle, Spend, record_one
from models import Entry, EntryKind
from tests.loyalty.ledger.scene import day, earned, fates, kept, refusal, remainders, totals


async def test_earned_points_are_pending_until_they_settle(lin: int) -> None:
    posted = await record_one(
        Earn(member_id=lin, key="o1:earn", at=day(0), points=120, settles_at=day(7))
    )
    assert posted == Posted("o1:earn", EntryKind.EARN, 0, 120, 0, 0)
    assert await totals(lin) == (0, 120, 0)
    assert await refusal(Spend(member_id=lin, key="s", at=day(6), points=1)) == (
        "not_enough_points",
        {"wanted": 1, "available": 0},
    )
    posted = await record_one(Settle(member_id=lin, key="o1:settle", at=day(7), earn_key="o1:earn"))
    assert posted == Posted("o1:settle", EntryKind.SETTLE, 120, -120, 0, 0)
    assert await totals(lin, at=day(7)) == (120, 0, 0)


async def test_points_without_a_settling_moment_stay_pending(lin: int) -> None:
    await record_one(Earn(member_id=lin, key="e", at=day(0), points=5))
    assert await totals(lin, at=day(3000)) == (0, 5, 0)


@pytest.mark.parametrize("settles_on", [0, -3])
async def test_points_that_settle_by_the_moment_they_are_earned_are_available_at_once(
    lin: int, settles_on: int
) -> None:
    posted = await record_one(
        Earn(member_id=lin, key="e", at=day(0), points=5, settles_at=day(settles_on))
    )
    assert (posted.available, posted.pending) == (5, 0)
    assert await refusal(Settle(member_id=lin, key="s", at=day(1), earn_key="e")) == (
        "already_settled",
        {"earn_key": "e"},
    )


async def test_an_earning_explains_itself_and_cites_its_rule(lin: int) -> None:
    told = msgspec.Raw(b'{"lines": [ {"points": 3, "key": "1"}], "a": 1.50, "\\u79ef": null}')
    await record_one(Earn(member_id=lin, key="e", at=day(0), points=3, breakdown=told))
    entry = await Entry.get(key="e")
    assert entry.breakdown == {"lines": [{"points": 3, "key": "1"}], "a": 1.5, "积": None}


async def test_a_lot_settles_once(lin: int) -> None:
    await record_one(Earn(member_id=lin, key="e", at=day(0), points=5))
    await record_one(Settle(member_id=lin, key="s1", at=day(1), earn_key="e"))
    assert (await refusal(Settle(member_id=lin, key="s2", at=day(1), earn_key="e")))[0] == (
        "already_settled"
    )


async def test_a_part_cancelled_before_settling_leaves_the_rest_to_settle(lin: int) -> None:
    await record_one(Earn(member_id=lin, key="e", at=day(0), points=100))
    posted = await record_one(Cancel(member_id=lin, key="c1", at=day(1), earn_key="e", points=30))
    assert (posted.available, posted.pending) == (0, -30)
    assert await refusal(Cancel(member_id=lin, key="c2", at=day(1), earn_key="e", points=71)) == (
        "not_enough_pending",
        {"wanted": 71, "pending": 70},
    )
    posted = await record_one(Settle(member_id=lin, key="s", at=day(2), earn_key="e"))
    assert (posted.available, posted.pending) == (70, -70)
    assert (await refusal(Cancel(member_id=lin, key="c3", at=day(3), earn_key="e")))[0] == (
        "already_settled"
    )


async def test_a_lot_cancelled_as_a_whole_never_settles(lin: int) -> None:
    await record_one(Earn(member_id=lin, key="e", at=day(0), points=100))
    await record_one(Cancel(member_id=lin, key="c", at=day(1), earn_key="e"))
    assert await totals(lin) == (0, 0, 0)
    assert (await refusal(Settle(member_id=lin, key="s", at=day(2), earn_key="e")))[0] == (
        "already_cancelled"
    )
    assert (await refusal(Cancel(member_id=lin, key="d", at=day(2), earn_key="e")))[0] == (
        "not_enough_pending"
    )


async def test_the_lots_that_expire_soonest_are_spent_first(lin: int) -> None:
    await earned(lin, 100, key="late", expires_at=day(10))
    await earned(lin, 50, key="soon", expires_at=day(5))
    await earned(lin, 30, key="never")
    await earned(lin, 7, key="also_soon", expires_at=day(5))
    assert (await record_one(Spend(member_id=lin, key="s", at=day(4), points=70))).available == -70
    assert await remainders(lin) == [87, 0, 30, 0]
    await record_one(Spend(member_id=lin, key="t", at=day(4), points=90))
    assert await remainders(lin) == [0, 0, 27, 0]


async def test_a_member_spends_to_the_last_point_and_no_further(lin: int) -> None:
    await earned(lin, 100, key="e")
    movements = [Spend(member_id=lin, key=f"s{n}", at=day(1), points=30) for n in range(4)]
    assert await fates(movements) == ["done", "done", "done", "not_enough_points"]
    assert await fates([Spend(member_id=lin, key="last", at=day(1), points=10)]) == ["done"]
    assert await kept(lin) == (0, 0, 0)


async def test_adjusting_adds_a_settled_lot_or_takes_soonest_expiry_first(lin: int) -> None:
    up = Adjust(member_id=lin, key="up", at=day(0), points=40, expires_at=day(9), cause="sorry")
    assert (await record_one(up)).available == 40
    await earned(lin, 10, key="e", expires_at=day(5))
    down = Adjust(member_id=lin, key="down", at=day(1), points=-25, cause="mistake")
    assert (await record_one(down)).available == -25
    assert await remainders(lin) == [25, 0]
    assert await refusal(
        Adjust(member_id=lin, key="more", at=day(1), points=-26, cause="mistake")
    ) == ("not_enough_points", {"wanted": 26, "available": 25})
    assert await totals(lin, at=day(9)) == (0, 0, 0)


async def test_one_batch_builds_on_what_it_made_itself(lin: int, wang: int) -> None:
    movements = [
        Earn(member_id=lin, key="e", at=day(0), points=100, settles_at=day(7)),
        Spend(member_id=lin, key="early", at=day(0), points=1),
        Settle(member_id=wang, key="not_hers", at=day(7), earn_key="e"),
        Settle(member_id=lin, key="set", at=day(7), earn_key="e"),
        Spend(member_id=lin, key="s", at=day(7), points=60),
        Spend(member_id=lin, key="too_much", at=day(7), points=41),
    ]
    assert await fates(movements) == [
        "done", "not_enough_points", "no_such_entry", "done", "done", "not_enough_points",
    ]  # fmt: skip
    assert await kept(lin) == (40, 0, 0)
