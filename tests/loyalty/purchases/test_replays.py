"""Whatever the sequence in which orders and refunds are told, the end is the same."""

import asyncio
import random
from datetime import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty import ledger, purchases
from loyalty.earning.cap import Cap, Per
from loyalty.earning.multiplier import Multiplier
from loyalty.earning.per_yuan import PerYuan
from loyalty.ledger import Settle
from loyalty.orders import Order
from loyalty.purchases.capping import capped, share_room
from models import Identity, db
from tests.cast import DAY, NOVEMBER_22, line, order
from tests.loyalty.earning.scene import rules_of
from tests.loyalty.purchases.replays import HOUR, NOON, RULES, points, published, tellings
from tests.loyalty.purchases.scene import adds_up, points_of, take

pytestmark = pytest.mark.usefixtures("brand")


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
        found = [capped(one, rules, paid_as_id=1, tier="", boosts=()) for one in some]
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
