"""Excel workbooks, streamed; refused before unpacking where they would unpack to too much."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from connectors.files.faults import CellFault, FileFault
from connectors.files.sheets.bounds import Bounds
from connectors.files.sheets.chunk import RowsChunk, gathered

UNTYPED: Any = openpyxl
MOST_UNPACKED_BYTES = 4 << 30
MOST_SHARED_BYTES = 256 << 20  # shared strings and styles are held in memory
MOST_RATIO = 200  # of a part of 16 MiB or more; sheets of orders stay under 40
MOST_NUMBER = 1_048_576  # Excel's last row; a cell may say that it stands in any
LARGEST_EXACT = 10**15  # Excel keeps 15 digits
BROKEN = (BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, EOFError, TypeError)


def require_modest(file: BinaryIO, *, most_bytes: int = MOST_UNPACKED_BYTES) -> None:
    """Refuse a workbook that unpacks to more than we are ready to read.

    Raises:
        FileFault: ``damaged``, ``unpacks_too_large``.
    """
    file.seek(0)
    try:
        parts = ZipFile(file).infolist()
    except BadZipFile as error:
        raise FileFault("damaged", kind="XLSX") from error
    for part in parts:
        held = "sharedStrings" in part.filename or "styles" in part.filename
        ratio = part.file_size / max(1, part.compress_size)
        if (held and part.file_size > MOST_SHARED_BYTES) or (
            part.file_size > 16 << 20 and ratio > MOST_RATIO
        ):
            raise FileFault("unpacks_too_large", part=part.filename, bytes=part.file_size)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > most_bytes:
        raise FileFault("unpacks_too_large", part="", bytes=unpacked)


class XlsxSheet:
    """One sheet of a workbook: the named one, else the first that has cells."""

    ends_open = False
    encoding = "xlsx"

    def __init__(
        self,
        path: Path,
        file: BinaryIO,
        *,
        sheet: str | None = None,
        header_row: int = 1,
        bounds: Bounds | None = None,
    ) -> None:
        self.path = path
        self._file = file
        self._sheet = sheet
        self.header_row = header_row
        require_modest(file, most_bytes=bounds.unpacked_bytes if bounds else MOST_UNPACKED_BYTES)
        self.first_rows = self._peek()

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        self._file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = UNTYPED.load_workbook(
                self._file, read_only=True, data_only=True, keep_links=False
            )
            try:
                if self._sheet is not None and self._sheet not in book.sheetnames:
                    raise FileFault("no_such_sheet", sheet=self._sheet, sheets=book.sheetnames)
                chosen = [self._sheet] if self._sheet is not None else book.sheetnames
                for name in chosen:
                    page = book[name]
                    if not hasattr(page, "reset_dimensions"):
                        continue
                    page.reset_dimensions()
                    empty = True
                    for row in page.iter_rows(values_only=True):
                        empty = False
                        yield row
                    if not empty:
                        return
            finally:
                book.close()

    def _peek(self) -> list[list[str]]:
        found: list[list[str]] = []
        try:
            for row in self._rows():
                found.append(["" if cell is None else str(cell) for cell in row])
                if len(found) >= 10:
                    break
        except BROKEN as error:
            raise FileFault("damaged", kind="XLSX") from error
        if not found:
            raise FileFault("empty_file")
        return found

    def chunks(self) -> Iterator[RowsChunk]:
        """Yield the rows below the header.

        Raises:
            FileFault: ``damaged_after`` with the row after which nothing could be read.
        """
        return gathered(self._rows_of(len(self.first_rows[self.header_row - 1])), _weight)

    def _rows_of(self, width: int) -> Iterator[tuple[int, list[Any], CellFault | None]]:
        for number, cells in self._numbered():
            if not any(cell is not None and cell != "" for cell in cells):
                continue
            over = any(cell is not None and cell != "" for cell in cells[width:])
            fault = CellFault("too_many_cells", cells=len(cells), expected=width) if over else None
            row = [_cell(cell) for cell in cells[:width]] + [None] * (width - len(cells))
            yield number, row, fault

    def _numbered(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        number = 0
        rows = self._rows()
        while True:
            number += 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except BROKEN as error:
                raise FileFault("damaged_after", kind="XLSX", row=number - 1) from error
            except OSError as error:
                raise FileFault("vanished", row=number) from error
            if number > MOST_NUMBER:
                raise FileFault("damaged_after", kind="XLSX", row=MOST_NUMBER)
            if number > self.header_row:
                yield number, cells


def _weight(row: list[Any]) -> int:
    return sum(len(cell) for cell in row if isinstance(cell, str))


def _cell(cell: Any) -> Any:
    """Return whole numbers past Excel's precision as the rounded numbers that they are."""
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= LARGEST_EXACT:
        return float(cell)
    return cell
