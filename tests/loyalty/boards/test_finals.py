"""A season with prizes ends: frozen once, looked through, approved, and paid out once."""

import asyncio
from uuid import uuid4

import pytest

from loyalty import coupons, customers, deletions, leaderboards, ledger
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.leaderboards import finals
from loyalty.policies.board import Board, Prize
from models import (
    BoardDeed,
    BoardDeedKind,
    BoardFinal,
    BoardPlace,
    BoardPrize,
    Boost,
    Delivery,
    db,
)
from tests.cast import JUNE_1, LIN, WANG, ZHAO
from tests.loyalty.boards.scene import (
    DAY,
    HOUR,
    PRIZES,
    SETTLED,
    WEEK,
    approved,
    chen,
    frozen,
    held,
    lines,
    played,
    publish,
    won,
)
from tests.loyalty.play_scene import buys, derived, member

pytestmark = pytest.mark.usefixtures("database")


async def test_a_list_is_frozen_once_by_any_number_of_workers() -> None:
    await publish()
    await played()
    assert await leaderboards.freeze(at=SETTLED - HOUR) == 0, "its orders may still come back"
    done = await asyncio.gather(*(leaderboards.freeze(at=SETTLED) for _ in range(4)))
    assert sum(done) == 1
    assert await leaderboards.freeze(at=SETTLED + DAY) == 0
    assert await BoardFinal.all().count() == 1
    final = await frozen()
    assert await lines(final) == [(1, 300, ""), (2, 200, ""), (3, 100, "")]
    prizes = [one.prize for one in await finals.places(final)]
    assert prizes == [*PRIZES, None]


async def test_a_refund_before_the_end_counts_and_one_after_it_is_shown() -> None:
    await publish()
    await played()
    await buys("l", 300, paid_at=JUNE_1 + HOUR, buyer=LIN, refunded_yuan=300, at=SETTLED - HOUR)
    final = await frozen()
    assert await lines(final) == [(1, 200, ""), (2, 100, "")]
    await buys("w", 200, paid_at=JUNE_1 + HOUR, refunded_yuan=150, at=SETTLED + HOUR)
    assert await lines(final) == [(1, 200, ""), (2, 100, "")], "frozen is frozen"
    wang = await member(WANG)
    looked = (await finals.look(final, [wang]))[wang]
    assert (looked.score_now, looked.orders, looked.refunded_orders) == (50, 1, 1)
    assert (looked.kept_fen, looked.refunded_fen) == (50_00, 150_00)


async def test_whoever_waits_to_be_derived_is_scored_before() -> None:
    await publish()
    await played()
    await db.fetch("DELETE FROM score WHERE score = 300")
    lin = await member(LIN)
    await db.fetch("INSERT INTO changed_member (member_id, turn) VALUES ($1, 1)", lin)
    assert (await lines(await frozen()))[0] == (1, 300, "")


async def test_prizes_are_given_once_by_however_many_workers() -> None:
    await publish()
    await played()
    lin, wang = await member(LIN), await member(WANG)
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at, following_since)"
        " VALUES ($1, 'openid', 'wx1', 'o-lin', $2, $2)",
        lin,
        JUNE_1,
    )
    final = await frozen()
    assert await leaderboards.pay(at=SETTLED) == 0, "staff have not looked at it"
    assert await approved(final) == 2
    assert await approved(final) == 2, "told twice"
    at = SETTLED + HOUR
    done = await asyncio.gather(*(leaderboards.pay(at=at) for _ in range(4)))
    assert sum(done) == 2
    assert await leaderboards.pay(at=at) == 0
    assert await won() == [(1, lin, 500), (2, wang, 100)]
    assert (await ledger.balances([lin], at=at))[lin].available == 500
    (coupon,) = await coupons.of(lin, at=at)
    assert (coupon.reason.zh, coupon.slot) == ("本周积分榜第 1 名", "coupon:ten_off")
    assert (await Boost.get()).times_percent == 200
    told = [one.message["text"] for one in await Delivery.all()]
    assert told == [
        "恭喜！您在本周积分榜排名第 1，奖品已到账：500 积分、优惠券一张、2 倍积分 3 天。"
    ]
    await derived(at=at)
    top = await leaderboards.top("board:week", "2026-W26", limit=9)
    assert top == [], "what a board gave counts on none"


