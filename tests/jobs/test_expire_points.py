"""Points lapse at their midnight, once however often the job runs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from jobs.expire_points import expire_points
from loyalty import ledger
from models import Entry, EntryKind
from tests.jobs.lots import members
from web.context import Context

pytestmark = pytest.mark.usefixtures("database")

# New Year's midnight in Shanghai
MIDNIGHT = datetime(2026, 12, 31, 16, tzinfo=UTC)
AUTUMN = MIDNIGHT - timedelta(days=90)
HOUR = timedelta(hours=1)


async def earn(
    member_ids: list[int], *, points: int = 10, key: str = "o", expires_at: datetime = MIDNIGHT
) -> None:
    earnings = [
        ledger.Earn(
            member_id=member_id,
            key=f"{key}:{member_id}",
            at=AUTUMN,
            points=points,
            settles_at=AUTUMN,
            expires_at=expires_at,
        )
        for member_id in member_ids
    ]
    for outcome in await ledger.record(earnings):
        outcome.unwrap()


async def available(member_id: int, at: datetime = AUTUMN) -> int:
    return (await ledger.balances([member_id], at=at))[member_id].available


async def test_points_lapse_at_midnight_in_shanghai_and_not_a_moment_before(
    context: Context,
) -> None:
    (wang,) = await members(1, at=AUTUMN)
    await earn([wang])
    assert await expire_points(context, MIDNIGHT - timedelta(microseconds=1)) == 0
    assert await expire_points(context, MIDNIGHT) == 1
    assert await available(wang) == 0
    entry = await Entry.get(kind=EntryKind.EXPIRE)
    assert (entry.available, entry.at) == (-10, MIDNIGHT)


async def test_all_lots_of_a_member_lapse_in_one_entry_and_later_ones_stay(
    context: Context,
) -> None:
    (wang,) = await members(1, at=AUTUMN)
    await earn([wang], key="a")
    await earn([wang], key="b", expires_at=MIDNIGHT - HOUR)
    await earn([wang], key="c", expires_at=MIDNIGHT + HOUR)
    assert await expire_points(context, MIDNIGHT) == 1
    assert await available(wang) == 10
    assert await expire_points(context, MIDNIGHT + HOUR) == 1
    assert await available(wang) == 0


async def test_spent_points_do_not_lapse_again(context: Context) -> None:
    (wang,) = await members(1, at=AUTUMN)
    await earn([wang], points=50)
    await ledger.record_one(ledger.Spend(member_id=wang, key="s", at=AUTUMN, points=30))
    await expire_points(context, MIDNIGHT)
    assert (await Entry.get(kind=EntryKind.EXPIRE)).available == -20


async def test_a_run_of_the_same_slot_again_takes_nothing_twice(context: Context) -> None:
    wang, lin = await members(2, at=AUTUMN)
    await earn([wang, lin])
    assert await expire_points(context, MIDNIGHT) == 2
    assert await expire_points(context, MIDNIGHT) == 0
    assert await Entry.filter(kind=EntryKind.EXPIRE).count() == 2


async def test_points_that_settle_when_they_are_already_due_lapse_with_the_next_slot(
    context: Context,
) -> None:
    (wang,) = await members(1, at=AUTUMN)
    await earn([wang], key="a")
    await ledger.record_one(
        ledger.Earn(member_id=wang, key="late", at=AUTUMN, points=7, expires_at=MIDNIGHT)
    )
    assert await expire_points(context, MIDNIGHT) == 1
    await ledger.record_one(
        ledger.Settle(member_id=wang, key="late:settle", at=MIDNIGHT, earn_key="late")
    )
    async with asyncio.timeout(60):
        assert await expire_points(context, MIDNIGHT) == 0
    assert await expire_points(context, MIDNIGHT + HOUR) == 1
    assert await available(wang) == 0


async def test_three_sweeps_at_once_while_members_spend_take_each_point_once(
    context: Context,
) -> None:
    everybody = await members(600, at=AUTUMN)
    await earn(everybody)
    just_before = MIDNIGHT - timedelta(seconds=1)
    spends = [
        ledger.Spend(member_id=one, key=f"s:{one}", at=just_before, points=4) for one in everybody
    ]
    spending = asyncio.create_task(ledger.record(spends))
    done = await asyncio.gather(*(expire_points(context, MIDNIGHT) for _ in range(3)))
    await spending
    assert sum(done) == 600
    assert await ledger.verify() == []
    found = await ledger.balances(everybody, at=AUTUMN)
    assert {balance.available for balance in found.values()} == {0}
