"""Some consecutive rows of a table, by column, with their numbers as Excel counts them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from connectors.files.arrow import pa
from connectors.files.faults import CellFault, FileFault

ROWS_A_CHUNK = 4096
CHARACTERS_A_CHUNK = 16_000_000
NO_FAULTS: Mapping[int, CellFault] = {}


class Chunk(Protocol):
    """Rows of one table. ``numbers[i]`` is row i's number as Excel counts, the header being 1.

    ``faults`` names the rows that could not be read as rows at all.
    """

    numbers: Sequence[int]
    faults: Mapping[int, CellFault]

    def __len__(self) -> int: ...

    def column(self, index: int) -> list[Any]:
        """Return one column's cells."""

    def converted(self, index: int, convert: Callable[[Any], Any]) -> list[Any]:
        """Return one column's cells through a conversion."""

    def distinct(self, index: int) -> Collection[Any]:
        """Return the different cells of one column, in no sequence."""

    def row(self, index: int) -> list[Any]:
        """Return one row's cells."""

    def part(self, start: int, stop: int) -> "Chunk":
        """Return the rows in [start, stop)."""

    def after(self, earlier: "Chunk") -> "Chunk":
        """Return the rows of an earlier chunk of the same table followed by these."""


class RowsChunk:
    """Rows that were read one by one."""

    def __init__(
        self,
        rows: list[list[Any]],
        numbers: Sequence[int],
        faults: Mapping[int, CellFault] = NO_FAULTS,
    ) -> None:
        self.rows = rows
        self.numbers = numbers
        self.faults = faults
        self._columns: dict[int, list[Any]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process without the columns that were made of it."""
        return RowsChunk, (self.rows, self.numbers, self.faults)

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, index: int) -> list[Any]:
        """Return one column's cells."""
        if index not in self._columns:
            self._columns[index] = [row[index] for row in self.rows]
        return self._columns[index]

    def converted(self, index: int, convert: Callable[[Any], Any]) -> list[Any]:
        """Return one column's cells through a conversion."""
        return list(map(convert, self.column(index)))

    def distinct(self, index: int) -> Collection[Any]:
        """Return the different cells of one column, in no sequence."""
        return set(self.column(index))

    def row(self, index: int) -> list[Any]:
        """Return one row's cells."""
        return self.rows[index]

    def part(self, start: int, stop: int) -> "RowsChunk":
        """Return the rows in [start, stop)."""
        faults = {i - start: fault for i, fault in self.faults.items() if start <= i < stop}
        return RowsChunk(self.rows[start:stop], self.numbers[start:stop], faults)

    def after(self, earlier: Chunk) -> "RowsChunk":
        """Return the rows of an earlier chunk of the same table followed by these."""
        assert isinstance(earlier, RowsChunk)
        shift = len(earlier)
        faults = {**earlier.faults, **{i + shift: fault for i, fault in self.faults.items()}}
        return RowsChunk(earlier.rows + self.rows, [*earlier.numbers, *self.numbers], faults)


def gathered(
    rows: Iterable[tuple[int, list[Any], CellFault | None]], weigh: Callable[[list[Any]], int]
) -> Iterator[RowsChunk]:
    """Yield numbered rows in chunks; where the file breaks off, first what stands before.

    ``weigh`` returns the characters of a row: a chunk holds so many rows, or characters.

    Raises:
        FileFault: what the reading of the rows raised.
    """
    read: list[tuple[int, list[Any], CellFault | None]] = []
    weight = 0
    broken: FileFault | None = None
    try:
        for one in rows:
            read.append(one)
            weight += weigh(one[1])
            if len(read) >= ROWS_A_CHUNK or weight > CHARACTERS_A_CHUNK:
                yield _chunk(read)
                read, weight = [], 0
    except FileFault as fault:
        broken = fault
    if read:
        yield _chunk(read)
    if broken:
        raise broken


def _chunk(read: Sequence[tuple[int, list[Any], CellFault | None]]) -> RowsChunk:
    return RowsChunk(
        [row for _, row, _ in read],
        [number for number, _, _ in read],
        {i: fault for i, (_, _, fault) in enumerate(read) if fault},
    )


class ArrowChunk:
    """Rows of a columnar file, turned into cells only where a column is asked for."""

    faults = NO_FAULTS

    def __init__(self, table: Any, numbers: Sequence[int]) -> None:
        self.table = table
        self.numbers = numbers
        self._columns: dict[int, list[Any]] = {}
        self._coded: dict[int, tuple[list[Any], list[int]]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process as its own rows alone: a slice would take its whole table along."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self.table.schema) as stream:
            stream.write_table(self.table)
        return _arrow_chunk, (sink.getvalue().to_pybytes(), self.numbers)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def column(self, index: int) -> list[Any]:
        """Return one column's cells."""
        if index not in self._columns:
            values, codes = self._values_and_codes(index)
            self._columns[index] = list(map(values.__getitem__, codes))
        return self._columns[index]

    def converted(self, index: int, convert: Callable[[Any], Any]) -> list[Any]:
        """Return one column's cells through a conversion, each distinct value converted once."""
        values, codes = self._values_and_codes(index)
        return list(map(list(map(convert, values)).__getitem__, codes))

    def distinct(self, index: int) -> Collection[Any]:
        """Return the different cells of one column, in no sequence."""
        cells: list[Any] = _single_values(self.table.column(index)).unique().to_pylist()
        return cells

    def _values_and_codes(self, index: int) -> tuple[list[Any], list[int]]:
        if index not in self._coded:
            self._coded[index] = values_and_codes(self.table.column(index))
        return self._coded[index]

    def row(self, index: int) -> list[Any]:
        """Return one row's cells."""
        return [self.column(column)[index] for column in range(self.table.num_columns)]

    def part(self, start: int, stop: int) -> "ArrowChunk":
        """Return the rows in [start, stop)."""
        return ArrowChunk(self.table.slice(start, stop - start), self.numbers[start:stop])

    def after(self, earlier: Chunk) -> "ArrowChunk":
        """Return the rows of an earlier chunk of the same table followed by these."""
        assert isinstance(earlier, ArrowChunk)
        numbers = range(earlier.numbers[0], self.numbers[-1] + 1)
        return ArrowChunk(pa.concat_tables([earlier.table, self.table]), numbers)


def _arrow_chunk(told: bytes, numbers: Sequence[int]) -> ArrowChunk:
    return ArrowChunk(pa.ipc.open_stream(told).read_all(), numbers)


def values_and_codes(column: Any) -> tuple[list[Any], list[int]]:
    """Return an Arrow column as its distinct cells and, row by row, which of them stands there.

    A blank is the last of the distinct cells.
    """
    column = _single_values(column)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        return list(whole.to_pylist()), list(range(len(whole)))
    values: list[Any] = whole.dictionary.to_pylist()
    codes = whole.indices
    if codes.null_count:
        codes = codes.fill_null(len(values))
        values.append(None)
    return values, codes.to_pylist()


def _single_values(column: Any) -> Any:
    """Return a column whose cells are single values; what is none comes as its text.

    Moments come aware or naive as they were stored.
    """
    kind = column.type
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_float16(kind):
        told = [None if cell is None else repr(cell) for cell in column.to_pylist()]
        return pa.chunked_array([pa.array(told, pa.string())])
    return column
