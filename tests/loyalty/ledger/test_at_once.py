"""Many callers at once, on the real row locks of PostgreSQL."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Iterable
from itertools import count, pairwise
from typing import TypeVar

import pytest

from loyalty.ledger import (
    ClawBack,
    Earn,
    Expire,
    Move,
    Movement,
    Restore,
    Settle,
    Spend,
    record,
    record_one,
    verify,
)
from models import db
from tests.loyalty.ledger.scene import day, earned, fate, fates, joined, kept, totals

T = TypeVar("T")

_LOCKED = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'jifen' AND wait_event_type = 'Lock'"
)


async def at_once(callers: Iterable[Awaitable[T]]) -> list[T]:
    """Run all callers and return their answers."""
    return list(await asyncio.gather(*callers))


async def fates_at_once(movements: Iterable[Movement]) -> Counter[str]:
    """Record each movement by a caller of its own and count the fates."""
    outcomes = await at_once(record([movement]) for movement in movements)
    return Counter(fate(outcome) for (outcome,) in outcomes)


async def test_64_spendings_of_10_take_exactly_10_times_from_100(lin: int) -> None:
    await earned(lin, 60, key="a", expires_at=day(9))
    await earned(lin, 40, key="b")
    spends = [Spend(member_id=lin, key=f"s{n}", at=day(1), points=10) for n in range(64)]
    assert await fates_at_once(spends) == {"done": 10, "not_enough_points": 54}
    assert await kept(lin) == (0, 0, 0)


async def test_20_gifts_of_the_whole_balance_at_once_give_it_once(lin: int) -> None:
    await earned(lin, 100, key="e")
    friends = await joined(20)
    gifts = [
        Move(member_id=lin, key=f"m{friend}", at=day(1), to_member_id=friend, points=100)
        for friend in friends
    ]
    assert await fates_at_once(gifts) == {"done": 1, "not_enough_points": 19}
    assert sum([(await kept(who))[0] for who in [lin, *friends]]) == 100


async def test_one_key_from_32_callers_at_once_has_one_effect(lin: int) -> None:
    await earned(lin, 100, key="e")
    spend = Spend(member_id=lin, key="s", at=day(1), points=10)
    answers = await at_once(record_one(spend) for _ in range(32))
    assert len(set(answers)) == 1
    assert await kept(lin) == (90, 0, 0)
    earn = Earn(member_id=lin, key="f", at=day(1), points=5)
    assert await fates_at_once([earn] * 32) == {"done": 1, "already_done": 31}
    assert await kept(lin) == (90, 5, 0)


@pytest.mark.parametrize("points", [60, 100])
async def test_callers_who_looked_before_another_did_it_hear_that_it_is_done(
    database_url: str, lin: int, points: int
) -> None:
    """The whole balance too: the points are gone, and they went by this very key."""
    await earned(lin, 100, key="e")
    spend = Spend(member_id=lin, key="s", at=day(1), points=points)
    other_content = Spend(member_id=lin, key="s", at=day(1), points=99)
    async with db.session(database_url) as other:
        await other.execute("BEGIN")
        await other.execute("SELECT 1 FROM member FOR UPDATE")
        first = asyncio.create_task(record([spend]))
        await _waiting(1)
        rest = [asyncio.create_task(record([one])) for one in (spend, other_content)]
        await _waiting(3)
        await other.execute("ROLLBACK")
    assert [fate(*await one) for one in (first, *rest)] == ["done", "already_done", "key_reused"]
    assert await kept(lin) == (100 - points, 0, 0)


async def _waiting(callers: int) -> None:
    """Return when so many callers have looked and wait for the lock."""
    while len(await db.fetch(_LOCKED)) < callers:
        await db.fetch("SELECT pg_sleep(0.01)")


async def test_ten_restores_of_one_spending_at_once_restore_once(lin: int) -> None:
    await earned(lin, 100, key="e")
    await record_one(Spend(member_id=lin, key="s", at=day(1), points=70))
    restores = [Restore(member_id=lin, key=f"r{n}", at=day(1), spend_key="s") for n in range(10)]
    assert await fates_at_once(restores) == {"done": 1, "more_than_spent": 9}
    assert await kept(lin) == (100, 0, 0)


async def test_one_key_used_for_different_members_at_once_goes_to_one_of_them(
    ledger: None,
) -> None:
    member_ids = await joined(12)
    earns = [
        [
            Earn(member_id=who, key="shared", at=day(0), points=7),
            Earn(member_id=who, key=f"own{who}", at=day(0), points=1),
        ]
        for who in member_ids
    ]
    outcomes = await at_once(record(batch) for batch in earns)
    told = Counter((fate(first), fate(second)) for first, second in outcomes)
    assert told == {("done", "done"): 1, ("key_reused", "done"): 11}
    assert sum([(await kept(who))[1] for who in member_ids]) == 12 + 7


async def test_two_batches_that_take_the_same_keys_crosswise_both_end(ledger: None) -> None:
    lin, wang = await joined(2)
    for turn in range(10):
        crosswise = await at_once(
            record([Earn(member_id=who, key=f"{turn}{k}", at=day(0), points=1) for k in keys])
            for who, keys in ((lin, "ab"), (wang, "ba"))
        )
        assert Counter(fate(outcome) for batch in crosswise for outcome in batch) == {
            "done": 2,
            "key_reused": 2,
        }


async def test_batches_over_the_same_members_in_any_order_do_not_deadlock(ledger: None) -> None:
    member_ids = await joined(15)
    luck = random.Random(5)
    batches = []
    for caller in range(16):
        order = luck.sample(member_ids, 15)
        batches.append(
            [
                Earn(member_id=who, key=f"{caller}:{who}", at=day(0), points=3, settles_at=day(0))
                for who in order
            ]
            + [
                Move(member_id=a, key=f"m{caller}:{a}", at=day(0), to_member_id=b, points=1)
                for a, b in pairwise(order)
            ]
        )
    outcomes = await at_once(record(batch) for batch in batches)
    assert {fate(outcome) for batch in outcomes for outcome in batch} == {"done"}
    assert sum([(await kept(who))[0] for who in member_ids]) == 16 * 15 * 3


async def test_two_members_who_give_to_each_other_at_once_both_do(lin: int, wang: int) -> None:
    await earned(lin, 30, key="e")
    await earned(wang, 30, key="f")
    gifts = [
        Move(member_id=a, key=f"m{turn}:{a}", at=day(0), to_member_id=b, points=1)
        for turn in range(20)
        for a, b in ((lin, wang), (wang, lin))
    ]
    assert await fates_at_once(gifts) == {"done": 40}
    assert (await kept(lin), await kept(wang)) == ((30, 0, 0), (30, 0, 0))


async def test_the_sweep_and_spendings_in_the_same_second_take_nothing_twice(lin: int) -> None:
    await earned(lin, 100, key="due", expires_at=day(5))
    await earned(lin, 30, key="good")
    spends = [Spend(member_id=lin, key=f"s{n}", at=day(5), points=10) for n in range(12)]
    sweeps = [Expire(member_id=lin, key=f"x{n}", at=day(5)) for n in range(4)]
    told = await fates_at_once([*spends[:6], *sweeps, *spends[6:]])
    assert told == {"done": 3 + 1, "not_enough_points": 9, "nothing_due": 3}
    assert await kept(lin) == (0, 0, 0)


async def test_settling_cancelling_and_clawing_back_at_once_agree(lin: int) -> None:
    for turn in range(5):
        await record_one(Earn(member_id=lin, key=f"e{turn}", at=day(0), points=100))
        claws = [
            ClawBack(member_id=lin, key=f"c{turn}:{n}", at=day(1), points=30, earn_key=f"e{turn}")
            for n in range(5)
        ]
        settle = Settle(member_id=lin, key=f"s{turn}", at=day(1), earn_key=f"e{turn}")
        told = await fates_at_once([*claws[:2], settle, *claws[2:]])
        assert told["done"] == 4
        assert told["not_enough_pending"] + told["more_than_earned"] == 2
    assert await kept(lin) == (50, 0, 0)


async def test_every_snapshot_during_traffic_adds_up(ledger: None) -> None:
    member_ids = await joined(6)
    for who in member_ids:
        await earned(who, 100, key=f"e{who}")
    finished, looked_twice = asyncio.Event(), asyncio.Event()

    async def give(caller: int) -> None:
        luck = random.Random(caller)
        for turn in count():
            if turn >= 25 and looked_twice.is_set():
                return
            a, b = luck.sample(member_ids, 2)
            await record(
                [
                    Move(
                        member_id=a, key=f"{caller}:{turn}", at=day(0), to_member_id=b,
                        points=luck.randint(1, 60),
                    )
                ]
            )  # fmt: skip

    async def look() -> int:
        looks = 0
        while not finished.is_set():
            (row,) = await db.fetch(
                "SELECT (SELECT sum(points_available) FROM member) AS kept,"
                " (SELECT sum(remaining) FROM lot) AS lots, (SELECT sum(available) FROM entry)"
                " AS entries"
            )
            assert (row["kept"], row["lots"], row["entries"]) == (600, 600, 600)
            assert await verify() == []
            looks += 1
            if looks > 1:
                looked_twice.set()
        return looks

    looking = asyncio.create_task(look())
    await at_once(give(caller) for caller in range(8))
    finished.set()
    assert await looking > 1


async def test_what_the_callers_transaction_rolls_back_never_happened(lin: int, wang: int) -> None:
    await earned(lin, 100, key="e")
    movements = [
        Spend(member_id=lin, key="s", at=day(1), points=60),
        Move(member_id=lin, key="m", at=day(1), to_member_id=wang, points=40),
    ]

    async def record_and_fail() -> None:
        async with db.transaction():
            assert await fates(movements) == ["done", "done"]
            assert await totals(lin) == (0, 0, 0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await record_and_fail()
    assert (await totals(lin), await totals(wang)) == ((100, 0, 0), (0, 0, 0))
    assert await fates(movements) == ["done", "done"]


async def test_a_caller_who_gives_up_midway_leaves_all_or_nothing(lin: int) -> None:
    await earned(lin, 100, key="e")
    done = 0
    for turn in range(12):
        asking = asyncio.create_task(
            record_one(Spend(member_id=lin, key=f"s{turn}", at=day(1), points=1))
        )
        await asyncio.sleep(turn * 0.0008)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        rows = await db.fetch("SELECT 1 FROM entry WHERE key = $1", f"s{turn}")
        done += len(rows)
        assert await kept(lin) == (100 - done, 0, 0)
