"""Which column of a table that people keep is what: by its heading, in Chinese or English."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from connectors.files.cells import text
from connectors.files.faults import CellFault, FileFault
from connectors.files.parked_csv import ALL_EXTRA
from connectors.files.sheets import Sheet
from connectors.files.taking import RowRead

MOST_TOLD = 20
_OF_YUAN = re.compile(r"[(（](?:元|人民币|yuan|rmb|cny|¥|￥)[)）]$")


def _plain(heading: str) -> str:
    """Return a heading as it is compared: without case, gaps, and what says that it is in yuan."""
    try:
        found = text(heading)
    except CellFault:
        return ""
    return _OF_YUAN.sub("", re.sub(r"[\s_]+", "", found).casefold())


_OURS = {_plain(name) for name in ALL_EXTRA}


class Headings:
    """What columns of a kind of table are called, by field.

    The header is the first of the first ten rows that has one of the ``needed`` fields; a table
    without any is refused with the code ``lacking``.
    """

    def __init__(
        self, synonyms: Mapping[str, Sequence[str]], *, needed: Collection[str], lacking: str
    ) -> None:
        self.synonyms = synonyms
        self._meaning = {_plain(word): field for field, words in synonyms.items() for word in words}
        self._needed = frozenset(needed)
        self._lacking = lacking

    def found_in(self, sheet: Sheet) -> tuple[dict[str, int], list[str]]:
        """Return where each field's column is, and the headings that are no field's.

        Raises:
            FileFault: the code ``lacking``; ``two_columns`` where two are the same field's.
        """
        for row, cells in enumerate(sheet.heading_rows, 1):
            meanings = [self._meaning.get(_plain(cell)) for cell in cells]
            if self._needed.intersection(filter(None, meanings)):
                sheet.take_header(row)
                return _places(cells, meanings), _unknown(cells, meanings)
        first = sheet.heading_rows[0] if sheet.heading_rows else []
        raise FileFault(self._lacking, found=[_shown(cell) for cell in first[:MOST_TOLD]])


def rows_of(sheet: Sheet) -> Iterator[tuple[RowRead, CellFault | None]]:
    """Yield the rows below the header that hold something, each with what is wrong with all of it.

    Raises:
        FileFault: the file ends in the middle.
    """
    source = sheet.source
    for chunk in sheet.chunks():
        for i in range(len(chunk)):
            cells = chunk.row(i)
            if any(not _is_blank(cell) for cell in cells):
                yield RowRead(source, 0, chunk.numbers[i], cells), chunk.faults.get(i)


def _is_blank(cell: object) -> bool:
    """Say whether a cell holds nothing; one that cannot be read is not blank."""
    try:
        return not text(cell)
    except CellFault:
        return False


def _places(cells: Sequence[str], meanings: Sequence[str | None]) -> dict[str, int]:
    places: dict[str, int] = {}
    for i, field in enumerate(meanings):
        if field in places:
            both = [_shown(cells[places[field]]), _shown(cells[i])]
            raise FileFault("two_columns", columns=both)
        if field:
            places[field] = i
    return places


def _unknown(cells: Sequence[str], meanings: Sequence[str | None]) -> list[str]:
    pairs = zip(cells, meanings, strict=True)
    shown = (_shown(cell) for cell, field in pairs if field is None and _plain(cell) not in _OURS)
    return [heading for heading in shown if heading]


def _shown(heading: str) -> str:
    return heading.strip().encode("utf-8", "replace").decode()[:30]