async def test_who_deleted_her_account_meanwhile_holds_up_nobody_elses_prize() -> None:
    await publish()
    await played()
    lin, wang = await member(LIN), await member(WANG)
    await approved(await frozen())
    await deletions.delete(lin, uuid4(), at=SETTLED)
    assert await leaderboards.pay(at=SETTLED + HOUR) == 2
    assert await leaderboards.pay(at=SETTLED + HOUR) == 0
    assert await BoardPrize.filter(given_at=None).count() == 0
    hers = await BoardPrize.get(rank=1)
    assert (hers.points, hers.coupon_id, hers.coupon_refusal) == (0, None, "member_was_deleted")
    assert (await ledger.balances([wang], at=SETTLED + HOUR))[wang].available > 0
    assert (await ledger.balances([lin], at=SETTLED + HOUR))[lin].available == 0


async def test_a_crash_in_the_middle_gives_nothing_and_then_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await publish()
    await played()
    await approved(await frozen())

    async def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("the machine is gone")

    with monkeypatch.context() as broken:
        broken.setattr("loyalty.leaderboards.paying.tell", breaks)
        with pytest.raises(RuntimeError):
            await leaderboards.pay(at=SETTLED + HOUR)
    assert await won() == []
    assert await leaderboards.pay(at=SETTLED + HOUR) == 2
    assert len(await won()) == 2


async def test_who_is_disqualified_leaves_and_ranks_move_up() -> None:
    await publish()
    await played()
    final, by = await frozen(), await chen()
    deed = {"staff_member_id": by, "at": SETTLED}
    with pytest.raises(Refused, match="reason_missing"):
        await leaderboards.disqualify(final.uuid, 1, reason=" ", **deed)
    with pytest.raises(NotFound, match="no_such_place"):
        await leaderboards.disqualify(final.uuid, 4, reason="刷单", **deed)
    for _ in "ab":
        await leaderboards.disqualify(final.uuid, 1, reason="刷单", **deed)
    assert await BoardDeed.all().count() == 1, "told twice it is one deed"
    assert await lines(final) == [(None, 300, "disqualified"), (1, 200, ""), (2, 100, "")]
    with pytest.raises(Conflict, match="final_changed"):
        await leaderboards.approve(final.uuid, deeds_seen=0, **deed)
    await leaderboards.disqualify(final.uuid, 2, reason="错", **deed)
    await leaderboards.readmit(final.uuid, 2, reason="误判", **deed)
    kinds = [one.kind for one in await BoardDeed.all().order_by("id")]
    assert kinds[1:] == [BoardDeedKind.DISQUALIFIED, BoardDeedKind.READMITTED]
    await approved(final)
    with pytest.raises(Conflict, match="final_is_approved"):
        await leaderboards.disqualify(final.uuid, 2, reason="晚了", **deed)
    await leaderboards.pay(at=SETTLED)
    assert await won() == [(1, await member(WANG), 500), (2, await member(ZHAO), 100)]


async def test_who_approves_while_another_disqualifies_pays_what_she_saw_or_nothing() -> None:
    await publish()
    await played()
    final, by = await frozen(), await chen()
    deed = {"staff_member_id": by, "at": SETTLED}
    told = await asyncio.gather(
        leaderboards.approve(final.uuid, deeds_seen=0, **deed),
        leaderboards.disqualify(final.uuid, 1, reason="刷单", **deed),
        return_exceptions=True,
    )
    (refused,) = [one for one in told if isinstance(one, Conflict)]
    prizes = await BoardPrize.all().order_by("rank")
    assert (refused.code, [one.rank for one in prizes]) in (
        ("final_is_approved", [1, 2]),
        ("final_changed", []),
    )


async def test_two_places_of_one_human_are_one_and_the_next_moves_up() -> None:
    await publish()
    await played()
    lin, wang, zhao = [await member(one) for one in (LIN, WANG, ZHAO)]
    final = await frozen()
    merge_id = await customers.merge(zhao, lin, evidence="phone", by="test", at=SETTLED)
    await customers.merge(wang, zhao, evidence="phone", by="test", at=SETTLED)
    assert await lines(final) == [(1, 300, ""), (None, 200, "merged"), (None, 100, "merged")]
    await approved(final)
    await customers.unmerge(merge_id, by="test", at=SETTLED + HOUR)
    await leaderboards.pay(at=SETTLED + HOUR)
    assert [(rank, points) for rank, _, points in await won()] == [(1, 500)], "approved is approved"
    assert await BoardPlace.all().count() == 3


async def test_who_is_disqualified_is_so_with_all_that_she_is() -> None:
    await publish()
    await played()
    lin, zhao = await member(LIN), await member(ZHAO)
    final = await frozen()
    await leaderboards.disqualify(
        final.uuid, 3, reason="x", staff_member_id=await chen(), at=SETTLED
    )
    await customers.merge(lin, zhao, evidence="phone", by="test", at=SETTLED)
    assert [one for one, _, _ in await lines(final)] == [None, 1, None]


