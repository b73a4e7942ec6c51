"""Caps over several orders of a member: the end is the same whatever came in first."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty import ledger, programme, purchases
from loyalty.calendar import start_of
from loyalty.earning import EarningRule
from loyalty.earning.cap import Cap, Per
from loyalty.earning.multiplier import Multiplier
from loyalty.earning.per_yuan import PerYuan
from loyalty.ledger import Settle, Spend
from loyalty.orders import IdentityRef, Order
from loyalty.purchases.capping import capped, share_room
from models import Entry, Identity, IdentityKind, Purchase, PurchaseState, db
from tests.cast import DAY, JUNE_1, LIN, NOVEMBER_22, line, order
from tests.loyalty.earning.scene import rules_of
from tests.loyalty.purchases.conftest import BEGAN_AT
from tests.loyalty.purchases.scene import adds_up, points_of, take

pytestmark = pytest.mark.usefixtures("brand")

HOUR = timedelta(hours=1)
NOON = start_of(JUNE_1.date()) + 12 * HOUR
DAILY = Cap(most=100, per="day")


async def published(**rules: EarningRule) -> None:
    for name, rule in rules.items():
        slot = f"earning:{name}"
        await programme.publish(slot, rule, starts_at=BEGAN_AT, by="t", at=JUNE_1)


async def points() -> dict[str, int]:
    """Return what each order has earned."""
    return {one.number: one.points_earned for one in await Purchase.all()}


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


def buyer(number: int) -> IdentityRef:
    return IdentityRef(IdentityKind.BUYER_NAME, "taobao", f"replay-{number}")


def tellings(seed: int, who: int) -> list[Order]:
    """Return all that is told of a dozen orders of one buyer, the same for each but in names."""
    chooser = random.Random(seed)
    found = []
    for number in range(12):
        paid_at = NOON + timedelta(hours=chooser.randrange(24 * 20))
        paid = [chooser.randrange(1, 90_00) for _ in range(chooser.randrange(1, 4))]
        back = [0] * len(paid)
        for step in range(chooser.randrange(1, 5)):
            place = chooser.randrange(len(paid))
            if step:
                back[place] = min(paid[place], back[place] + chooser.randrange(60_00))
            lines = [
                line(fen, key=str(key), refunded_fen=less, category=("咖啡", "器具")[key % 2])
                for key, (fen, less) in enumerate(zip(paid, back, strict=True))
            ]
            done = {"completed_at": paid_at + DAY} if step > 1 else {}
            state = PurchaseState.COMPLETED if step > 1 else PurchaseState.PAID
            found.append(
                order(
                    f"{who:02}-{number:02}",
                    *lines,
                    buyer=(buyer(who),),
                    paid_at=paid_at,
                    updated_at=paid_at + step * HOUR,
                    state=state,
                    **done,
                )
            )
    return found


RULES: dict[str, EarningRule] = {
    "base": PerYuan(),
    "coffee": Multiplier(times_percent=250, categories=("咖啡",)),
    "june": Multiplier(
        times_percent=130, lane="month", starts_at=NOON + 5 * DAY, ends_at=NOON + 15 * DAY
    ),
    "order": Cap(most=160),
    "day": Cap(most=170, per="day"),
    "week": Cap(most=400, per="week"),
    "extra": Cap(most=300, per="month", limited_slots=("earning:coffee",)),
    "campaign": Cap(most=500, per="campaign", starts_at=NOON + 3 * DAY, ends_at=NOON + 11 * DAY),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_year_told_in_ten_different_orders_ends_in_the_same_balances(seed: int) -> None:
    await published(**RULES)
    for who in range(10):
        told = tellings(seed, who)
        random.Random(seed * 100 + who).shuffle(told)
        while told:
            size = random.Random(len(told) + who).randrange(1, 8)
            batch, told = told[:size], told[size:]
            for outcome in await purchases.record(batch, at=NOVEMBER_22):
                outcome.unwrap()
    await settled(at=NOVEMBER_22)
    held = await points()
    first = [held[f"00-{number:02}"] for number in range(12)]
    for who in range(1, 10):
        assert [held[f"{who:02}-{number:02}"] for number in range(12)] == first
    balances = [await points_of(f"replay-{who}", at=NOVEMBER_22) for who in range(10)]
    assert balances == [balances[0]] * 10
    assert balances[0].available + balances[0].pending == sum(first) > 0
    expiring = [await ends_of(f"replay-{who}") for who in range(10)]
    assert expiring == [expiring[0]] * 10
    await adds_up()


@pytest.mark.parametrize("seed", [4, 5])
async def test_many_tellers_at_once_end_where_one_by_one_would(seed: int) -> None:
    await published(**RULES)
    for one in tellings(seed, 0):
        await take(one, at=NOVEMBER_22)
    told = [one for who in (1, 2) for one in tellings(seed, who)]
    random.Random(seed).shuffle(told)
    batches = [told[place::8] for place in range(8)]
    results = await asyncio.gather(*(purchases.record(one, at=NOVEMBER_22) for one in batches))
    assert all(outcome.refusal is None for outcomes in results for outcome in outcomes)
    held = await points()
    first = [held[f"00-{number:02}"] for number in range(12)]
    for who in (1, 2):
        assert [held[f"{who:02}-{number:02}"] for number in range(12)] == first
    await adds_up()


@pytest.mark.parametrize("seed", range(3))
async def test_refunds_in_parts_of_all_orders_leave_nothing_whatever_was_limited(
    seed: int,
) -> None:
    await published(**RULES)
    chooser = random.Random(seed)
    orders = [one for one in tellings(seed, 0) if not one.refunded_fen]
    orders = list({one.number: one for one in orders}.values())
    await purchases.record(orders, at=NOVEMBER_22)
    assert sum((await points()).values()) > 0
    turn = 0
    while any(one.refunded_fen < one.paid_fen for one in orders):
        turn += 1
        orders = [refunded_more(one, chooser, turn) for one in orders]
        told = chooser.sample(orders, len(orders))
        for outcome in await purchases.record(told, at=NOVEMBER_22):
            outcome.unwrap()
    balance = await points_of("replay-0", at=NOVEMBER_22)
    assert (balance.available, balance.pending, balance.debt) == (0, 0, 0)
    assert set((await points()).values()) == {0}
    await adds_up()


async def settled(*, at: datetime) -> None:
    due = await ledger.due_to_settle(at=at, limit=1000)
    await ledger.record(
        [Settle(member_id=one, key=f"{key}:settle", at=at, earn_key=key) for one, key in due]
    )


async def ends_of(name: str) -> dict[datetime, int]:
    """Return how many points lapse when."""
    identity = await Identity.get(value=name)
    rows = await db.fetch(
        "SELECT expires_at, sum(remaining)::int AS points FROM lot"
        " WHERE member_id = $1 AND remaining > 0 GROUP BY 1",
        identity.customer_id,
    )
    return {row["expires_at"]: row["points"] for row in rows}


def refunded_more(one: Order, chooser: random.Random, turn: int) -> Order:
    lines = tuple(
        msgspec.structs.replace(
            part, refunded_fen=min(part.paid_fen, part.refunded_fen + chooser.randrange(70_00))
        )
        for part in one.lines
    )
    return msgspec.structs.replace(
        one,
        lines=lines,
        refunded_fen=sum(part.refunded_fen for part in lines),
        platform_updated_at=NOON + 30 * DAY + turn * HOUR,
    )


amounts = st.lists(st.integers(1, 200_00), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(
    paid=st.lists(st.tuples(st.integers(0, 24 * 16), amounts), min_size=1, max_size=6),
    back=st.lists(st.integers(0, 200_00), min_size=18, max_size=18),
    most=st.lists(st.integers(0, 400), min_size=4, max_size=4),
    seed=st.integers(),
)
def test_caps_hold_for_each_period_and_are_used_up_in_sequence_alone(
    paid: list[tuple[int, list[int]]], back: list[int], most: list[int], seed: int
) -> None:
    """No period ever has more than its cap, and the sequence in which orders are given is none."""
    pers: list[Per] = ["order", "day", "week", "month"]
    caps = {per: Cap(most=most[place], per=per) for place, per in enumerate(pers)}
    rules = rules_of({"base": PerYuan(), "double": Multiplier(), **caps})
    fens = iter(back)
    orders = [
        order(
            str(number),
            *(
                line(fen, key=str(key), refunded_fen=min(fen, next(fens)))
                for key, fen in enumerate(lines)
            ),
            paid_at=NOON + hours * HOUR,
        )
        for number, (hours, lines) in enumerate(paid)
    ]

    def earned(some: list[Order]) -> dict[str, int]:
        found = [capped(one, rules, paid_as_id=1, tier="") for one in some]
        share_room(found)
        return {one.order.number: one.given.points for one in found}

    held = earned(orders)
    assert held == earned(random.Random(seed).sample(orders, len(orders)))
    for cap in caps.values():
        sums: dict[object, int] = {}
        for one in orders:
            period = cap.period(one.paid_at)[0] if cap.is_over_orders else one.number
            sums[period] = sums.get(period, 0) + held[one.number]
        assert all(points <= cap.most for points in sums.values())
