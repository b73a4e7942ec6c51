"""Other tables that a mapping joins by a column: product to category, brand, title."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from connectors.files import cells
from connectors.files.cells import Memo
from connectors.files.columns import Finder
from connectors.files.faults import CellFault, FileFault
from connectors.files.mapping import Lookup, Mapping, Text
from connectors.files.sheets import opened

MOST_ROWS = 2_000_000


class LookupTable:
    """The columns that a mapping wants of another table, in memory, by key."""

    def __init__(self, lookup: Lookup, rows: dict[str, tuple[str, ...]], names: list[str]) -> None:
        self.column = lookup.column
        self.name = lookup.name
        self.missed: set[str] = set()
        self._rows = rows
        self._names = names

    def into(self, name: str) -> Callable[[Any], str]:
        """Return the conversion of a cell of the imported table into this table's column."""
        place = self._names.index(name)

        def looked_up(cell: Any) -> str:
            key = cells.text(cell)
            row = self._rows.get(key)
            if row is None:
                if len(self.missed) < MOST_ROWS:
                    self.missed.add(key)
                return ""
            return row[place]

        return looked_up


def load(mapping: Mapping, *, beside: list[Path]) -> tuple[dict[str, LookupTable], bytes]:
    """Read all lookups of a mapping and return them with the digests of their files, joined.

    Raises:
        FileFault: ``lookup_not_found``, or the file cannot be read; names the lookup's file.
    """
    tables: dict[str, LookupTable] = {}
    digests = b""
    for lookup in mapping.lookup:
        path = next((d / lookup.file for d in beside if (d / lookup.file).is_file()), None)
        if path is None:
            raise FileFault("lookup_not_found", file=lookup.file)
        names = sorted(set(_wanted(mapping, lookup.name)))
        try:
            with opened(path) as sheet:
                digests += sheet.digest
                rows = dict(_rows(sheet, lookup.key, names))
        except FileFault as fault:
            raise FileFault(fault.code, **{**fault.figures, "file": lookup.file}) from fault
        tables[lookup.name] = LookupTable(lookup, rows, names)
    return tables, digests


def _wanted(mapping: Mapping, name: str) -> Iterator[str]:
    sources = [mapping.shop.code, mapping.shop.name]
    line = mapping.line
    if line:
        sources += [line.sku, line.title, line.category, line.brand]
    for source in sources:
        if isinstance(source, Text) and source.lookup == name:
            yield from (source.column,) if source.column else source.join


def _rows(sheet: Any, key: str, names: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    find = Finder(sheet.header)
    key_place, places = find(key), [find(name) for name in names]
    find.require_all()
    count = 0
    for chunk in sheet.chunks():
        count += len(chunk)
        if count > MOST_ROWS:
            raise FileFault("lookup_too_large", most=MOST_ROWS)
        columns = [map(Memo(_label).__getitem__, chunk.column(place)) for place in places]
        keys = map(cells.text, chunk.column(key_place))
        yield from zip(keys, zip(*columns, strict=True), strict=True)


def _label(cell: Any) -> str:
    try:
        return cells.label(cell)
    except CellFault:
        return ""
