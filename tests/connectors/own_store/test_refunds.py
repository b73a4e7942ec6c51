"""Refunds that are told apart from their orders: early, twice, too large, or beside the order."""

import asyncio
from datetime import timedelta

import pytest

from loyalty import inbox, parking
from loyalty.errors import LoyaltyError
from models import Entry, InboundEvent, Purchase, PurchaseState, db
from tests.connectors.own_store.till import Till, line, order, points, reasons, refund, states
from tests.jobs.conftest import Until
from web.context import now

LATER = "2026-06-10T12:00:00+08:00"
R1 = refund("T-1", "R-1", line_1=2_500)


async def test_a_refund_takes_its_points_back_once_however_often_it_is_told(till: Till) -> None:
    await till.tell([order()])
    await till.tell([], [R1])
    await till.tell([], [R1, R1])
    await till.tell([], [{**R1, "refunded_at": LATER}])
    assert await points() == 75
    assert (await Purchase.get()).refunded_fen == 2_500
    assert await Entry.filter(kind="claw_back").count() == 1
    assert await states() == {"worked": 3}


async def test_a_refund_before_its_order_waits_and_follows_it(till: Till) -> None:
    await till.tell([], [R1])
    assert await reasons() == ["order_unknown"]
    await till.tell([order("T-2")])
    assert await reasons() == ["order_unknown"], "the order of another number is not its"
    await till.tell([order()])
    assert await states() == {"worked": 3}
    assert await points() == 175
    assert (await InboundEvent.get(kind="refund")).error is None


async def test_a_refund_waits_on_where_its_order_is_parked(till: Till) -> None:
    await till.tell([], [R1])
    await till.tell([order(state="odd")])
    assert await reasons() == ["order_unknown", "state_unknown"]
    await till.tell([order()])
    assert await reasons() == ["state_unknown"]
    assert await points() == 75


async def test_order_and_refund_in_one_call_are_both_worked(till: Till) -> None:
    await till.tell([order()], [R1])
    assert await states() == {"worked": 2}
    assert await points() == 75


async def test_all_given_back_is_a_refunded_order(till: Till) -> None:
    await till.tell([order("T-1", 6_000, 4_000)])
    await till.tell([], [refund("T-1", "R-1", line_1=6_000), refund("T-1", "R-2", line_2=4_000)])
    assert (await Purchase.get()).state is PurchaseState.REFUNDED
    assert await points() == 0


async def test_an_order_told_later_without_its_refunds_keeps_them(till: Till) -> None:
    await till.tell([order()], [R1])
    await till.tell([order(updated_at=LATER, lines=[line("1", 10_000, title="手冲壶 2")])])
    assert (await Purchase.get()).refunded_fen == 2_500
    assert await points() == 75


async def test_told_by_the_order_and_apart_a_refund_counts_once(till: Till) -> None:
    told = order(updated_at=LATER, lines=[line("1", 10_000, refunded_fen=2_500)])
    await till.tell([told])
    await till.tell([], [R1])
    assert await points() == 75
    await till.tell([], [refund("T-1", "R-2", line_1=1_000)])
    assert await points() == 65, "what the refunds come to is more now than the order told"
    told = order(updated_at="2026-06-11T12:00:00+08:00", lines=[line("1", 10_000)])
    told["lines"][0]["refunded_fen"] = 8_000
    await till.tell([told])
    await till.tell([], [refund("T-1", "R-3", line_1=500)])
    assert await points() == 20, "the order told of more than the refunds come to"


async def test_a_refund_that_cannot_be_is_parked_and_spoils_no_other(till: Till) -> None:
    await till.tell([order("T-1"), order("T-2")])
    bad = [
        refund("T-1", "R-1", line_1=10_001),
        refund("T-1", "R-2", line_9=1),
        refund("T-1", "R-3", line_1=-1),
        refund("T-1", "R-4", at="2026-05-01T12:00:00+08:00", line_1=1),
        refund("T-1", "R-5", at="2999-05-01T12:00:00+08:00", line_1=1),
        {**refund("T-1", "R-6", line_1=1), "lines": [{"key": 1, "refunded_fen": 1}] * 2},
    ]
    for one in bad:
        await till.tell([], [refund("T-2", one["refund_number"], line_1=100), one])
    assert await reasons() == [
        "refunded_more_than_paid",
        "line_unknown",
        "amount_not_possible",
        "refunded_before_paid",
        "moment_not_possible",
        "line_repeated",
    ]
    assert await points() == 100 + 94


async def test_a_line_is_not_given_back_twice_beyond_its_price(till: Till) -> None:
    await till.tell([order()])
    await till.tell([], [refund("T-1", "R-1", line_1=6_000)])
    await till.tell([], [refund("T-1", "R-2", line_1=6_000), refund("T-1", "R-3", line_1=4_000)])
    assert await reasons() == ["refunded_more_than_paid"]
    assert (await InboundEvent.get(state="parked")).sender == "T-1"
    assert await points() == 0


async def test_one_refund_number_with_two_contents_is_parked(till: Till) -> None:
    await till.tell([order()], [R1])
    await till.tell([], [refund("T-1", "R-1", line_1=9_000)])
    assert await reasons() == ["refund_differs"]
    assert await points() == 75


async def test_a_dropped_refund_is_never_given_back(till: Till) -> None:
    await till.tell([], [R1])
    await InboundEvent.filter(kind="refund").update(state="dropped")
    await till.tell([order()])
    await till.tell([], [R1])
    assert await points() == 100


async def test_what_another_worker_has_ended_meanwhile_is_left_alone(till: Till) -> None:
    await till.send([order()])
    store = next(iter(till.context.stores.values()))
    taken = await inbox.take_left([store.id], limit=9, at=now())
    held = await inbox.hold(taken, {(store.id, "T-1")})
    assert [one.event_id for one in held] == [one.event_id for one in taken]
    await inbox.end({one.event_id: None for one in taken}, at=now() + timedelta(seconds=1))
    assert await inbox.hold(taken, {(store.id, "T-1")}) == []


async def test_staff_drop_no_refund_that_a_worker_lets_count_at_the_same_moment(
    till: Till, until: Until
) -> None:
    await till.tell([order("T-0")])
    await till.tell([], [R1])
    event = await InboundEvent.get(state="parked")
    await till.send([order()])
    released = asyncio.Event()
    holding = asyncio.create_task(hold_members(released))
    await until(lambda: waits("SELECT FROM member FOR UPDATE", state="idle in transaction"))
    working = asyncio.create_task(till.work())
    await until(lambda: waits("%FROM member%", state="active"))
    dropping = asyncio.create_task(parking.drop(event.id))
    await asyncio.wait([dropping], timeout=0.5)
    released.set()
    await asyncio.gather(holding, working)
    with pytest.raises(LoyaltyError, match="event_not_parked"):
        await dropping
    assert await states() == {"worked": 3}
    assert await points() == 175


async def hold_members(released: asyncio.Event) -> None:
    async with db.transaction():
        await db.fetch("SELECT FROM member FOR UPDATE")
        await released.wait()


async def waits(statement: str, *, state: str) -> bool:
    rows = await db.fetch(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE $1"
        " AND state = $2 AND pid <> pg_backend_pid()"
        " AND ($2 <> 'active' OR wait_event_type = 'Lock')",
        statement,
        state,
    )
    return bool(rows)
