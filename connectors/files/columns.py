"""Columns of a mapping found in a table's header, and turned into values a block at a time."""

from collections.abc import Callable, Mapping, Sequence
from operator import add, sub
from typing import Any, Protocol

from connectors.files import cells
from connectors.files.cells import Memo
from connectors.files.faults import CellFault, FileFault
from connectors.files.mapping import AmountSource, Text, TextSource, Unit
from connectors.files.sheets import Chunk

Convert = Callable[[Any], Any]


class Finder:
    """Finds columns by name and remembers all that are missing, to name them at once."""

    def __init__(self, header: Sequence[str]) -> None:
        self._places = {name: i for i, name in enumerate(header)}
        self.missing: list[str] = []

    def __call__(self, name: str) -> int:
        """Return the column's place, or 0 where it is missing, which ``require_all`` reports."""
        if name not in self._places:
            self.missing.append(name)
        return self._places.get(name, 0)

    def require_all(self) -> None:
        """Refuse the file where columns were missing.

        Raises:
            FileFault: ``columns_missing`` names all of them.
        """
        if self.missing:
            wanted = sorted(set(self.missing))
            raise FileFault("columns_missing", columns=wanted, found=list(self._places)[:100])


class OneColumn:
    """One column through one conversion."""

    def __init__(self, place: int, name: str, convert: Convert) -> None:
        self.place = place
        self.name = name
        self.memo: Memo[Any] = Memo(convert)
        self._chunk: Chunk | None = None
        self._values: list[Any] = []

    def values(self, chunk: Chunk) -> list[Any]:
        """Return a value for each row, None where the cell cannot be used."""
        if chunk is not self._chunk:
            self._values = chunk.converted(self.place, self.memo.__getitem__)
            self._chunk = chunk
        return self._values

    def once(self, chunk: Chunk, start: int, stop: int) -> Any:
        """Return the one value of rows [start, stop), None where it cannot be used.

        Raises:
            CellFault: ``rows_differ``.
        """
        cells = chunk.column(self.place)
        first = cells[start]
        if stop - start > 1 and cells[start:stop].count(first) != stop - start:
            return once(self.values(chunk), start, stop, name=self.name)
        return self.memo[first]

    def check(self, row: Sequence[Any]) -> None:
        """Convert one row's cell.

        Raises:
            CellFault: names the column and the reason.
        """
        try:
            self.memo.convert(row[self.place])
        except CellFault as fault:
            fault.column = self.name
            raise


def once(values: Sequence[Any], start: int, stop: int, *, name: str) -> Any:
    """Return the one value that all rows of an order tell.

    Raises:
        CellFault: ``rows_differ``.
    """
    first = values[start]
    if any(value != first for value in values[start:stop]):
        raise CellFault("rows_differ", column=name)
    return first


