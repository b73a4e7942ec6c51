"""Parked rows as CSV that a person corrects in a spreadsheet and imports again."""

import csv
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import TextIO

from connectors.files import reasons
from connectors.files.cells import text
from connectors.files.faults import CellFault
from loyalty.imports import RowParked

MOST_LAYOUTS = 50
EXTRA = {
    "zh": ("原文件", "原行号", "问题列", "原因代码", "原因"),
    "en": ("source file", "source row", "problem column", "reason code", "reason"),
}
ALL_EXTRA = frozenset(name for names in EXTRA.values() for name in names)
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONG_NUMBER = re.compile(r"^\d{12,}$")


class ParkedCsv:
    """Writes parked rows, rows of each layout to a file of their own.

    UTF-8 with a byte order mark, so that spreadsheets read Chinese; the original columns first. A
    cell that a spreadsheet would run as a formula, or round as a long number, gets a leading
    apostrophe, which is taken off again when the file is imported.
    """

    def __init__(self, path: Path, language: str) -> None:
        self._path = path
        self._language = language
        self._open: dict[tuple[str, ...], tuple[Path, Path, TextIO]] = {}
        self.rows = 0

    def add(self, rows: Iterable[RowParked]) -> None:
        """Write rows.

        Raises:
            OSError: the file cannot be written.
        """
        for row in rows:
            kept = [(name, cell) for name, cell in row.cells if name not in ALL_EXTRA]
            names = tuple(name for name, _ in kept)
            file = self._file(names, row.file)
            reason = reasons.reason(row.code, row.figures, self._language)
            extra = (row.file, str(row.row_number), row.column, row.code, reason)
            cells = [*(cell for _, cell in kept), *extra]
            csv.writer(file).writerow([safe(cell) for cell in cells])
            self.rows += 1

    def _file(self, names: tuple[str, ...], source: str) -> TextIO:
        if names not in self._open:
            if len(self._open) >= MOST_LAYOUTS:
                raise OSError(f"more than {MOST_LAYOUTS} layouts of parked rows")
            path = self._path
            if self._open:
                stem = f"{path.stem}.{Path(source).stem}.{len(self._open) + 1}"
                path = path.with_name(stem + path.suffix)
            writing = path.with_name(path.name + ".writing")
            file = writing.open("w", encoding="utf-8-sig", newline="")
            csv.writer(file).writerow([*map(safe, names), *EXTRA[self._language]])
            self._open[names] = path, writing, file
        return self._open[names][2]

    def close(self) -> list[Path]:
        """Put the written files in their places and return them."""
        for path, writing, file in self._open.values():
            file.close()
            writing.replace(path)
        return [path for path, _, _ in self._open.values()]


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula or rounds."""
    try:
        bare = text(cell)
    except CellFault:
        bare = ""
    if LONG_NUMBER.match(bare):
        return f"'{bare}"
    return f"'{cell}" if cell.lstrip(" ").startswith(STARTS_FORMULA) else cell


async def export(
    path: Path, pages: AsyncIterator[Sequence[RowParked]], language: str
) -> tuple[int, list[Path]]:
    """Write all pages and return how many rows, and the files.

    Raises:
        OSError: a file cannot be written.
    """
    sheet = ParkedCsv(path, language)
    async for page in pages:
        sheet.add(page)
    return sheet.rows, sheet.close()
