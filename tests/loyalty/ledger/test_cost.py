"""What the ledger asks of PostgreSQL: statements a batch, rows a movement."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from loyalty.ledger import (
    Cancel,
    ClawBack,
    Earn,
    Expire,
    Move,
    Movement,
    Restore,
    Settle,
    Spend,
    record,
)
from models import db
from tests.loyalty.ledger.scene import day, fates, joined


@asynccontextmanager
async def statements_counted() -> AsyncIterator[list[str]]:
    """Collect what a transaction sends while the block runs, as the driver sends it.

    Without the driver's look at types and settings, once a connection.
    """
    sent: list[str] = []

    def note(record: Any) -> None:
        if "typeinfo_tree" not in record.query and "current_setting" not in record.query:
            sent.append(record.query)

    async with db.transaction():
        async with db._client().acquire_connection() as connection:
            connection.add_query_logger(note)
        yield sent
        connection.remove_query_logger(note)


def _everything(member_ids: Sequence[int], name: str) -> list[Movement]:
    movements: list[Movement] = []
    for who, friend in zip(member_ids, [*member_ids[1:], member_ids[0]], strict=True):
        key, common = f"{name}:{who}:", {"member_id": who, "at": day(0)}
        movements += [
            Earn(**common, key=key + "e", points=100, settles_at=day(7), expires_at=day(9)),
            Earn(**common, key=key + "f", points=100, settles_at=day(7)),
            Settle(**common, key=key + "set", earn_key=key + "e"),
            Cancel(**common, key=key + "can", earn_key=key + "f"),
            Spend(**common, key=key + "s", points=60),
            Restore(**common, key=key + "r", spend_key=key + "s", points=10),
            ClawBack(**common, key=key + "c", earn_key=key + "e", points=20),
            Move(**common, key=key + "m", to_member_id=friend, points=1),
            Expire(member_id=who, at=day(9), key=key + "x"),
        ]
    return movements


async def test_a_batch_of_any_size_takes_the_same_few_statements(ledger: None) -> None:
    member_ids = await joined(60)
    counts = {}
    for size in (2, 60):
        chosen = member_ids[:size]
        async with statements_counted() as first:
            assert set(await fates(_everything(chosen, f"first{size}"))) == {"done"}
        building = [
            movement
            for who in chosen
            for movement in (
                Restore(member_id=who, at=day(9), key=f"R{size}{who}",
                        spend_key=f"first{size}:{who}:s"),
                ClawBack(member_id=who, at=day(9), key=f"C{size}{who}", points=5,
                         earn_key=f"first{size}:{who}:e"),
            )
        ]  # fmt: skip
        async with statements_counted() as second:
            assert set(await fates(building)) == {"done"}
        async with statements_counted() as again:
            assert set(await fates(building)) == {"already_done"}
        counts[size] = (len(first), len(second), len(again))
    assert counts[2] == counts[60]
    assert max(counts[60]) <= 6


async def test_known_keys_are_answered_by_one_statement_without_a_lock(
    ledger: None, database_url: str
) -> None:
    (lin,) = await joined(1)
    movements = [Earn(member_id=lin, at=day(0), key=f"e{n}", points=1) for n in range(30)]
    await record(movements)
    async with db.session(database_url) as other:
        locked = other.transaction()
        await locked.start()
        await other.execute("SELECT 1 FROM member FOR UPDATE")
        assert set(await fates(movements)) == {"already_done"}
        await locked.rollback()


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_an_order_that_earns_settles_and_is_spent_writes_at_most_12_rows(
    ledger: None, in_one_batch: bool
) -> None:
    (lin,) = await joined(1)
    movements = [
        Earn(member_id=lin, at=day(0), key="e", points=100, settles_at=day(7)),
        Settle(member_id=lin, at=day(7), key="set", earn_key="e"),
        Spend(member_id=lin, at=day(8), key="s", points=60),
    ]
    async with db.transaction():
        before = await _rows_written()
        for batch in [movements] if in_one_batch else [[m] for m in movements]:
            assert set(await fates(batch)) == {"done"}
        written = await _rows_written() - before
    assert written == (6 if in_one_batch else 10)


async def test_an_earning_writes_three_rows(ledger: None) -> None:
    (lin,) = await joined(1)
    async with db.transaction():
        before = await _rows_written()
        await record([Earn(member_id=lin, at=day(0), key="e", points=100)])
        assert await _rows_written() - before == 3


async def _rows_written() -> int:
    (row,) = await db.fetch(
        "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::int AS rows FROM pg_stat_xact_user_tables"
    )
    rows: int = row["rows"]
    return rows
