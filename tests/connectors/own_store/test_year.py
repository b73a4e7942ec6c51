"""A year of orders, told in any sequence, twice and with merges between, ends in one way."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from loyalty import customers, ledger
from loyalty.errors import Refused
from loyalty.ledger import Spend
from models import Identity, Purchase, PurchaseState
from tests.connectors.own_store.till import CODE, Json, Till, line, order, reasons, refund
from web.context import now

BEGIN = now() - timedelta(days=345)  # nothing of it has lapsed yet
BUYERS, ORDERS = 12, 120
PAIRS = (("C-0", "C-1"), ("C-2", "C-3"))


@dataclass
class Year:
    """What is told, and what comes of it by a plain sum."""

    orders: list[Json] = field(default_factory=list)
    refunds: list[Json] = field(default_factory=list)
    points: Counter[str] = field(default_factory=Counter)
    refunded: int = 0


def year(dice: random.Random) -> Year:
    """Make up a year: each order is told as paid, shipped and completed, and refunds apart."""
    told = Year()
    for place in range(ORDERS):
        buyer = f"C-{dice.randrange(BUYERS)}"
        at = BEGIN + timedelta(minutes=dice.randrange(330 * 24 * 60))
        fen = [dice.randrange(1, 60_000) for _ in range(dice.randint(1, 4))]
        told.orders += _tellings(f"Y-{place}", buyer, at, fen)
        back = _refunds(told, f"Y-{place}", at, fen, dice)
        told.refunded += back == sum(fen)
        told.points[buyer] += (sum(fen) - back) // 100
    return told


def _tellings(number: str, buyer: str, at: datetime, fen: list[int]) -> list[Json]:
    lines = [line(str(key), one) for key, one in enumerate(fen, 1)]
    states: list[dict[str, Any]] = [
        {"state": "paid", "completed_at": None},
        {"state": "shipped", "completed_at": None},
        {"state": "completed", "completed_at": (at + timedelta(days=4)).isoformat()},
    ]
    return [
        order(
            number,
            lines=lines,
            goods_fen=sum(fen),
            paid_fen=sum(fen),
            ordered_at=at.isoformat(),
            paid_at=at.isoformat(),
            updated_at=(at + timedelta(days=2 * place)).isoformat(),
            buyer={"customer_key": buyer},
            **state,
        )
        for place, state in enumerate(states)
    ]


def _refunds(told: Year, number: str, at: datetime, fen: list[int], dice: random.Random) -> int:
    """Give nothing back, a part of some lines in several steps, or everything."""
    share = dice.choice((0, 0, 0, 1, 2))
    left = dict(enumerate(fen, 1)) if share else {}
    for step in range(dice.randint(1, 3) if share else 0):
        parts = {key: dice.randint(0, one) for key, one in left.items()}
        if share == 2 and step == 0:
            parts = {key: one // 2 for key, one in left.items()}
        _tell_refund(told, number, f"R-{step}", at + timedelta(days=5 + step), parts)
        left = {key: one - parts[key] for key, one in left.items()}
    if share == 2:
        _tell_refund(told, number, "R-last", at + timedelta(days=9), left)
        left = dict.fromkeys(left, 0)
    return sum(fen) - sum(left.values()) if share else 0


def _tell_refund(told: Year, number: str, name: str, at: datetime, parts: dict[int, int]) -> None:
    given = {f"line_{key}": fen for key, fen in parts.items() if fen}
    if given:
        told.refunds.append(refund(number, name, at.isoformat(), **given))


async def customer(key: str) -> int | None:
    identity = await Identity.get_or_none(kind="customer_key", scope=CODE, value=key)
    return identity.customer_id if identity else None


async def spend(key: str, name: str) -> int:
    """Let somebody spend a few points, if she has as many."""
    member_id = await customer(key)
    if member_id is None:
        return 0
    try:
        await ledger.record_one(Spend(member_id=member_id, key=name, at=now(), points=60))
    except Refused:
        return 0
    return 60


async def merge(pair: tuple[str, str]) -> None:
    root, other = await customer(pair[0]), await customer(pair[1])
    if root is not None and other is not None and root != other:
        await customers.merge(root, other, evidence="staff", by="chen", at=now())


@pytest.mark.parametrize("seed", range(10))
async def test_a_year_told_in_any_sequence_ends_as_a_plain_sum(till: Till, seed: int) -> None:
    told, dice = year(random.Random(2026)), random.Random(seed)
    calls = [("orders", one) for one in told.orders] + [("refunds", one) for one in told.refunds]
    calls += dice.sample(calls, len(calls) // 5)
    dice.shuffle(calls)
    spent: Counter[str] = Counter()
    for place in range(0, len(calls), 60):
        batch = calls[place : place + 60]
        await till.tell(
            [one for kind, one in batch if kind == "orders"],
            [one for kind, one in batch if kind == "refunds"],
        )
        buyer = f"C-{dice.randrange(BUYERS)}"
        spent[buyer] += await spend(buyer, f"spend:{place}")
        if dice.random() < 0.3:
            await merge(dice.choice(PAIRS))
    for pair in PAIRS:
        await merge(pair)
    assert await reasons() == []
    assert await ledger.verify() == []
    assert await Purchase.filter(state=PurchaseState.REFUNDED).count() == told.refunded
    expected: Counter[int] = Counter()
    for key in {*told.points, *spent}:
        member_id = await customer(key)
        assert member_id is not None
        expected[member_id] += told.points[key] - spent[key]
    balances = await ledger.balances(list(expected), at=now())
    found = {one: held.available + held.pending - held.debt for one, held in balances.items()}
    assert found == dict(expected)
