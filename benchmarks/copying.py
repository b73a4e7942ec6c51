"""The ledger of many members: what a few did by the verbs is copied for all, and chained anew.

The chain is ours to compute, so entries stream through COPY from a process a core; lots and draws
need none and are copied by statements. `jifen verify` accepts what comes of it.
"""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from multiprocessing import get_context

from msgspec import Struct
from msgspec.structs import astuple, replace

from loyalty import ledger
from loyalty.ledger.accounts import EntryState, LotState
from models import EntryKind, db

SHAPES = 20  # members of the many are each like one of so many
EARNED, SPENT = 6, 2  # entries of one of the many
HEAVY_EVERY = 1_000  # one member of so many has a long history
HEAVY_EARNED, HEAVY_SPENT = 1_500, 500
ORDERS, HEAVY_ORDERS = 2, 300
ROWS_A_COPY = 20_000
GOOD_FOR = timedelta(days=365)


class Crowd(Struct, frozen=True):
    """Who is laid: members ``first`` to ``first + members - 1``, their purchases likewise.

    Number n is like ``shapes[n % SHAPES]``, and each thousandth like ``heavy``: ids of members who
    moved points by the verbs.
    """

    first: int
    members: int
    first_purchase: int
    shapes: tuple[int, ...]
    heavy: int

    def shape_of(self, number: int) -> int:
        """Return the member whom number ``number`` is like."""
        return self.shapes[number % SHAPES] if number % HEAVY_EVERY else self.heavy

    def purchase(self, number: int, place: int) -> int:
        """Return the id of a member's purchase, counted from 0."""
        if number % HEAVY_EVERY:
            return self.first_purchase + number * ORDERS + place
        after_all = self.first_purchase + self.members * ORDERS
        return after_all + number // HEAVY_EVERY * HEAVY_ORDERS + place


async def move_points(shapes: Sequence[int], heavy: int, *, at: datetime) -> None:
    """Let those whom the others will be like earn and spend, by the verbs."""
    movements = [
        movement
        for place, member_id in enumerate(shapes)
        for movement in _movements(member_id, EARNED, SPENT, at=at - timedelta(days=place))
    ]
    movements += _movements(heavy, HEAVY_EARNED, HEAVY_SPENT, at=at)
    for outcome in await ledger.record(movements):
        outcome.unwrap()


def _movements(member_id: int, earned: int, spent: int, *, at: datetime) -> list[ledger.Movement]:
    """Return what one of the shapes does in a year: her earnings, then her spendings.

    Each earning lasts a year, the first of them come from orders, and the newest is pending.
    """
    orders = ORDERS if earned == EARNED else HEAVY_ORDERS
    found: list[ledger.Movement] = []
    for place in range(earned):
        earned_at = at - GOOD_FOR * (earned - place) / (earned + 1)
        found.append(
            ledger.Earn(
                member_id=member_id,
                key=f"shape:{member_id}:{place}",
                at=earned_at,
                points=100,
                cause=f"purchase:{place}" if place < orders else "",
                settles_at=at + timedelta(days=7) if place == earned - 1 else earned_at,
                expires_at=earned_at + GOOD_FOR,
            )
        )
    found += [
        ledger.Spend(member_id=member_id, key=f"shape:{member_id}:-{place}", at=at, points=130)
        for place in range(spent)
    ]
    return found


_ENTRIES = """
SELECT member_id, number, kind, key, digest, at, available, pending, debt, shortfall, cause,
       undoes, rule_version_id, breakdown, hash
FROM entry WHERE member_id = ANY($1::bigint[]) ORDER BY member_id, number
"""
_LOTS = """
SELECT member_id, number, entry_number, points, remaining, earned_at, settles_at, settled_at,
       expires_at, origin_member_id, origin_number
FROM lot WHERE member_id = ANY($1::bigint[])
"""
_DRAWS = """
SELECT member_id, entry_number, lot_number, points FROM draw WHERE member_id = ANY($1::bigint[])
"""
_COLUMNS = """
member_id, number, kind, key, digest, at, available, pending, debt, shortfall, cause, undoes,
rule_version_id, breakdown, hash, recorded_at
"""
ENTRY_COLUMNS = [name.strip() for name in _COLUMNS.split(",")]


async def read(crowd: Crowd) -> dict[int, list[EntryState]]:
    """Return the entries of each shape, with their draws and the lots that they opened."""
    ids = [*crowd.shapes, crowd.heavy]
    found: dict[int, list[EntryState]] = {member_id: [] for member_id in ids}
    for row in await db.fetch(_ENTRIES, ids):
        member_id, number, kind, *more = row
        entry = EntryState(member_id, number, EntryKind(kind), *more, draws={}, opened=[])
        found[member_id].append(entry)
    for row in await db.fetch(_LOTS, ids):
        lot = LotState(*row)
        found[lot.member_id][lot.entry_number - 1].opened.append(lot)
    for member_id, number, lot_number, points in await db.fetch(_DRAWS, ids):
        found[member_id][number - 1].draws[lot_number] = points
    return found


def copied(
    crowd: Crowd, shape: Sequence[EntryState], number: int, *, at: datetime
) -> list[tuple[object, ...]]:
    """Return the rows of a member's entries, chained as they are hers; ``at``: when recorded."""
    member_id, chain, rows = crowd.first + number, b"", []
    for entry in shape:
        cause = entry.cause
        if cause:
            place = int(cause.removeprefix("purchase:"))
            cause = f"purchase:{crowd.purchase(number, place)}"
        key = f"laid:{member_id}:{entry.number}"
        hers = replace(entry, member_id=member_id, key=key, cause=cause)
        hers.hash = chain = hers.chained(chain)
        rows.append((*astuple(hers)[:15], at))
    return rows


async def copy_entries(url: str, crowd: Crowd, *, at: datetime, processes: int) -> None:
    """Lay all entries, and each member's chain, from so many processes."""
    loop = asyncio.get_running_loop()
    bounds = [crowd.members * place // processes for place in range(processes + 1)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        parts = pairwise(bounds)
        works = [loop.run_in_executor(pool, _copy, url, crowd, part, at) for part in parts]
        await asyncio.gather(*works)


def _copy(url: str, crowd: Crowd, part: tuple[int, int], at: datetime) -> None:
    asyncio.run(_copy_part(url, crowd, part, at=at))


async def _copy_part(url: str, crowd: Crowd, part: tuple[int, int], *, at: datetime) -> None:
    async with db.opened(url, pool_size=1):
        shapes = await read(crowd)
        for rows in _batches(crowd, shapes, part, at=at):
            newest = {row[0]: row[14] for row in rows}  # the last row of each is her newest
            async with db.transaction():
                await db.copy("entry", ENTRY_COLUMNS, rows)
                await db.fetch(_CHAINS, list(newest), list(newest.values()))


_CHAINS = """
INSERT INTO laid_chain SELECT * FROM unnest($1::bigint[], $2::bytea[])
"""


def _batches(
    crowd: Crowd,
    shapes: dict[int, list[EntryState]],
    part: tuple[int, int],
    *,
    at: datetime,
) -> Iterator[list[tuple[object, ...]]]:
    rows: list[tuple[object, ...]] = []
    for number in range(*part):
        rows += copied(crowd, shapes[crowd.shape_of(number)], number, at=at)
        if len(rows) >= ROWS_A_COPY:
            yield rows
            rows = []
    if rows:
        yield rows
