"""Any table with a mapping file, read as orders: by columns, a few microseconds a row."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.files import grouping
from connectors.files.columns import Finder, Lookups
from connectors.files.faults import CellFault, NotAPurchase
from connectors.files.grouping import Block, Survey
from connectors.files.mapped_order import OrderColumns, order_from
from connectors.files.mapping import Mapping, Shift
from connectors.files.sheets import Chunk, Sheet, Source
from connectors.files.taking import RowRead, Taken

MAPPED_VERSION = b"mapped-1"


@dataclass(frozen=True, slots=True)
class ChunkRows:
    """The rows of one order, made only when they are asked for."""

    source: Source
    chunk: Chunk
    start: int
    stop: int

    def __call__(self) -> list[RowRead]:
        chunk = self.chunk
        return [
            RowRead(self.source, 0, chunk.numbers[i], chunk.row(i))
            for i in range(self.start, self.stop)
        ]


class MappedReading:
    """One table with its mapping."""

    joins_purchases = False

    def __init__(
        self, sheet: Sheet, mapping: Mapping, *, mapping_digest: bytes, lookups: Lookups
    ) -> None:
        self._sheet = sheet
        self._source = sheet.source
        self._mapping = mapping
        self._columns = OrderColumns(mapping, Finder(sheet.header), lookups=lookups)
        self._lookups = lookups
        self._latest: datetime | None = None
        self._survey = Survey()
        self.digest = hashlib.sha256(MAPPED_VERSION + sheet.digest + mapping_digest).digest()
        self.name = sheet.path.name
        self.family = mapping.name
        self.shop = ""

    def survey(self) -> tuple[int, int]:
        """Look through the file once and return (rows, orders)."""
        shifted = self._mapping.time.shift is Shift.LATEST_DAY_IS_TODAY
        see = self._see_latest if shifted else None
        self._survey = grouping.survey(self._sheet, self._columns.keys, see)
        return self._survey.rows, self._survey.orders

    def _see_latest(self, chunk: Chunk) -> None:
        for cell in chunk.distinct(self._columns.paid_at.place):
            found = self._columns.paid_at.memo[cell]
            if found is not None and (self._latest is None or found > self._latest):
                self._latest = found

    def latest(self) -> datetime | None:
        """Return the latest moment found by the survey, where dates are to be shifted by it."""
        return self._latest

    def missed(self) -> dict[str, int]:
        """Return how many keys each lookup table lacked, after reading."""
        return {name: len(table.missed) for name, table in self._lookups.items() if table.missed}

    def taken(self, *, skip: int, shift_days: int, at: datetime) -> Iterator[Taken]:
        """Yield each order after the first ``skip`` ones, always in the same sequence."""
        shift = self._mapping.time.shift
        days = shift_days if isinstance(shift, Shift) else shift
        for block in grouping.blocks(self._sheet, self._columns.keys, self._survey):
            if skip >= len(block.bounds):
                skip -= len(block.bounds)
                continue
            bounds = block.bounds[skip:]
            skip = 0
            yield from self._orders(Block(block.chunk, bounds), timedelta(days=days), at)

    def _orders(self, block: Block, shift: timedelta, at: datetime) -> Iterator[Taken]:
        chunk = block.chunk
        read = self._columns.read(chunk, block.bounds)
        for start, stop in block.bounds:
            rows = ChunkRows(self._source, chunk, start, stop)
            number = str(read.numbers[start] or "")
            try:
                order = order_from(self._columns, read, start, stop, shift=shift, at=at)
                yield Taken(number, stop - start, rows, order=order)
            except NotAPurchase as skipped:
                yield Taken(number, stop - start, rows, skipped=skipped.code)
            except CellFault as fault:
                yield Taken(number, stop - start, rows, fault=fault)