async def test_a_winner_who_was_merged_since_has_it_as_who_she_is_now() -> None:
    await publish()
    await played()
    lin, zhao = await member(LIN), await member(ZHAO)
    await approved(await frozen())
    await customers.merge(zhao, lin, evidence="phone", by="test", at=SETTLED + HOUR)
    await leaderboards.pay(at=SETTLED + HOUR)
    balances = await ledger.balances([zhao], at=SETTLED + HOUR)
    assert balances[zhao].available == 500


async def test_ties_at_the_last_prize_go_to_who_came_first() -> None:
    await publish(Board(prizes=(Prize(1, 1, 100),)))
    await buys("w", 100, paid_at=JUNE_1 + 2 * HOUR, buyer=WANG)
    await buys("l", 100, paid_at=JUNE_1 + HOUR, buyer=LIN)
    await approved(await frozen())
    await leaderboards.pay(at=SETTLED)
    assert await won() == [(1, await member(LIN), 100)]


async def test_who_has_too_little_is_not_on_it() -> None:
    await publish(least_score=200)
    await played()
    assert await lines(await frozen()) == [(1, 300, ""), (2, 200, "")]


async def test_a_season_in_which_nobody_played_ends_all_the_same() -> None:
    await publish()
    final = await frozen()
    assert final.places == 0
    assert await approved(final) == 0
    assert await leaderboards.pay(at=SETTLED) == 0


async def test_what_was_promised_as_the_season_began_holds() -> None:
    await publish()
    await played()
    better = Board(prizes=(Prize(1, 1, 9_000),), source="orders")
    await held(better, at=JUNE_1 + 3 * DAY)
    await held(Board(season="monthly", prizes=PRIZES), at=JUNE_1 + 5 * DAY)
    await buys("l2", 50, paid_at=JUNE_1 + 6 * DAY, buyer=LIN)
    final = await frozen()
    assert (final.season.name, final.board.prizes) == ("2026-W23", PRIZES)
    assert await lines(final) == [(1, 350, ""), (2, 200, ""), (3, 100, "")]
    month = await leaderboards.top("board:week", "2026-06", limit=1)
    assert month[0].score == 350, "the month goes on beside it"


async def test_a_board_that_was_taken_down_still_ends_what_it_began() -> None:
    await publish()
    await played()
    await db.fetch("UPDATE rule_version SET ends_at = $1 WHERE slot = 'board:week'", JUNE_1 + DAY)
    await buys("z2", 900, paid_at=JUNE_1 + 4 * DAY, buyer=ZHAO)
    assert (await lines(await frozen()))[0] == (1, 1000, "")


async def test_without_its_coupon_she_has_the_rest_and_staff_read_why() -> None:
    await publish()
    await played()
    await approved(await frozen())
    await db.fetch("UPDATE rule_version SET ends_at = $1 WHERE slot LIKE 'coupon:%'", SETTLED)
    await leaderboards.pay(at=SETTLED + HOUR)
    first = await BoardPrize.get(rank=1)
    assert (first.points, first.coupon_id) == (500, None)
    assert first.coupon_refusal == "no_such_coupon_batch"


async def test_whom_staff_keep_off_is_on_no_board_until_they_let_her() -> None:
    await publish()
    await played()
    uuid = (await leaderboards.names([await member(LIN)]))[await member(LIN)]
    by = await chen()
    with pytest.raises(Refused, match="reason_missing"):
        await leaderboards.keep_off(uuid, reason="", staff_member_id=by, at=JUNE_1)
    for _ in "ab":
        await leaderboards.keep_off(uuid, reason="员工", staff_member_id=by, at=JUNE_1)
    await derived(at=JUNE_1 + DAY)
    shown = await leaderboards.top("board:week", WEEK.name, limit=9)
    assert [one.score for one in shown] == [200, 100]
    await leaderboards.let_on(uuid, at=JUNE_1)
    await derived(at=JUNE_1 + DAY)
    shown = await leaderboards.top("board:week", WEEK.name, limit=9)
    assert [one.score for one in shown] == [300, 200, 100]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first_rank": 3, "last_rank": 2, "reward_points": 1}, "last_rank"),
        ({"boost_percent": 90}, "boost_percent"),
        ({}, "reward_points"),
    ],
)
def test_a_prize_that_is_none_is_refused_by_field(wrong: dict[str, int], field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Prize(**wrong)


def test_ranks_of_prizes_rise() -> None:
    with pytest.raises(ValueError, match="prizes"):
        Board(prizes=(Prize(1, 3, 10), Prize(3, 4, 5)))