class Constant:
    """The same value on every row."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def values(self, chunk: Chunk) -> list[Any]:
        """Return the value for each row."""
        return [self.value] * len(chunk)

    def once(self, chunk: Chunk, start: int, stop: int) -> Any:
        """Return the value."""
        return self.value

    def check(self, row: Sequence[Any]) -> None:
        """Have nothing to refuse."""


class Joined:
    """Several text columns with something between them."""

    def __init__(self, parts: list[OneColumn], between: str) -> None:
        self.name = between.join(part.name for part in parts)
        self._parts = parts
        self._between = between

    def values(self, chunk: Chunk) -> list[str | None]:
        """Return the joined text for each row, None where a part cannot be used."""
        columns = [part.values(chunk) for part in self._parts]
        return [
            None if None in row else self._between.join(filter(None, row))
            for row in zip(*columns, strict=True)
        ]

    def once(self, chunk: Chunk, start: int, stop: int) -> Any:
        """Return the one value of rows [start, stop), None where it cannot be used."""
        return once(self.values(chunk.part(start, stop)), 0, stop - start, name=self.name)

    def check(self, row: Sequence[Any]) -> None:
        """Convert one row's cells.

        Raises:
            CellFault: names the column and the reason.
        """
        for part in self._parts:
            part.check(row)


class Sum:
    """Amount columns added and taken off."""

    def __init__(self, plus: list[OneColumn], minus: list[OneColumn]) -> None:
        self.name = " + ".join(part.name for part in (*plus, *minus))
        self._plus = plus
        self._minus = minus

    def values(self, chunk: Chunk) -> list[int | None]:
        """Return the amount for each row, None where a part cannot be used."""
        plus = [part.values(chunk) for part in self._plus]
        minus = [part.values(chunk) for part in self._minus]
        if any(None in column for column in (*plus, *minus)):
            return self._with_gaps(plus, minus)
        total = plus[0] if plus else [0] * len(chunk)
        for column in plus[1:]:
            total = list(map(add, total, column))
        for column in minus:
            total = list(map(sub, total, column))
        return total

    def _with_gaps(self, plus: list[list[Any]], minus: list[list[Any]]) -> list[int | None]:
        signs = [1] * len(plus) + [-1] * len(minus)
        return [
            None if None in row else sum(sign * part for sign, part in zip(signs, row, strict=True))
            for row in zip(*plus, *minus, strict=True)
        ]

    def once(self, chunk: Chunk, start: int, stop: int) -> Any:
        """Return the one value of rows [start, stop), None where it cannot be used."""
        return once(self.values(chunk.part(start, stop)), 0, stop - start, name=self.name)

    def check(self, row: Sequence[Any]) -> None:
        """Convert one row's cells.

        Raises:
            CellFault: names the column and the reason.
        """
        for part in (*self._plus, *self._minus):
            part.check(row)


Column = OneColumn | Constant | Joined | Sum


class LookedUp(Protocol):
    """Another table, found by one column of this one."""

    column: str
    missed: set[str]

    def into(self, name: str) -> Convert:
        """Return the conversion of this table's cell into the other table's column."""


Lookups = Mapping[str, LookedUp]


class Columns:
    """Makes the columns that a mapping names, each column and conversion once."""

    def __init__(self, find: Finder, *, lookups: Lookups, unit: Unit) -> None:
        self._find = find
        self._lookups = lookups
        self._fen = cells.fen if unit is Unit.YUAN else cells.plain_fen
        self._made: dict[tuple[str, Convert], OneColumn] = {}

    def one(self, name: str, convert: Convert) -> OneColumn:
        """Return a column of the table through a conversion."""
        made = self._made.get((name, convert))
        if made is None:
            made = self._made[name, convert] = OneColumn(self._find(name), name, convert)
        return made

    def text(self, source: TextSource, convert: Convert) -> Column:
        """Return the column or columns that a text of the mapping names."""
        if isinstance(source, str):
            return self.one(source, convert)
        if source.constant:
            return Constant(source.constant)
        names = (source.column,) if source.column else source.join
        if not names:
            return Constant("")
        if source.lookup:
            return self._looked_up(source, names)
        parts = [self.one(name, convert) for name in names]
        return parts[0] if source.column else Joined(parts, source.with_)

    def _looked_up(self, source: Text, names: Sequence[str]) -> OneColumn:
        other = self._lookups[source.lookup]
        into = [other.into(name) for name in names]

        def joined(cell: Any) -> str:
            return source.with_.join(filter(None, [part(cell) for part in into]))

        return self.one(other.column, into[0] if len(into) == 1 else joined)

    def amount(self, source: AmountSource) -> OneColumn | Sum:
        """Return the sum that an amount of the mapping names."""
        if isinstance(source, str):
            return self.one(source, self._fen)
        plus, minus = (
            [self.one(name, self._fen) for name in names] for names in (source.plus, source.minus)
        )
        return plus[0] if len(plus) == 1 and not minus else Sum(plus, minus)
