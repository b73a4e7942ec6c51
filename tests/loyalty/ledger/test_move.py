"""Points change hands with their expiry, and never become more."""

from msgspec.structs import replace

from loyalty.ledger import (
    Cancel,
    ClawBack,
    Earn,
    Expire,
    Move,
    MoveAll,
    Restore,
    Settle,
    Spend,
    due_to_settle,
    history,
    plan_settlement,
    record_one,
)
from models import Entry, Lot, Merge
from tests.loyalty.ledger.scene import day, earned, kept, refusal, remainders, totals


async def test_a_part_goes_soonest_expiry_first_and_keeps_its_expiry(lin: int, wang: int) -> None:
    await earned(lin, 30, key="late", expires_at=day(30))
    await earned(lin, 20, key="soon", expires_at=day(9))
    posted = await record_one(
        Move(member_id=lin, key="m", at=day(1), to_member_id=wang, points=25, cause="gift")
    )
    assert (posted.key, posted.available) == ("m", -25)
    assert (await remainders(lin), await remainders(wang)) == ([25, 0], [20, 5])
    assert await totals(wang, at=day(9)) == (5, 0, 0)
    assert await totals(wang, at=day(30)) == (0, 0, 0)
    (line,) = await history(wang, limit=9)
    assert (line.available, line.cause) == (25, "gift")
    assert [lot.earned_at for lot in await Lot.filter(member_id=wang)] == [day(0), day(0)]


async def test_a_part_given_lapses_when_it_would_have_lapsed_with_the_giver(
    lin: int, wang: int
) -> None:
    await earned(lin, 30, key="e", idle_expires_at=day(30))
    await record_one(Move(member_id=lin, key="m", at=day(1), to_member_id=wang, points=30))
    await earned(wang, 1, key="f", idle_expires_at=day(300))
    assert await totals(wang, at=day(29)) == (31, 0, 0)
    assert await totals(wang, at=day(30)) == (1, 0, 0)


async def test_more_than_can_be_spent_cannot_be_given(lin: int, wang: int) -> None:
    await earned(lin, 30, key="e", expires_at=day(5))
    await earned(lin, 10, key="f")
    await record_one(Earn(member_id=lin, key="g", at=day(0), points=99))
    assert await refusal(Move(member_id=lin, key="m", at=day(5), to_member_id=wang, points=11)) == (
        "not_enough_points",
        {"wanted": 11, "available": 10},
    )
    assert (await refusal(MoveAll(member_id=lin, key="m", at=day(5), to_member_id=lin)))[0] == (
        "same_member"
    )


async def test_a_whole_account_goes_with_its_debt_and_without_what_is_due(
    lin: int, wang: int
) -> None:
    await earned(lin, 100, key="e")
    await record_one(Spend(member_id=lin, key="s", at=day(0), points=100))
    await record_one(ClawBack(member_id=lin, key="c", at=day(0), points=100, earn_key="e"))
    await earned(wang, 60, key="f")
    await record_one(MoveAll(member_id=lin, key="m", at=day(1), to_member_id=wang))
    assert (await kept(lin), await kept(wang)) == ((0, 0, 0), (0, 0, 40))
    await earned(wang, 45, key="g", at=day(2), expires_at=day(3))
    assert await kept(wang) == (5, 0, 0)
    await record_one(MoveAll(member_id=wang, key="n", at=day(4), to_member_id=lin))
    assert (await kept(wang), await kept(lin)) == ((0, 0, 0), (0, 0, 0))
    assert await totals(lin, at=day(2)) == (0, 0, 0)
    last = await Entry.filter(member_id=wang).order_by("-number").limit(2)
    assert [entry.kind for entry in last] == ["move", "expire"]
    (newest,) = await history(wang, limit=1)
    assert newest.kind == "expire", "a move of nothing is no line of hers"


async def test_points_received_pay_what_the_receiver_owes(lin: int, wang: int) -> None:
    await earned(wang, 40, key="f")
    await record_one(Spend(member_id=wang, key="s", at=day(0), points=40))
    await record_one(ClawBack(member_id=wang, key="c", at=day(0), points=40, earn_key="f"))
    await earned(lin, 100, key="e")
    await record_one(Move(member_id=lin, key="m", at=day(1), to_member_id=wang, points=50))
    assert (await kept(lin), await kept(wang)) == ((50, 0, 0), (10, 0, 0))


