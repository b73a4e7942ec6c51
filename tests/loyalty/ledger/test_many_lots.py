"""A balance is what the lots say, and is read without reading all of them."""

from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
import pytest

from loyalty.ledger import Balance, Earn, Settle, Spend, balances, record
from loyalty.ledger.reading import _BALANCES, SOON
from models import Lot, Member, db
from tests.loyalty.ledger.scene import day, joined

MANY = 10_000


@pytest.mark.parametrize("seed", range(4))
async def test_a_balance_is_what_the_lots_say_at_any_moment(ledger: None, seed: int) -> None:
    dice = Random(seed)
    (lin,) = await joined(1)
    lapses = [None, *range(5, 90, 7)]
    earnings = [
        Earn(
            member_id=lin,
            key=f"e{number}",
            at=day(0),
            points=dice.randint(1, 50),
            settles_at=dice.choice([day(0), day(60)]),
            expires_at=day(lapse) if (lapse := dice.choice(lapses)) else None,
            idle_expires_at=dice.choice([None, day(40)]) if seed else None,
        )
        for number in range(30)
    ]
    await record([*earnings, Settle(member_id=lin, key="s", at=day(1), earn_key="e1")])
    await record([Spend(member_id=lin, key=f"p{n}", at=day(n), points=20) for n in (2, 9, 30)])
    for moment in (2, 5, 12, 39, 40, 41, 60, 91):
        told = (await balances([lin], at=day(moment)))[lin]
        assert told == await by_all_lots(lin, moment), f"day {moment}"


async def by_all_lots(member_id: int, moment: int) -> Balance:
    """Add up all lots, one by one."""
    member = await Member.get(id=member_id)
    lots = await Lot.filter(member_id=member_id, settled_at__not_isnull=True)
    good = [
        (lot.remaining, lapses_at)
        for lot in lots
        if lot.remaining
        and (
            (lapses_at := lot.expires_at or member.idle_expires_at) is None
            or lapses_at > day(moment)
        )
    ]
    soon = [(points, at) for points, at in good if at and at <= day(moment) + SOON]
    return Balance(
        sum(points for points, _ in good),
        member.points_pending,
        member.points_debt,
        sum(points for points, _ in soon),
        min((at for _, at in soon), default=None),
    )


async def test_of_ten_thousand_lots_only_those_that_lapse_soon_are_read(pages: None) -> None:
    lin, wang = await joined(2)
    for member_id, days in ((lin, "10 + number % 1000"), (wang, "NULL::integer")):
        await db.fetch(
            "INSERT INTO lot (member_id, number, entry_number, points, remaining, earned_at,"
            " settled_at, expires_at)"
            " SELECT $1, number, number, 1, 1, $2::timestamptz, $2::timestamptz,"
            f" $2::timestamptz + make_interval(days => {days})"
            " FROM generate_series(1, $3) AS lots (number)",
            member_id,
            day(0),
            MANY,
        )
    await db.fetch("UPDATE member SET points_available = $1, idle_expires_at = $2", MANY, day(365))
    await db.fetch("VACUUM ANALYZE lot")
    told = await balances([lin, wang], at=day(15))
    assert told[lin] == Balance(MANY - 60, 0, 0, 300, day(16))
    assert told[wang] == Balance(MANY, 0, 0, 0, None)
    assert await lots_read(lin, at=15) == 360
    assert await lots_read(wang, at=15) == 0


async def lots_read(member_id: int, *, at: int) -> int:
    """Return how many rows of lots PostgreSQL goes through for a balance."""
    ((plan,),) = await db.fetch(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {_BALANCES}", day(at), day(at) + SOON, [member_id]
    )
    return sum(
        int((one["Actual Rows"] + one.get("Rows Removed by Filter", 0)) * one["Actual Loops"])
        for one in _nodes(msgspec.json.decode(plan)[0]["Plan"])
        if one.get("Relation Name") == "lot"
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
