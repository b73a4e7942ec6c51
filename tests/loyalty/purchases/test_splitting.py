"""An order that its platform splits up counts once, whatever of it is heard first."""

import asyncio
import itertools
import random
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from loyalty import customers, programme, purchases, scorecards, standing
from loyalty.earning.cap import Cap
from loyalty.errors import Refused
from loyalty.orders import Order, OrderLine
from loyalty.outcomes import Fate
from loyalty.segments.rfm import Rfm
from models import Purchase, PurchaseLine, PurchaseState, Standing, db
from tests.cast import DAY, JUNE_1, LIN, WANG, line, order
from tests.loyalty.purchases.conftest import BEGAN_AT
from tests.loyalty.purchases.scene import adds_up, points_of, refusal, take

pytestmark = pytest.mark.usefixtures("brand")

EMPTY = "TRUNCATE purchase, purchase_line, entry, lot, draw, member, standing CASCADE"
HOUR = timedelta(hours=1)


def part(number: str, fen: int, *parents: str, **more: Any) -> Order:
    return replace(order(number, line(fen), **more), parent_numbers=parents or ("P",))


PARENT = order("P", line(300_00), line(200_00, key="2"))
PARTS = (part("A", 300_00), part("B", 200_00))
SEQUENCES = list(itertools.permutations([PARENT, *PARTS]))


async def stands() -> dict[str, tuple[str, int, int]]:
    rows = await db.fetch("SELECT number, state, paid_fen, points_earned FROM purchase")
    return {row["number"]: (row["state"], row["paid_fen"], row["points_earned"]) for row in rows}


ONCE = {
    "P": ("replaced", 0, 0),
    "A": ("paid", 300_00, 300),
    "B": ("paid", 200_00, 200),
}


@pytest.mark.parametrize("told", SEQUENCES)
async def test_parent_and_parts_count_once_in_any_sequence(told: tuple[Order, ...]) -> None:
    for one in told:
        await take(one)
    assert await stands() == ONCE
    assert (await points_of("wang", at=JUNE_1)).pending == 500
    await adds_up()


@pytest.mark.parametrize("told", SEQUENCES)
async def test_so_they_do_in_one_batch(told: tuple[Order, ...]) -> None:
    outcomes = await purchases.record(list(told), at=JUNE_1)
    assert [one.refusal for one in outcomes] == [None, None, None]
    assert await stands() == ONCE
    assert (await points_of("wang", at=JUNE_1)).pending == 500
    await adds_up()


async def test_a_parent_that_is_told_again_stays_replaced() -> None:
    for one in (PARENT, *PARTS):
        await take(one)
    again = (
        PARENT,
        replace(PARENT, state=PurchaseState.SHIPPED, platform_updated_at=JUNE_1 + DAY),
        order(
            "P",
            line(300_00, refunded_fen=300_00),
            line(200_00, key="2", refunded_fen=200_00),
            state=PurchaseState.REFUNDED,
            updated_at=JUNE_1 + 2 * DAY,
        ),
        replace(PARENT, buyer=(LIN,), lines=(), source="a file"),
    )
    for one in again:
        (outcome,) = await purchases.record([one], at=JUNE_1 + 3 * DAY)
        assert outcome.fate is Fate.ALREADY_DONE
    assert await stands() == ONCE
    assert (await points_of("wang", at=JUNE_1 + 3 * DAY)).pending == 500
    await adds_up()


async def test_a_parent_that_was_cancelled_before_its_parts_came_counts_once() -> None:
    await take(PARENT)
    back = (line(300_00, refunded_fen=300_00), line(200_00, key="2", refunded_fen=200_00))
    await take(order("P", *back, state=PurchaseState.REFUNDED), at=JUNE_1 + DAY)
    assert (await points_of("wang", at=JUNE_1 + DAY)).pending == 0
    for one in PARTS:
        await take(one, at=JUNE_1 + DAY)
    assert await stands() == ONCE
    assert (await points_of("wang", at=JUNE_1 + DAY)).pending == 500
    await adds_up()


async def test_a_refund_of_one_part_leaves_the_other() -> None:
    for one in (PARTS[0], PARENT, PARTS[1]):
        await take(one)
    back = part("A", 300_00, state=PurchaseState.REFUNDED)
    back = replace(back, refunded_fen=300_00, lines=(line(300_00, refunded_fen=300_00),))
    await take(back, at=JUNE_1 + DAY)
    assert await stands() == ONCE | {"A": ("refunded", 300_00, 0)}
    assert (await points_of("wang", at=JUNE_1 + DAY)).pending == 200
    await adds_up()


