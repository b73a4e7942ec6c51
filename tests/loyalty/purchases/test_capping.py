"""Caps over several orders of a member: the end is the same whatever came in first."""

import asyncio
import random
from datetime import datetime
from typing import Any

import pytest

from loyalty import ledger, programme, purchases
from loyalty.earning.cap import Cap, Per
from loyalty.earning.multiplier import Multiplier
from loyalty.ledger import Spend
from loyalty.orders import Order
from models import Entry, Identity, Purchase, PurchaseState
from tests.cast import DAY, JUNE_1, LIN, NOVEMBER_22, line, order
from tests.loyalty.purchases.replays import HOUR, NOON, points, published
from tests.loyalty.purchases.scene import adds_up, points_of, take

pytestmark = pytest.mark.usefixtures("brand")

DAILY = Cap(most=100, per="day")


def bought(number: str, yuan: int, paid_at: datetime, **more: Any) -> Order:
    return order(number, line(yuan * 100), paid_at=paid_at, **more)


@pytest.mark.parametrize(
    ("per", "earned"),
    [
        # 80 each: two on 1 June (Monday), one on 3 June, one on 10 June, one on 1 July
        ("day", [80, 20, 80, 80, 80]),
        ("week", [80, 20, 0, 80, 80]),
        ("month", [80, 20, 0, 0, 80]),
        ("campaign", [80, 20, 0, 0, 80]),
    ],
)
async def test_orders_of_a_period_share_its_room_in_the_sequence_of_payment(
    per: Per, earned: list[int]
) -> None:
    window = {"starts_at": NOON - DAY, "ends_at": NOON + 20 * DAY} if per == "campaign" else {}
    await published(cap=Cap(most=100, per=per, **window))  # type: ignore[arg-type]
    moments = [NOON, NOON + HOUR, NOON + 2 * DAY, NOON + 9 * DAY, NOON + 30 * DAY]
    orders = [bought(str(number), 80, moment) for number, moment in enumerate(moments)]
    for one in random.Random(per).sample(orders, len(orders)):
        await take(one)
    assert [(await points())[str(number)] for number in range(5)] == earned
    await adds_up()


async def test_the_breakdown_says_what_the_cap_took_and_how_much_room_there_was() -> None:
    await published(cap=DAILY)
    await take(bought("1", 80, NOON))
    await take(order("2", line(30_00), line(20_00, key="2"), paid_at=NOON + HOUR))
    version = (await programme.load()).find("earning:cap", programme.EARNING, NOON)
    assert version
    entry = await Entry.get(key="tmall:flagship:2:r1:earn")
    assert entry.breakdown == {
        "rules": [
            {"version": 1, "points": 50, "lines": [30, 20]},
            {
                "version": version.version_id,
                "points": -30,
                "lines": [-18, -12],
                "room": 20,
                "of": "2026-06-01",
            },
        ]
    }
    assert (entry.pending, entry.available) == (20, 0)


async def test_room_that_a_refund_frees_goes_to_the_orders_paid_after_it() -> None:
    await published(cap=DAILY)
    for number, hours in (("1", 0), ("2", 1), ("3", 2)):
        await take(bought(number, 80, NOON + hours * HOUR))
    assert await points() == {"1": 80, "2": 20, "3": 0}
    back = order("1", line(80_00, refunded_fen=50_00), paid_at=NOON)
    assert (await take(back, at=NOON + DAY)).points == -50
    assert await points() == {"1": 30, "2": 70, "3": 0}
    all_back = order("1", line(80_00, refunded_fen=80_00), paid_at=NOON, updated_at=NOON + DAY)
    await take(all_back, at=NOON + DAY)
    assert await points() == {"1": 0, "2": 80, "3": 20}
    grown = await Entry.filter(cause=f"purchase:{(await Purchase.get(number='2')).id}")
    assert [one.pending for one in sorted(grown, key=lambda one: one.number)] == [20, 50, 10]
    assert isinstance(grown[-1].breakdown, dict)
    assert grown[-1].breakdown["before"] == 70
    await adds_up()


async def test_an_order_that_comes_late_takes_its_room_from_those_paid_after_it() -> None:
    await published(cap=DAILY)
    await take(bought("2", 80, NOON + HOUR))
    await take(bought("1", 80, NOON))
    assert await points() == {"1": 80, "2": 20}
    assert (await points_of("wang", at=NOON)).pending == 100
    await take(bought("1", 80, NOON))  # told again
    assert (await points_of("wang", at=NOON)).pending == 100
    await adds_up()


async def test_what_a_days_cap_cuts_uses_nothing_of_the_months() -> None:
    await published(day=DAILY, month=Cap(most=150, per="month"))
    for number, yuan, paid_at in (("1", 5000, NOON), ("2", 70, NOON + DAY), ("3", 9, NOON + DAY)):
        await take(bought(number, yuan, paid_at))
    assert await points() == {"1": 100, "2": 50, "3": 0}


