"""A connection that dies in the middle leaves all or nothing, and a retry finishes the work."""

import asyncio
import itertools
import random
from collections.abc import Sequence

import asyncpg
import pytest

from loyalty.ledger import Earn, Move, Movement, Spend, record
from models import db
from tests.loyalty.ledger.scene import day, earned, fates, joined, kept

# What a caller retries after. The driver's own word comes where a kill meets a statement's start.
GONE = (*db.Unreachable, asyncpg.InternalClientError)

WRITING = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'jifen' AND wait_event_type = 'Lock'"
)


async def _killed_while_waiting(url: str, movements: Sequence[Movement], *, table: str) -> None:
    """Stop the batch where it touches a table, and kill its connection there."""
    async with db.session(url) as other:
        holding = other.transaction()
        await holding.start()
        await other.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        asking = asyncio.create_task(record(movements))
        while not (waiting := await other.fetch(WRITING)):
            await other.fetch("SELECT pg_sleep(0.01)")
        await other.fetch("SELECT pg_terminate_backend($1)", waiting[0]["pid"])
        with pytest.raises(db.Unreachable):
            await asking
        await holding.rollback()


@pytest.mark.parametrize("table", ["member", "lot", "entry", "draw"])
async def test_a_connection_killed_at_any_table_leaves_nothing(
    database_url: str, lin: int, wang: int, table: str
) -> None:
    await earned(lin, 100, key="e")
    movements = [
        Spend(member_id=lin, key="s", at=day(1), points=60),
        Move(member_id=lin, key="m", at=day(1), to_member_id=wang, points=30),
        Earn(member_id=wang, key="f", at=day(1), points=9),
    ]
    await _killed_while_waiting(database_url, movements, table=table)
    assert (await kept(lin), await kept(wang)) == ((100, 0, 0), (0, 0, 0))
    assert len(await db.fetch("SELECT 1 FROM entry")) == 1
    assert await fates(movements) == ["done"] * 3
    assert (await kept(lin), await kept(wang)) == ((10, 0, 0), (30, 9, 0))


async def test_a_connection_killed_before_the_callers_commit_leaves_nothing(lin: int) -> None:
    await earned(lin, 100, key="e")
    spend = Spend(member_id=lin, key="s", at=day(1), points=60)

    async def record_and_die() -> None:
        async with db.transaction():
            assert await fates([spend]) == ["done"]
            await db.fetch("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(db.Unreachable):
        await record_and_die()
    assert await kept(lin) == (100, 0, 0)
    assert await fates([spend, spend]) == ["done", "already_done"]


async def test_an_answer_lost_after_the_commit_is_given_again(lin: int) -> None:
    await earned(lin, 100, key="e")
    spend = Spend(member_id=lin, key="s", at=day(1), points=60)
    (lost,) = await record([spend])
    (again,) = await record([Spend(member_id=lin, key="s", at=day(9), points=60)])
    assert again.value == lost.value
    assert await kept(lin) == (40, 0, 0)


async def test_callers_who_retry_through_random_kills_move_everything_once(
    database_url: str, ledger: None
) -> None:
    member_ids = await joined(6)
    finished, enough_killed = asyncio.Event(), asyncio.Event()
    lost = turns = 0

    async def insist(movements: list[Movement]) -> None:
        nonlocal lost
        for _ in range(200):
            try:
                told = await fates(movements)
            except GONE:
                lost += 1
                continue
            assert set(told) <= {"done", "already_done"}
            return
        raise AssertionError("never answered")

    async def work(caller: int) -> None:
        nonlocal turns
        luck = random.Random(caller)
        for turn in itertools.count():
            if turn >= 15 and enough_killed.is_set():
                return
            turns += 1
            a, b = luck.sample(member_ids, 2)
            name, moments = f"{caller}:{turn}", {"at": day(0), "settles_at": day(0)}
            await insist(
                [
                    Earn(member_id=a, key=f"{name}:a", points=5, **moments),
                    Earn(member_id=b, key=f"{name}:b", points=5, **moments),
                    Spend(member_id=a, key=f"{name}:s", at=day(0), points=2),
                    Move(member_id=a, key=f"{name}:m", at=day(0), to_member_id=b, points=1),
                ]
            )

    async def kill() -> int:
        kills = 0
        async with db.session(database_url) as other:
            while not finished.is_set() and kills < 60:
                killed = await other.fetch(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND application_name = 'jifen'"
                    " AND state <> 'idle' ORDER BY random() LIMIT 1"
                )
                kills += len(killed)
                if kills >= 20 and lost:
                    enough_killed.set()
                await asyncio.sleep(0.03)
        enough_killed.set()
        return kills

    killing = asyncio.create_task(kill())
    await asyncio.gather(*(work(caller) for caller in range(8)))
    finished.set()
    assert await killing >= 20
    assert lost > 0
    assert sum([(await kept(who))[0] for who in member_ids]) == turns * (5 + 5 - 2)