async def test_a_part_that_is_split_again_stands_replaced_and_so_does_the_first_order() -> None:
    grandparts = (part("A1", 100_00, "A", "P"), part("A2", 200_00, "A", "P"))
    told = [PARENT, *PARTS, *grandparts]
    for seed in range(6):
        await db.fetch(EMPTY)
        for one in random.Random(seed).sample(told, len(told)):
            await take(one)
        assert await stands() == {
            "P": ("replaced", 0, 0),
            "A": ("replaced", 0, 0),
            "B": ("paid", 200_00, 200),
            "A1": ("paid", 100_00, 100),
            "A2": ("paid", 200_00, 200),
        }
    await adds_up()


async def test_a_part_that_cannot_be_taken_leaves_its_parent_as_it_is() -> None:
    await take(PARENT)
    wrong = replace(PARTS[0], paid_fen=1)
    assert (await refusal(wrong)).code == "lines_do_not_sum"
    assert await stands() == {"P": ("paid", 500_00, 500)}


async def test_a_part_is_known_as_one_when_a_file_tells_it_without() -> None:
    await take(PARTS[0])
    await take(replace(PARTS[0], parent_numbers=(), state=PurchaseState.SHIPPED))
    assert (await Purchase.get(number="A")).parent_number == "P"
    # the other way: the file was first, and says that it is further than what names the parent
    await take(replace(PARTS[1], parent_numbers=(), state=PurchaseState.COMPLETED))
    await take(PARENT)
    await take(PARTS[1])
    assert (await stands())["P"] == ("replaced", 0, 0)


async def test_parts_of_one_another_are_refused() -> None:
    await take(part("A", 100_00, "B"))
    assert (await refusal(part("B", 100_00, "A"))).code == "split_in_a_circle"
    both = [part("X", 100_00, "Y"), part("Y", 100_00, "X"), part("Z", 100_00, "Z")]
    outcomes = await purchases.record(both, at=JUNE_1)
    assert {isinstance(one.refusal, Refused) for one in outcomes} == {True}
    assert set(await stands()) == {"A", "B"}


async def test_parts_of_another_shop_are_none() -> None:
    await take(PARENT)
    elsewhere = replace(PARTS[0], shop=replace(PARTS[0].shop, code="outlet"))
    await take(elsewhere)
    rows = await db.fetch(
        "SELECT purchase.state FROM purchase JOIN shop ON shop.id = shop_id"
        " WHERE number = 'P' ORDER BY shop.id"
    )
    assert [row["state"] for row in rows] == ["paid", "replaced"]


async def test_parts_and_parent_told_at_once_by_many_count_once() -> None:
    told = [PARENT, *PARTS, part("C", 50_00, buyer=(LIN,))]
    for _ in range(5):
        await db.fetch(EMPTY)
        batches = [[one] for one in told] + [list(told), list(reversed(told))]
        results = await asyncio.gather(*(purchases.record(one, at=JUNE_1) for one in batches))
        assert not [one.refusal for batch in results for one in batch if one.refusal]
        assert await stands() == ONCE | {"C": ("paid", 50_00, 50)}
        assert (await points_of("wang", at=JUNE_1)).pending == 500
    await adds_up()


async def test_points_of_a_parent_that_were_spent_are_not_owed_twice() -> None:
    done = replace(PARENT, state=PurchaseState.COMPLETED, completed_at=JUNE_1)
    await take(done, at=JUNE_1 + 8 * DAY)
    for one in PARTS:
        finished = replace(one, state=PurchaseState.COMPLETED, completed_at=JUNE_1)
        await take(finished, at=JUNE_1 + 8 * DAY)
    balance = await points_of("wang", at=JUNE_1 + 8 * DAY)
    assert (balance.available, balance.pending, balance.debt) == (500, 0, 0)
    await adds_up()


async def test_a_split_order_counts_once_wherever_orders_are_counted() -> None:
    nested = (part("A1", 100_00, "A", "P"), part("A2", 200_00, "A", "P"))
    for one in (PARENT, *PARTS, *nested):
        await take(one)
    today = await scorecards.today(at=JUNE_1)
    assert (today.orders[0], today.sales_fen[0]) == (1, 500_00)
    card = await scorecards.programme(at=JUNE_1)
    assert (card.others.orders, card.others.revenue_fen) == (1, 500_00)
    wang = (await Purchase.get(number="A1")).customer_id
    assert wang is not None
    await standing.derive(at=JUNE_1)
    known = await Standing.get(member_id=wang)
    assert (known.orders, known.spent_fen) == (1, 500_00)
    cut_points = Rfm().cut_points(at=JUNE_1)
    (bounds,) = await db.fetch(cut_points.sql, *cut_points.arguments)
    assert (set(bounds["frequency"]), set(bounds["money"])) == ({1}, {500_00})
    (shop,) = (await customers.linked(wang)).shops
    assert shop.orders == 1
    parent = await Purchase.get(number="P")
    assert await PurchaseLine.filter(purchase_id=parent.id).count() == 0
    told = replace(order("R", line(9_00)), state=PurchaseState.REPLACED)
    await take(told)
    assert (await stands())["R"] == ("replaced", 0, 0)


