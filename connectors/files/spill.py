"""Rows set aside on disk and found again by their order, 24 bytes of memory a row."""

import pickle
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

from connectors.files.arrow import pa, pc
from connectors.files.faults import CellFault, FileFault

MOST_ROWS_AN_ORDER = 5_000


@dataclass(frozen=True, slots=True)
class SpilledRow:
    """One row as it was read; ``place`` is the number of its sheet within the reading."""

    key: Any
    place: int
    number: int
    cells: list[Any]
    fault: CellFault | None


class Spill:
    """A nameless temporary file of rows: it is gone with the process, however that ends."""

    def __init__(self) -> None:
        self._file = TemporaryFile(buffering=1 << 16)  # noqa: SIM115
        self._hashes = array("q")
        self._offsets = array("q")
        self._sealed = False

    def __enter__(self) -> "Spill":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._hashes)

    def add(
        self, key: Any, place: int, number: int, *, cells: list[Any], fault: CellFault | None
    ) -> None:
        """Set one row aside. A row without a key is an order of its own."""
        key = (place, number) if key is None else key
        self._hashes.append(hash(key))
        self._offsets.append(self._file.tell())
        told = (fault.code, fault.figures) if fault else None
        pickle.dump((key, place, number, cells, told), self._file, protocol=5)

    def _seal(self) -> None:
        if self._sealed:
            return
        self._sealed = True
        table = pa.table({"hash": pa.array(self._hashes), "offset": pa.array(self._offsets)})
        by_hash = table.sort_by([("hash", "ascending"), ("offset", "ascending")])
        self._hashes = _array(by_hash["hash"])
        self._offsets = _array(by_hash["offset"])

    def rows_of(self, key: Any) -> list[SpilledRow]:
        """Return an order's rows in the order in which they were added."""
        self._seal()
        return self._run(bisect_left(self._hashes, hash(key)), key)

    def groups(self) -> Iterator[list[SpilledRow]]:
        """Yield every order's rows, orders in the order of their first rows."""
        self._seal()
        firsts, starts = array("q"), array("q")
        for i, hashed in enumerate(self._hashes):
            if i == 0 or hashed != self._hashes[i - 1]:
                firsts.append(self._offsets[i])
                starts.append(i)
        for run in pc.sort_indices(pa.array(firsts, pa.int64())):
            yield from self._groups_at(starts[run.as_py()])

    def _groups_at(self, start: int) -> Iterator[list[SpilledRow]]:
        """Yield the orders that share a hash: one, but for a collision."""
        found: dict[Any, list[SpilledRow]] = {}
        for row in self._run(start, None):
            found.setdefault(row.key, []).append(row)
        yield from found.values()

    def _run(self, start: int, key: Any) -> list[SpilledRow]:
        found: list[SpilledRow] = []
        i = start
        while i < len(self._hashes) and self._hashes[i] == self._hashes[start]:
            self._file.seek(self._offsets[i])
            row_key, place, number, cells, told = pickle.load(self._file)
            if key is None or row_key == key:
                fault = CellFault(told[0], **told[1]) if told else None
                found.append(SpilledRow(row_key, place, number, cells, fault))
            if len(found) > MOST_ROWS_AN_ORDER:
                raise FileFault("order_too_long", row=found[0].number, most=MOST_ROWS_AN_ORDER)
            i += 1
        return found


def _array(column: Any) -> "array[int]":
    found = array("q")
    for chunk in column.chunks:
        start, stop = chunk.offset * 8, (chunk.offset + len(chunk)) * 8
        found.frombytes(memoryview(chunk.buffers()[1])[start:stop])
    return found
