"""One reading brought in: the next orders are parsed while the database records these."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.files import details
from connectors.files.faults import FileFault
from connectors.files.taking import Reading, Taken, refused_rows, rows_to_park
from loyalty import imports
from loyalty.errors import LoyaltyError
from loyalty.imports import Batch, Counts, Imported, RowParked
from models import db

MOST_ROWS_A_BATCH = 15_000
ATTEMPTS = 5

Now = Callable[[], datetime]
Moved = Callable[[Imported], None]
ParkedHere = Callable[[Sequence[RowParked]], None]


class _Undone(Exception):
    """Rolls a dry run's transaction back."""


@dataclass(slots=True)
class Feed:
    """A reading's orders in batches, pulled in a thread beside the event loop."""

    taken: Iterator[Taken]
    batch_size: int
    broken: FileFault | None = field(default=None)

    def pull(self) -> list[Taken]:
        """Return the next orders, none at the end.

        Raises:
            FileFault: the file breaks off here; what stood before was returned earlier.
        """
        if self.broken:
            raise self.broken
        found: list[Taken] = []
        rows = 0
        try:
            for one in self.taken:
                found.append(one)
                rows += one.row_count
                if len(found) >= self.batch_size or rows >= MOST_ROWS_A_BATCH:
                    break
        except FileFault as fault:
            if not found:
                raise
            self.broken = fault
        return found


async def bring_in(
    reading: Reading, file: Imported, *, batch_size: int, now: Now, moved: Moved
) -> Imported:
    """Record a reading from where it stands to its end, a transaction a batch.

    Raises:
        FileFault: it cannot be read further; what stood before is recorded.
        Conflict: ``import_moved_on``: another process imports the same file.
    """
    taken = reading.taken(skip=file.orders_read, shift_days=file.shift_days, at=now())
    feed = Feed(taken, batch_size)
    coming = asyncio.create_task(asyncio.to_thread(feed.pull))
    try:
        while orders := await coming:
            coming = asyncio.create_task(asyncio.to_thread(feed.pull))
            file = await _recorded(reading, file, orders, at=now())
            moved(file)
    finally:
        await asyncio.gather(coming, return_exceptions=True)
    await imports.finish(file.id, orders_read=file.orders_read, at=now())
    return file


async def _recorded(
    reading: Reading, file: Imported, orders: Sequence[Taken], *, at: datetime
) -> Imported:
    for attempt in range(ATTEMPTS):
        try:
            async with db.transaction():
                batch = await _batch(reading, file, orders)
                return await imports.record_batch(file, batch, at=at)
        except db.Collision:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


async def try_out(
    reading: Reading,
    *,
    shift_days: int,
    batch_size: int,
    now: Now,
    moved: Moved,
    parked: ParkedHere,
) -> Imported:
    """Do all that ``bring_in`` does, each batch in a transaction that is rolled back.

    Raises:
        FileFault: it cannot be read further.
    """
    at = now()
    file = Imported(0, shift_days, 0, 0, Counts(), at, None)
    feed = Feed(reading.taken(skip=0, shift_days=shift_days, at=at), batch_size)
    while orders := await asyncio.to_thread(feed.pull):
        try:
            async with db.transaction():
                file = await _tried(reading, file, orders, at=now(), parked=parked)
                raise _Undone
        except _Undone:
            moved(file)
    return file


async def _tried(
    reading: Reading, file: Imported, orders: Sequence[Taken], *, at: datetime, parked: ParkedHere
) -> Imported:
    begun = await imports.begin(
        os.urandom(32),
        name=reading.name,
        family=reading.family,
        shop=reading.shop,
        shift_days=file.shift_days,
        at=at,
    )
    batch = await _batch(reading, file, orders)
    result = await imports.record_batch(
        Imported(begun.id, file.shift_days, 0, 0, file.counts, at, None), batch, at=at
    )
    async for page in imports.open_rows([begun.id]):
        parked(page)
    return result


async def _batch(reading: Reading, file: Imported, orders: Sequence[Taken]) -> Batch:
    """Sort what was taken into orders, rows to park, and counts."""
    if reading.joins_purchases:
        orders = await details.completed(orders, reading.family)
    good = [one for one in orders if one.order and not one.fault]
    counts = Counts(
        skipped=dict(Counter(one.skipped for one in orders if one.skipped)),
        parked=dict(Counter(one.fault.code for one in orders if one.fault)),
        remarks=dict(Counter(remark for one in good for remark in one.remarks)),
    )
    parked = [
        row
        for one in orders
        if one.fault
        for row in rows_to_park(one.rows(), number=one.number, fault=one.fault)
    ]
    counts.parked_rows = len(parked)

    def rows_of(i: int, refusal: LoyaltyError) -> list[RowParked]:
        return refused_rows(good[i], refusal)

    return Batch(
        orders=[one.order for one in good if one.order],
        rows_of=rows_of,
        parked=parked,
        counts=counts,
        numbers=[one.number for one in orders if one.number],
        orders_read=file.orders_read + len(orders),
        rows_read=file.rows_read + sum(one.row_count for one in orders),
    )
