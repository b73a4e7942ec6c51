"""Rows brought together by order, in the order in which orders first appear, in bounded memory.

A file whose rows of one order stand together, as all known exports do, is read straight through.
Any other file is set aside on disk first and read again order by order.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from connectors.files.arrow import pa, pc
from connectors.files.faults import FileFault
from connectors.files.sheets import Chunk, RowsChunk, Sheet
from connectors.files.spill import Spill

MOST_ROWS_AN_ORDER = 5_000
ROWS_A_BLOCK = 4_096

Key = str | int | None
KeysOf = Callable[[Chunk], Sequence[Key]]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of whole orders: ``bounds`` holds [start, stop) of each."""

    chunk: Chunk
    bounds: list[tuple[int, int]]


@dataclass(slots=True)
class Survey:
    """What one look through a file tells before any of it is recorded."""

    rows: int = 0
    orders: int = 0
    together: bool = True


def survey(sheet: Sheet, keys_of: KeysOf, see: Callable[[Chunk], None] | None = None) -> Survey:
    """Count the rows and orders, and find out whether each order's rows stand together.

    A file that breaks off is surveyed as far as it goes: reading meets the break again, after what
    stands before it is recorded. Takes 8 bytes an order.
    """
    found = Survey()
    starts = array("q")
    previous: Key = None
    nameless = 0
    try:
        for chunk in sheet.chunks():
            found.rows += len(chunk)
            for key, run in groupby(keys_of(chunk)):
                if key is None:
                    nameless += sum(1 for _ in run)
                elif key != previous:
                    starts.append(hash(key))
                previous = key
            if see:
                see(chunk)
    except FileFault:
        pass
    distinct: int = pc.count_distinct(pa.array(starts, pa.int64())).as_py()
    found.orders = distinct + nameless
    found.together = distinct == len(starts)
    return found


def blocks(sheet: Sheet, keys_of: KeysOf, surveyed: Survey) -> Iterator[Block]:
    """Yield the file's rows with whole orders in every block.

    Raises:
        FileFault: the file cannot be read further, or ``order_too_long``.
    """
    if surveyed.together:
        yield from _straight(sheet, keys_of)
    else:
        yield from _by_way_of_disk(sheet, keys_of)


def _straight(sheet: Sheet, keys_of: KeysOf) -> Iterator[Block]:
    rest: Chunk | None = None
    for read in sheet.chunks():
        chunk = read if rest is None else read.after(rest)
        bounds = _bounds(keys_of(chunk))
        start, stop = bounds.pop()
        rest = chunk.part(start, stop)
        if len(rest) > MOST_ROWS_AN_ORDER:
            raise FileFault("order_too_long", row=rest.numbers[0], most=MOST_ROWS_AN_ORDER)
        if bounds:
            yield Block(chunk, bounds)
    if rest is not None:
        yield Block(rest, [(0, len(rest))])


def _bounds(keys: Sequence[Key]) -> list[tuple[int, int]]:
    """Return where each run of one key begins and ends; a row without a key stands alone."""
    found: list[tuple[int, int]] = []
    start = 0
    for key, run in groupby(keys):
        stop = start + len(list(run))
        if key is None:
            found.extend((i, i + 1) for i in range(start, stop))
        else:
            found.append((start, stop))
        start = stop
    return found


def _by_way_of_disk(sheet: Sheet, keys_of: KeysOf) -> Iterator[Block]:
    with Spill() as spill:
        spill_rows(spill, sheet, keys_of)
        rows: list[list[Any]] = []
        numbers: list[int] = []
        bounds: list[tuple[int, int]] = []
        faults = {}
        for group in spill.groups():
            bounds.append((len(rows), len(rows) + len(group)))
            for row in group:
                if row.fault:
                    faults[len(rows)] = row.fault
                rows.append(row.cells)
                numbers.append(row.number)
            if len(rows) >= ROWS_A_BLOCK:
                yield Block(RowsChunk(rows, numbers, faults), bounds)
                rows, numbers, bounds, faults = [], [], [], {}
        if rows:
            yield Block(RowsChunk(rows, numbers, faults), bounds)


def spill_rows(spill: Spill, sheet: Sheet, keys_of: KeysOf, *, place: int = 0) -> None:
    """Set a sheet's rows aside on disk.

    Raises:
        FileFault: the file breaks off. Nothing of it may be recorded then: any of its orders may
            have had more rows behind the break.
    """
    for chunk in sheet.chunks():
        for i, key in enumerate(keys_of(chunk)):
            fault = chunk.faults.get(i)
            spill.add(key, place, chunk.numbers[i], cells=chunk.row(i), fault=fault)