async def test_a_cap_counts_what_was_paid_since_it_is_in_force_and_by_the_version_then() -> None:
    for most, hours in ((50, 2), (90, 4)):
        cap, starts_at = Cap(most=most, per="day"), NOON + hours * HOUR
        await programme.publish("earning:cap", cap, starts_at=starts_at, by="t", at=JUNE_1)
    for number, hours in (("before", 1), ("50", 2), ("over", 3), ("90", 4), ("last", 5)):
        await take(bought(number, 60, NOON + hours * HOUR))
    assert await points() == {"before": 60, "50": 50, "over": 0, "90": 40, "last": 0}


async def test_a_campaign_that_begins_amid_a_week_knows_what_the_week_had_before() -> None:
    wednesday = {"starts_at": NOON + 2 * DAY - 12 * HOUR, "ends_at": NOON + 20 * DAY}
    await published(
        week=Cap(most=100, per="week"),
        campaign=Cap(most=120, per="campaign", **wednesday),  # type: ignore[arg-type]
    )
    for number, yuan, day in (("mon", 80, 0), ("wed", 80, 2), ("next", 90, 9), ("last", 70, 10)):
        await take(bought(number, yuan, NOON + day * DAY))
    assert await points() == {"mon": 80, "wed": 20, "next": 90, "last": 10}
    back = order("next", line(90_00, refunded_fen=40_00), paid_at=NOON + 9 * DAY)
    await take(back, at=NOON + 30 * DAY)
    assert await points() == {"mon": 80, "wed": 20, "next": 50, "last": 50}


async def test_a_cap_of_a_campaign_limits_its_extra_points_only() -> None:
    window = {"starts_at": NOON, "ends_at": NOON + 3 * DAY}
    await published(
        double=Multiplier(**window),  # type: ignore[arg-type]
        cap=Cap(most=100, per="campaign", limited_slots=("earning:double",), **window),  # type: ignore[arg-type]
    )
    for number, day in (("1", 0), ("2", 1), ("3", 2), ("4", 3)):
        await take(bought(number, 80, NOON + day * DAY))
    assert await points() == {"1": 160, "2": 100, "3": 80, "4": 80}


async def test_caps_leave_other_members_and_orders_of_nobody_alone() -> None:
    await published(cap=DAILY)
    await take(bought("1", 80, NOON))
    await take(bought("2", 80, NOON, buyer=(LIN,)))
    await take(bought("3", 80, NOON, buyer=()))
    assert await points() == {"1": 80, "2": 80, "3": 0}
    await take(bought("3", 80, NOON, state=PurchaseState.SHIPPED))
    assert await points() == {"1": 80, "2": 80, "3": 20}


async def test_many_orders_of_one_member_at_once_fill_the_room_and_no_more() -> None:
    await published(cap=DAILY)
    orders = [bought(str(number), 30, NOON + number * HOUR / 10) for number in range(10)]
    told = await asyncio.gather(*(purchases.record([one], at=NOON + DAY) for one in orders))
    assert all(outcome.refusal is None for outcomes in told for outcome in outcomes)
    in_sequence = await Purchase.all().order_by("paid_at")
    assert [one.points_earned for one in in_sequence] == [30, 30, 30, 10, 0, 0, 0, 0, 0, 0]
    await adds_up()


async def test_refunds_at_once_of_orders_that_share_room_end_where_one_by_one_would() -> None:
    await published(cap=DAILY)
    orders = [bought(str(number), 30, NOON + number * HOUR / 10) for number in range(8)]
    await purchases.record(orders, at=NOON + DAY)
    back = [
        order(one.number, line(30_00, refunded_fen=30_00), paid_at=one.paid_at)
        for one in orders[:6]
    ]
    await asyncio.gather(*(purchases.record([one], at=NOON + DAY) for one in back))
    assert await points() == {**{str(number): 0 for number in range(6)}, "6": 30, "7": 30}
    await adds_up()


async def spent(name: str, some: int) -> None:
    identity = await Identity.get(value=name)
    await ledger.record_one(
        Spend(member_id=identity.customer_id, key="gift", at=NOVEMBER_22, points=some)
    )


async def test_points_that_were_spent_come_back_as_the_policy_says() -> None:
    await published(cap=DAILY)
    done = {"state": PurchaseState.COMPLETED, "completed_at": NOON + DAY}
    await take(bought("1", 80, NOON, **done), at=NOVEMBER_22)
    await take(bought("2", 80, NOON + HOUR, **done), at=NOVEMBER_22)
    await spent("wang", 100)
    for number, paid_at in (("1", NOON), ("2", NOON + HOUR)):
        back = order(number, line(80_00, refunded_fen=80_00), paid_at=paid_at, **done)
        await take(back, at=NOVEMBER_22)
    balance = await points_of("wang", at=NOVEMBER_22)
    assert (balance.available, balance.debt) == (0, 100)
    await adds_up()
