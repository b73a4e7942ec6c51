"""A file opened once: its digest, its kind by its first bytes, its header by trimmed names."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from connectors.files.cells import text
from connectors.files.faults import CellFault, FileFault
from connectors.files.sheets.bounds import Bounds
from connectors.files.sheets.chunk import Chunk
from connectors.files.sheets.csv_sheet import CsvSheet
from connectors.files.sheets.parquet_sheet import ParquetSheet
from connectors.files.sheets.xlsx_sheet import XlsxSheet

MOST_COLUMNS = 2_000
ZIP = b"PK\x03\x04"
PARQUET = b"PAR1"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


class Table(Protocol):
    """What each kind of file offers: its first rows to find the header in, then all rows."""

    path: Path
    encoding: str
    header_row: int
    first_rows: list[list[str]]

    @property
    def ends_open(self) -> bool:
        """Say whether the last line lacks its end, as in a file that was cut."""

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows below the header."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row stood: the name of its file, and the columns' own names."""

    file: str
    header: tuple[str, ...]


class Sheet:
    """One table with its header. Repeated column names are kept, the second as ``name#2``."""

    def __init__(self, table: Table, file: BinaryIO, digest: bytes) -> None:
        self.table = table
        self.path = table.path
        self.digest = digest
        self._file = file
        self._size = file.seek(0, 2)
        self.header: tuple[str, ...] = ()
        self.original_header: tuple[str, ...] = ()
        self.take_header(table.header_row)

    def take_header(self, row: int) -> None:
        """Read the column names from this row.

        Raises:
            FileFault: ``too_many_columns``, ``header_only`` where there is no such row.
        """
        if row > len(self.table.first_rows):
            raise FileFault("no_header", row=row)
        cells = self.table.first_rows[row - 1]
        if len(cells) > MOST_COLUMNS:
            raise FileFault("too_many_columns", columns=len(cells), most=MOST_COLUMNS)
        self.table.header_row = row
        self.original_header = tuple(cells)
        self.header = named_once(cells)

    @property
    def source(self) -> Source:
        """What a row of the table has to tell of where it stood."""
        return Source(self.path.name, self.original_header)

    @property
    def heading_rows(self) -> list[list[str]]:
        """The first rows, among which the header may be."""
        return self.table.first_rows

    def chunks(self) -> Iterator[Chunk]:
        """Yield the rows below the header.

        Raises:
            FileFault: the file cannot be read further, or changed while it was read.
        """
        yield from self.table.chunks()
        if self._file.seek(0, 2) != self._size:
            raise FileFault("changed_while_reading")


def named_once(cells: Sequence[str]) -> tuple[str, ...]:
    """Return trimmed column names, repeated ones numbered from the second on."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for cell in cells:
        try:
            found = text(cell)
        except CellFault:
            found = ""
        seen[found] = seen.get(found, 0) + 1
        names.append(found if seen[found] == 1 else f"{found}#{seen[found]}")
    return tuple(names)


@contextmanager
def opened(
    path: Path,
    *,
    encoding: str = "auto",
    delimiter: str = "auto",
    sheet: str | None = None,
    header_row: int = 1,
    bounds: Bounds | None = None,
) -> Iterator[Sheet]:
    """Open a file for as long as the block runs; one past ``bounds`` is refused unread.

    Raises:
        FileFault: it is not there, empty, damaged, of a kind we do not read, or not a table.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileFault("cannot_open", reason=error.strerror or str(error)) from error
    with file:
        digest = hashlib.file_digest(file, "sha256").digest()
        file.seek(0)
        start = file.read(4)
        table: Table
        if start == ZIP:
            table = XlsxSheet(path, file, sheet=sheet, header_row=header_row, bounds=bounds)
        elif start == PARQUET:
            table = ParquetSheet(path, file, bounds=bounds)
        elif start == OLD_EXCEL:
            raise FileFault("old_excel")
        else:
            table = CsvSheet(
                path, file, encoding=encoding, delimiter=delimiter, header_row=header_row
            )
        yield Sheet(table, file, digest)
