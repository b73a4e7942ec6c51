"""Tier and scores follow what happened, and what is refunded leaves them."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from loyalty import leaderboards, programme, standing
from loyalty.errors import NotFound
from loyalty.facts import Facts
from models import ChangedMember, Standing, db
from tests.cast import JUNE_1, LIN
from tests.loyalty.play_scene import buys, derived, member, publish

SEASON = "2026-W23"  # JUNE_1 is its Monday
DAY = timedelta(days=1)
BASIC, SILVER, GOLD = range(3)


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()


async def ranking() -> list[tuple[int, int]]:
    return [
        (one.member_id, one.score) for one in await leaderboards.top("board:week", SEASON, limit=9)
    ]


async def facts_of(member_id: int, *, at: datetime) -> Facts:
    return await standing.facts_of(member_id, at=at, rules=await programme.load())


async def test_who_bought_nothing_is_in_the_lowest_tier() -> None:
    facts = await facts_of(await member(), at=JUNE_1)
    assert (facts.tier_rank, facts.orders, facts.spent_fen) == (BASIC, 0, 0)
    with pytest.raises(NotFound):
        await facts_of(10**9, at=JUNE_1)


async def test_spending_lifts_the_tier_and_a_refund_lowers_it() -> None:
    await buys("1", 499, paid_at=JUNE_1)
    wang = await member()
    assert (await facts_of(wang, at=JUNE_1)).tier_rank == BASIC
    await buys("2", 1, paid_at=JUNE_1 + DAY)
    facts = await facts_of(wang, at=JUNE_1 + DAY)
    assert (facts.tier_rank, facts.orders, facts.spent_fen) == (SILVER, 2, 500_00)
    since = (await Standing.get(member_id=wang)).tier_since
    assert since == JUNE_1 + DAY
    await buys("1", 499, paid_at=JUNE_1, refunded_yuan=499, at=JUNE_1 + DAY)
    facts = await facts_of(wang, at=JUNE_1 + DAY)
    assert (facts.tier_rank, facts.orders, facts.spent_fen) == (BASIC, 1, 1_00)


async def test_an_order_paid_by_a_clock_that_is_ahead_of_ours_counts_at_once() -> None:
    await buys("1", 500, paid_at=JUNE_1 + timedelta(seconds=5), at=JUNE_1)
    facts = await facts_of(await member(), at=JUNE_1)
    assert (facts.tier_rank, facts.orders) == (SILVER, 1)


async def test_points_spent_do_not_lower_the_tier_and_time_does() -> None:
    await buys("1", 2500, paid_at=JUNE_1)
    wang = await member()
    assert (await facts_of(wang, at=JUNE_1)).tier_rank == GOLD
    assert await standing.changed_since(at=JUNE_1 + 364 * DAY) == 0
    assert (await Standing.get(member_id=wang)).changes_on == date(2027, 6, 2)
    assert await standing.changed_since(at=JUNE_1 + 366 * DAY) == 1
    await derived(at=JUNE_1 + 366 * DAY)
    row = await Standing.get(member_id=wang)
    assert (row.tier, row.orders, row.first_paid_at) == ("basic", 0, JUNE_1)


async def test_the_board_counts_what_was_earned_and_what_was_refunded_leaves() -> None:
    await buys("1", 300, paid_at=JUNE_1)
    await buys("2", 200, paid_at=JUNE_1 + DAY, buyer=LIN)
    wang, lin = await member(), await member(LIN)
    assert await ranking() == [(wang, 300), (lin, 200)]
    await buys("1", 300, paid_at=JUNE_1, at=JUNE_1 + DAY, refunded_yuan=150)
    assert await ranking() == [(lin, 200), (wang, 150)]
    await buys("1", 300, paid_at=JUNE_1, at=JUNE_1 + DAY, refunded_yuan=300)
    assert await ranking() == [(lin, 200)]


async def test_a_refund_in_another_week_leaves_the_week_of_the_order() -> None:
    await buys("1", 300, paid_at=JUNE_1)
    await buys("2", 50, paid_at=JUNE_1 + 8 * DAY)
    await buys("1", 300, paid_at=JUNE_1, at=JUNE_1 + 8 * DAY, refunded_yuan=300)
    assert await ranking() == []
    wang = await member()
    (place,) = await leaderboards.top("board:week", "2026-W24", limit=9)
    assert (place.member_id, place.score) == (wang, 50)


async def test_ties_go_to_who_was_there_first() -> None:
    await buys("1", 100, paid_at=JUNE_1 + DAY)
    await buys("2", 100, paid_at=JUNE_1, buyer=LIN)
    wang, lin = await member(), await member(LIN)
    assert [one for one, _ in await ranking()] == [lin, wang]
    assert await leaderboards.rank_of("board:week", SEASON, lin) == 1
    assert await leaderboards.rank_of("board:week", SEASON, wang) == 2
    around = await leaderboards.around("board:week", SEASON, wang, each_side=1)
    assert [(one.rank, one.member_id) for one in around] == [(1, lin), (2, wang)]


async def test_who_changes_while_being_derived_waits_on() -> None:
    wang = await member()
    await standing.changed([wang])
    one = await standing.derive(at=JUNE_1)
    await standing.changed([wang])
    await standing.forget(one.members)
    assert (await ChangedMember.get()).member_id == wang
    await derived(at=JUNE_1)
    assert await ChangedMember.all().count() == 0


async def test_who_was_let_go_and_changes_again_is_not_let_go_by_who_read_her_before() -> None:
    wang = await member()
    await standing.changed([wang])
    slow, quick = await standing.derive(at=JUNE_1), await standing.derive(at=JUNE_1)
    await standing.forget(quick.members)
    await standing.changed([wang])
    await standing.forget(slow.members)
    assert [one.member_id for one in await standing.waiting(9)] == [wang]


async def test_workers_at_once_agree() -> None:
    wang = await member()
    await buys("1", 300, paid_at=JUNE_1)
    for _ in range(5):
        await standing.changed([wang])
        await asyncio.gather(*(derived(at=JUNE_1) for _ in range(4)))
    assert await ranking() == [(wang, 300)]
    rows = await db.fetch("SELECT member_id, orders, spent_fen FROM standing")
    assert [tuple(row) for row in rows] == [(wang, 1, 300_00)]
