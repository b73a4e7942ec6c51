"""Points settle at their moment, once however often the job runs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from jobs.settle_points import settle_points
from loyalty import ledger
from models import Entry, EntryKind, db
from tests.jobs.conftest import Until
from tests.jobs.lots import members
from web.context import Context

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
EARLIER = NOON - timedelta(days=8)


async def earn(
    member_ids: list[int],
    *,
    lots: int = 1,
    at: datetime = EARLIER,
    settles_at: datetime | None = NOON,
    key: str = "o",
) -> None:
    earnings = [
        ledger.Earn(
            member_id=member_id,
            key=f"{key}:{member_id}:{number}",
            at=at,
            points=10,
            settles_at=settles_at,
        )
        for number in range(lots)
        for member_id in member_ids
    ]
    for outcome in await ledger.record(earnings):
        outcome.unwrap()


async def settled(member_ids: list[int]) -> list[tuple[int, int]]:
    found = await ledger.balances(member_ids, at=NOON)
    return [(found[one].available, found[one].pending) for one in member_ids]


async def test_points_settle_at_their_moment_and_not_before(context: Context) -> None:
    (wang,) = await members(1, at=EARLIER)
    await earn([wang])
    assert await settle_points(context, NOON - timedelta(microseconds=1)) == 0
    assert await settled([wang]) == [(0, 10)]
    assert await settle_points(context, NOON) == 1
    assert await settled([wang]) == [(10, 0)]
    entry = await Entry.get(kind=EntryKind.SETTLE)
    assert (entry.key, entry.at) == (f"o:{wang}:0:settle", NOON)


async def test_points_that_wait_for_a_moment_not_known_yet_stay(context: Context) -> None:
    (wang,) = await members(1, at=EARLIER)
    await earn([wang], settles_at=None)
    assert await settle_points(context, NOON) == 0


async def test_settling_again_does_nothing(context: Context) -> None:
    wang, lin = await members(2, at=EARLIER)
    await earn([wang, lin], lots=2)
    assert await settle_points(context, NOON) == 4
    assert await settle_points(context, NOON) == 0
    assert await settle_points(context, NOON + timedelta(minutes=5)) == 0
    assert await settled([wang, lin]) == [(20, 0)] * 2


async def test_three_that_settle_at_once_settle_each_lot_once(context: Context) -> None:
    everybody = await members(300, at=EARLIER)
    await earn(everybody, lots=3)
    done = await asyncio.gather(*(settle_points(context, NOON) for _ in range(3)))
    assert sum(done) == 900
    assert set(await settled(everybody)) == {(30, 0)}
    assert await ledger.verify() == []


async def test_a_run_that_is_broken_off_is_finished_by_the_next(
    context: Context, until: Until
) -> None:
    everybody = await members(400, at=EARLIER)
    await earn(everybody, lots=5)
    broken = asyncio.create_task(settle_points(context, NOON))

    async def has_begun() -> bool:
        return await Entry.filter(kind=EntryKind.SETTLE).exists()

    await until(has_begun)
    broken.cancel()
    await asyncio.wait([broken])
    before = await Entry.filter(kind=EntryKind.SETTLE).count()
    assert broken.cancelled()
    assert before < 2000
    assert await settle_points(context, NOON) == 2000 - before
    assert set(await settled(everybody)) == {(50, 0)}
    assert await ledger.verify() == []


async def test_ten_thousand_lots_settle_in_bounded_pages(context: Context) -> None:
    everybody = await members(2000, at=EARLIER)
    for batch in range(5):
        await earn(everybody, key=f"batch{batch}")
    await db.fetch("ANALYZE")
    assert await settle_points(context, NOON) == 10_000
    rows = await db.fetch(
        "SELECT count(*) AS entries FROM entry WHERE kind = 'settle' GROUP BY recorded_at"
    )
    assert {row["entries"] for row in rows} == {500}
    assert set(await settled(everybody)) == {(50, 0)}


async def test_a_lot_that_cannot_settle_holds_up_no_other(context: Context) -> None:
    (wang,) = await members(1, at=EARLIER)
    longest = "k" * (240 - len(f":{wang}:0"))
    await earn([wang], key=longest, settles_at=NOON - timedelta(days=1))
    await earn([wang])
    assert await settle_points(context, NOON) == 1
    assert await settled([wang]) == [(10, 10)]