def _history(n: int, random_: random.Random) -> list[Order]:
    """Return all tellings of one order that is split up, in a random way, as they happened."""
    name, buyer = f"O{n}", (random_.choice((WANG, LIN)),)
    fens = [random_.randrange(1, 90_000) for _ in range(random_.randrange(2, 5))]
    at = JUNE_1 + random_.randrange(200) * DAY
    told = [
        order(name, *_lines(fens, [0] * len(fens)), buyer=buyer, paid_at=at, updated_at=at),
    ]
    if random_.random() < 0.5:
        back = (*_lines(fens, fens),)
        state = PurchaseState.REFUNDED
        told.append(order(name, *back, buyer=buyer, paid_at=at, state=state, updated_at=at + DAY))
    for i, fen in enumerate(fens):
        given = sorted(random_.randrange(fen + 1) for _ in range(random_.randrange(3)))
        for j, refunded_fen in enumerate([0, *given]):
            then = at + (2 + i + 5 * j) * DAY
            told.append(
                part(
                    f"{name}-{i}",
                    fen,
                    name,
                    buyer=buyer,
                    paid_at=at,
                    updated_at=then,
                    refunded_fen=refunded_fen,
                )
            )
    return told


def _lines(fens: list[int], given: list[int]) -> list[OrderLine]:
    pairs = enumerate(zip(fens, given, strict=True))
    return [line(fen, key=str(i), refunded_fen=back) for i, (fen, back) in pairs]


@pytest.mark.parametrize("seed", range(3))
async def test_a_year_of_split_orders_told_in_ten_sequences_comes_to_the_same(seed: int) -> None:
    histories = [_history(n, random.Random(f"{seed}-{n}")) for n in range(12)]
    told = [one for history in histories for one in history]
    seen = []
    for shuffle in range(10):
        await db.fetch(EMPTY)
        random_ = random.Random(shuffle)
        shuffled = random_.sample(told, len(told)) + random_.sample(told, 10)
        while shuffled:
            size = random_.randrange(1, 12)
            outcomes = await purchases.record(shuffled[:size], at=JUNE_1 + 365 * DAY)
            assert not [one.refusal for one in outcomes if one.refusal]
            shuffled = shuffled[size:]
        rows = await db.fetch(
            "SELECT number, state, paid_fen, refunded_fen, points_earned FROM purchase ORDER BY 1"
        )
        seen.append([tuple(row) for row in rows])
    await adds_up()
    assert all(one == seen[0] for one in seen)
    last = {one.number: one for one in told}
    kept = sum(one.paid_fen - one.refunded_fen for one in last.values() if one.parent_numbers)
    assert sum(row[2] - row[3] for row in seen[0]) == kept


@pytest.mark.parametrize("told", SEQUENCES)
async def test_a_split_order_takes_its_room_under_a_cap_once(told: tuple[Order, ...]) -> None:
    cap = Cap(most=400, per="day")
    await programme.publish("earning:cap", cap, starts_at=BEGAN_AT, by="t", at=JUNE_1)
    await take(order("X", line(100_00), paid_at=JUNE_1 + HOUR))
    for one in told:
        await take(one)
    earned = {number: points for number, (_, _, points) in (await stands()).items()}
    assert (earned["P"], earned["A"] + earned["B"], earned["X"]) == (0, 400, 0)
    back = replace(PARTS[0], refunded_fen=300_00, state=PurchaseState.REFUNDED)
    await take(replace(back, lines=(line(300_00, refunded_fen=300_00),)), at=JUNE_1 + DAY)
    earned = {number: points for number, (_, _, points) in (await stands()).items()}
    assert earned == {"P": 0, "A": 0, "B": 200, "X": 100}
    await adds_up()


async def test_split_orders_under_a_cap_are_told_at_once_by_many() -> None:
    cap = Cap(most=400, per="day")
    await programme.publish("earning:cap", cap, starts_at=BEGAN_AT, by="t", at=JUNE_1)
    told = [PARENT, *PARTS]
    batches = [[one] for one in told] + [list(told), list(reversed(told))]
    results = await asyncio.gather(*(purchases.record(one, at=JUNE_1) for one in batches))
    assert not [one.refusal for batch in results for one in batch if one.refusal]
    assert sum(points for _, _, points in (await stands()).values()) == 400
    assert (await points_of("wang", at=JUNE_1)).pending == 400
    await adds_up()
