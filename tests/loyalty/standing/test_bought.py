"""What rules want to know beyond her standing: kept as figures, right after whatever happened."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from loyalty import programme, purchases, standing
from loyalty.conditions import Conditions
from loyalty.conditions.bought import Bought
from loyalty.conditions.orders_within import OrdersWithin
from loyalty.conditions.spent_within import SpentWithin
from loyalty.discounts.percent import Percent
from loyalty.facts import Facts
from loyalty.programme import BEGINNING
from loyalty.spans import Span
from loyalty.standing import knowing
from models import db
from tests.cast import DAY, JUNE_1, line, order
from tests.loyalty.store import AT, member

pytestmark = pytest.mark.usefixtures("store")

SIX_MONTHS, YEAR = Span(6, "months"), Span(12, "calendar_year")
RULE = Percent(
    conditions=Conditions(
        [
            OrdersWithin(within=6, unit="months"),
            SpentWithin(unit="calendar_year"),
            Bought(categories=("咖啡", "茶"), skus=("B-1",), brands=("拾光",)),
        ]
    )
)


async def wang() -> int:
    """Publish the rule that wants to know, and return a member who buys at Tmall."""
    await programme.publish("offer:hers", RULE, starts_at=BEGINNING, by="test", at=AT)
    await purchases.record([order("T1", line(10_000), paid_at=AT - 400 * DAY)], at=AT)
    (row,) = await db.fetch("SELECT customer_id FROM purchase WHERE number = 'T1'")
    found: int = row["customer_id"]
    return found


async def known(member_id: int) -> Facts:
    derived = await standing.derive(at=AT)
    await standing.forget(derived.members)
    return await standing.facts_of(member_id, at=AT, rules=await programme.load())


async def test_a_window_counts_what_she_kept_within_it() -> None:
    hers = await wang()
    await purchases.record(
        [
            order("T2", line(5_000), paid_at=AT - 200 * DAY),
            order("T3", line(3_000), paid_at=AT - 100 * DAY, freight_fen=600),
            order("T4", line(2_000), paid_at=AT - 100 * DAY),
            order("T5", line(2_000, refunded_fen=2_000), paid_at=AT - 50 * DAY),
        ],
        at=AT,
    )
    facts = await known(hers)
    within, year = facts.bought_in(SIX_MONTHS), facts.bought_in(YEAR)
    assert (within.orders, within.spent_fen) == (2, 5_000), "freight and refunds are not spent"
    assert (year.orders, year.spent_fen) == (3, 10_000)
    assert facts.last_bought == {"category:咖啡": (AT - 100 * DAY).date()}


async def test_the_first_day_of_a_window_counts_and_the_day_before_does_not() -> None:
    hers = await wang()
    first_on = SIX_MONTHS.begins_on(date(2026, 11, 22))
    start = JUNE_1 - timedelta(days=(JUNE_1.date() - first_on).days)
    for number, moment in (("T2", start), ("T3", start - DAY)):
        await purchases.record([order(number, line(1_000), paid_at=moment)], at=AT)
    assert (await known(hers)).bought_in(SIX_MONTHS).orders == 1


async def test_a_refund_takes_back_what_was_counted() -> None:
    hers = await wang()
    bought = order("T2", line(5_000, sku="B-1"), paid_at=AT - DAY)
    await purchases.record([bought], at=AT)
    facts = await known(hers)
    assert facts.bought_in(SIX_MONTHS).orders == 1
    assert facts.last_bought["sku:B-1"] == (AT - DAY).date()
    assert facts.last_paid_at == AT - DAY
    given_back = replace(
        bought,
        lines=(replace(bought.lines[0], refunded_fen=5_000),),
        refunded_fen=5_000,
        platform_updated_at=AT,
    )
    await purchases.record([given_back], at=AT)
    facts = await known(hers)
    assert facts.bought_in(SIX_MONTHS).orders == 0
    assert "sku:B-1" not in facts.last_bought
    assert facts.last_paid_at == AT - 400 * DAY


async def test_orders_in_any_sequence_are_kept_as_the_same_figures() -> None:
    hers = await wang()
    told = [order(f"T{n}", line(n * 100), paid_at=AT - n * 30 * DAY) for n in range(2, 9)]
    for one in (*told[::2], *told[::-1]):
        await purchases.record([one], at=AT)
        await known(hers)
    rows = await db.fetch("SELECT * FROM bought_day WHERE member_id = $1 ORDER BY on_day", hers)
    assert [row["orders"] for row in rows] == list(range(1, 9))
    assert rows[-1]["spent_fen"] == 10_000 + sum(n * 100 for n in range(2, 9))


async def test_of_a_member_who_never_bought_all_of_it_is_nothing() -> None:
    await wang()
    facts = await known(await member("o-emma"))
    assert facts.bought_in(SIX_MONTHS).orders == facts.bought_in(YEAR).spent_fen == 0
    assert (facts.last_bought, facts.last_paid_at, facts.birthday) == ({}, None, None)
    assert (facts.kept_cart, facts.hesitated_at, facts.is_under_way) == (None, None, False)
    assert facts.joined_at is not None


async def test_without_a_rule_that_wants_it_nothing_of_it_is_asked() -> None:
    facts = await standing.facts_of(await member(), at=AT, rules=await programme.load())
    assert facts.joined_at is None


_MANY = """
WITH lain AS (INSERT INTO customer (created_at) SELECT now() FROM generate_series(1, 200)
              RETURNING id),
joined AS (INSERT INTO member (id, joined_at, joined_through) SELECT id, now(), 'test' FROM lain),
days AS (INSERT INTO bought_day SELECT id, current_date - n, 5000 - n, 5000 - n
         FROM lain CROSS JOIN generate_series(1, 300) AS n),
goods AS (INSERT INTO bought_goods SELECT id, 'sku:S-' || n, current_date
          FROM lain CROSS JOIN generate_series(1, 300) AS n)
SELECT min(id) AS id FROM lain
"""


async def test_facts_are_looked_up_however_much_she_and_others_bought() -> None:
    (row,) = await db.fetch(_MANY)
    since = [date(2026, 5, 22), date(2026, 1, 1)]
    asked = (AT, [row["id"]], since, ["sku:S-7", "category:咖啡"])
    (told,) = await db.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {knowing._MORE}", *asked)
    (explained,) = json.loads(told[0])
    parts = list(_parts(explained["Plan"]))
    by_day = [part for part in parts if part.get("Relation Name") == "bought_day"]
    by_goods = [part for part in parts if part.get("Relation Name") == "bought_goods"]
    assert len(by_day) == 2
    for part in (*by_day, *by_goods):
        assert part["Node Type"] in {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}
        assert part["Actual Rows"] <= 1, "a row a window and a row a name, not all that she bought"
    assert len(by_goods) == 1


def _parts(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _parts(part)