async def test_pending_points_go_as_pending_and_settle_where_they_are(lin: int, wang: int) -> None:
    await record_one(
        Earn(member_id=lin, key="e", at=day(0), points=50, settles_at=day(7), expires_at=day(99))
    )
    await earned(lin, 10, key="f")
    await record_one(MoveAll(member_id=lin, key="m", at=day(1), to_member_id=wang))
    assert (await kept(lin), await kept(wang)) == ((0, 0, 0), (10, 50, 0))
    await plan_settlement([("e", day(8))])
    assert await due_to_settle(at=day(7), limit=9) == []
    assert await due_to_settle(at=day(8), limit=9) == [(wang, "e")]
    stranger = Settle(member_id=wang, key="set", at=day(8), earn_key="e")
    assert (await refusal(stranger))[0] == "no_such_entry"
    await kin(lin, wang)
    await record_one(Cancel(member_id=wang, key="c", at=day(2), earn_key="e", points=20))
    await record_one(stranger)
    assert await kept(wang) == (40, 0, 0)
    assert await totals(wang, at=day(99)) == (10, 0, 0)
    assert (await refusal(replace(stranger, key="again")))[0] == "already_settled"


async def kin(lin: int, wang: int) -> None:
    """Let the two have been merged."""
    await Merge.create(
        root_id=wang, other_id=lin, evidence="", merged_by="", merged_at=day(0), identity_ids=[],
        root_entries=0,
    )  # fmt: skip


async def test_a_claw_back_takes_moved_points_from_their_own_lot(lin: int, wang: int) -> None:
    await earned(lin, 100, key="e", expires_at=day(50))
    await earned(wang, 30, key="f", expires_at=day(20))
    await record_one(MoveAll(member_id=lin, key="m", at=day(1), to_member_id=wang))
    await kin(lin, wang)
    back = ClawBack(member_id=wang, key="c", at=day(2), points=60, earn_key="e")
    await record_one(back)
    assert (await remainders(lin), await remainders(wang)) == ([0], [30, 40])
    refused = await refusal(replace(back, key="d"))
    assert refused == ("more_than_earned", {"wanted": 60, "left": 40})
    await record_one(Spend(member_id=wang, key="s", at=day(2), points=60))
    await record_one(replace(back, key="d", points=40))
    assert await kept(wang) == (0, 0, 30)


async def test_moved_points_that_lapsed_are_let_off_once(lin: int, wang: int) -> None:
    await earned(lin, 100, key="e", expires_at=day(5))
    await record_one(MoveAll(member_id=lin, key="m", at=day(1), to_member_id=wang))
    await kin(lin, wang)
    await record_one(Expire(member_id=wang, key="x", at=day(5)))
    back = ClawBack(member_id=wang, key="c", at=day(6), points=60, earn_key="e")
    await record_one(back)
    await record_one(replace(back, key="d", points=40))
    assert await kept(wang) == (0, 0, 0)


async def test_a_spending_before_goes_back_to_lots_as_they_were(lin: int, wang: int) -> None:
    await earned(lin, 60, key="e", expires_at=day(9))
    await earned(lin, 60, key="f", expires_at=day(30))
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=100))
    await record_one(MoveAll(member_id=lin, key="m", at=day(1), to_member_id=wang))
    await kin(lin, wang)
    back = Restore(member_id=wang, key="r", at=day(2), spend_key="s", points=70)
    assert (await record_one(back)).available == 70
    assert await totals(wang, at=day(9)) == (60, 0, 0)
    refused = await refusal(replace(back, key="q"))
    assert refused == ("more_than_spent", {"wanted": 70, "left": 30})
    await record_one(replace(back, key="q", points=None))
    assert await kept(wang) == (120, 0, 0)


async def test_a_whole_account_goes_on_with_the_later_inactivity_of_both(
    lin: int, wang: int
) -> None:
    await earned(lin, 10, key="e", idle_expires_at=day(60))
    await earned(wang, 5, key="f", idle_expires_at=day(30))
    await record_one(MoveAll(member_id=lin, key="m", at=day(1), to_member_id=wang))
    assert await totals(wang, at=day(59)) == (15, 0, 0)
    assert await totals(wang, at=day(60)) == (0, 0, 0)


async def test_a_merge_revives_nothing_that_lapsed_on_either_side(lin: int, wang: int) -> None:
    await earned(lin, 10, key="e", idle_expires_at=day(20))
    await earned(wang, 5, key="f", idle_expires_at=day(60))
    await record_one(MoveAll(member_id=lin, key="m", at=day(20), to_member_id=wang))
    assert await totals(wang, at=day(20)) == (5, 0, 0)
    await earned(lin, 7, key="g", at=day(50), idle_expires_at=day(90))
    await record_one(MoveAll(member_id=lin, key="n", at=day(60), to_member_id=wang))
    assert await totals(wang, at=day(60)) == (7, 0, 0)
    assert await kept(wang) == (7, 0, 0)


async def test_an_empty_account_moves_as_nothing(lin: int, wang: int) -> None:
    posted = await record_one(MoveAll(member_id=lin, key="m", at=day(1), to_member_id=wang))
    assert (posted.available, posted.pending, posted.debt) == (0, 0, 0)
    assert await kept(wang) == (0, 0, 0)
