"""One reading brought in: the next orders are read while lanes of buyers record these."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from msgspec.structs import replace

from connectors.files import details
from connectors.files.faults import FileFault
from connectors.files.taking import Reading, Taken, refused_rows, rows_to_park
from loyalty import imports
from loyalty.again import in_transaction
from loyalty.errors import LoyaltyError
from loyalty.imports import Batch, Counts, Imported, RowParked
from models import db

MOST_ROWS_A_BATCH = 15_000
LANES = 2  # one computes while the other waits for the database

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
    """Record a reading from where it stands to its end, lane beside lane, a transaction a batch.

    Raises:
        FileFault: it cannot be read further; what stood before is recorded.
        Conflict: ``import_moved_on``: another process imports the same file.
    """
    begins = min(file.lanes)
    taken = reading.taken(skip=begins, shift_days=file.shift_days, at=now())
    run = _Run(reading, file, now, moved)
    feed = Feed(taken, batch_size * len(file.lanes))
    try:
        async with asyncio.TaskGroup() as lanes:
            for lane in run.queues:
                lanes.create_task(run.record(lane))
            broken = await run.share_out(feed, begins)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    if broken:
        raise broken
    await imports.finish(file.id, orders_read=run.file.orders_read, at=now())
    return run.file


@dataclass(frozen=True, slots=True)
class _Part:
    """A lane's orders among those of the file in [``begins``, ``ends``)."""

    lane: int
    begins: int
    ends: int
    taken: Sequence[Taken]


class _Run:
    """One reading on its way in: the orders waiting at each lane, and how far the file has come."""

    def __init__(self, reading: Reading, file: Imported, now: Now, moved: Moved) -> None:
        self.file = file
        self.queues: dict[int, asyncio.Queue[tuple[int, list[Taken]] | None]] = {
            lane: asyncio.Queue(maxsize=1) for lane in range(len(file.lanes))
        }
        self._reading = reading
        self._begun = file.lanes
        self._now = now
        self._moved = moved

    async def share_out(self, feed: Feed, position: int) -> FileFault | None:
        """Put every order into its lane; return what broke the file off, once all else is put."""
        broken: FileFault | None = None
        try:
            while orders := await asyncio.to_thread(feed.pull):
                lanes = self._shared(orders, position)
                position += len(orders)
                for lane, mine in lanes.items():
                    await self.queues[lane].put((position, mine))
        except FileFault as fault:
            broken = fault
        for queue in self.queues.values():
            await queue.put(None)
        return broken

    def _shared(self, orders: Sequence[Taken], position: int) -> dict[int, list[Taken]]:
        found: dict[int, list[Taken]] = {}
        for place, one in enumerate(orders, position):
            lane = _lane_of(one, len(self._begun))
            if place >= self._begun[lane]:
                found.setdefault(lane, []).append(one)
        return found

    async def record(self, lane: int) -> None:
        """Record what is put into a lane, in its sequence, until None is."""
        begins = self._begun[lane]
        while found := await self.queues[lane].get():
            ends, taken = found
            part = _Part(lane, begins, ends, taken)
            file = await _recorded(self._reading, self.file.id, part, at=self._now())
            begins = ends
            if file.orders_read > self.file.orders_read:
                self.file = file
                self._moved(file)


def _lane_of(one: Taken, lanes: int) -> int:
    """Return the lane of an order, one for all of a buyer, so that their sequence holds."""
    buyer = one.order.buyer if one.order else ()
    name = buyer[0].value if buyer else one.number
    return crc32(name.encode("utf-8", "replace")) % lanes


async def _recorded(reading: Reading, file_id: int, part: _Part, *, at: datetime) -> Imported:
    async def act() -> Imported:
        return await imports.record_batch(file_id, await _batch(reading, part), at=at)

    return await in_transaction(act)


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
    file = Imported(0, (0,), shift_days, 0, 0, Counts(), at, None)
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
        lanes=1,
        at=at,
    )
    batch = await _batch(reading, _Part(0, 0, len(orders), orders))
    result = await imports.record_batch(begun.id, batch, at=at)
    async for page in imports.open_rows([begun.id]):
        parked(page)
    file.counts.add(result.counts)
    return replace(
        file,
        orders_read=file.orders_read + result.orders_read,
        rows_read=file.rows_read + result.rows_read,
    )


async def _batch(reading: Reading, part: _Part) -> Batch:
    """Sort what was taken into orders, rows to park, and counts."""
    orders = part.taken
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
        lane=part.lane,
        begins=part.begins,
        ends=part.ends,
        orders=[one.order for one in good if one.order],
        rows_of=rows_of,
        parked=parked,
        counts=counts,
        numbers=[one.number for one in orders if one.number],
        order_count=len(orders),
        row_count=sum(one.row_count for one in orders),
    )
