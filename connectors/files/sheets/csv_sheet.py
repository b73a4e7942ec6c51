"""Separated text: the encoding decided on the bytes, rows counted as Excel counts them."""

import codecs
import csv
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, cast

from connectors.files.cells import LONGEST_CELL
from connectors.files.faults import CellFault, FileFault
from connectors.files.sheets.chunk import RowsChunk, gathered

LONGEST_FIELD = 32_000_000
LONGEST_LINE = 40_000_000
BYTES_A_READ = 1 << 17
SAMPLE_BYTES = 1 << 16
DELIMITERS = ",\t;|"


def encoding_of(file: BinaryIO) -> str:
    """Decide the encoding: a byte order mark, else UTF-8 where most bytes above 0x7f decode so.

    Everything else is read as GB18030, of which GBK and GB2312 are parts. A stray bad byte does
    not change the choice: it is found again in its row.
    """
    file.seek(0)
    sample = file.read(SAMPLE_BYTES)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    while sample and sample.isascii():
        sample = file.read(SAMPLE_BYTES)
    decoded = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(sample)
    undecoded = sum(1 for character in decoded if "\ud800" <= character <= "\udfff")
    above_ascii = sum(1 for byte in sample if byte > 0x7F)
    return "gb18030" if undecoded * 5 > above_ascii else "utf-8"


def delimiter_of(line: str) -> str:
    """Return the separator that stands most often in the header line."""
    return max(DELIMITERS, key=line.count)


class CsvSheet:
    """A CSV file. Bytes that do not decode mark their row, and only it, as unusable."""

    def __init__(
        self,
        path: Path,
        file: BinaryIO,
        *,
        encoding: str = "auto",
        delimiter: str = "auto",
        header_row: int = 1,
    ) -> None:
        self.path = path
        self._file = file
        self.encoding = encoding_of(file) if encoding == "auto" else encoding
        self._delimiter = delimiter
        self.header_row = header_row
        self.ends_open = self._ends_without_newline()
        self.first_rows = self._peek()

    def _ends_without_newline(self) -> bool:
        self._file.seek(0, 2)
        size = self._file.tell()
        if not size:
            raise FileFault("empty_file")
        self._file.seek(max(0, size - 4))
        return not self._file.read().rstrip(b"\0").endswith((b"\n", b"\r"))

    def _reader(self) -> Any:
        csv.field_size_limit(LONGEST_FIELD)
        self._file.seek(0)
        lines = TextIOWrapper(
            cast("BinaryIO", _Unclosed(self._file)),
            encoding=self.encoding,
            errors="surrogateescape",
            newline="",
        )
        if self._delimiter == "auto":
            self._delimiter = delimiter_of(lines.readline(SAMPLE_BYTES))
            lines.seek(0)
        return csv.reader(lines, delimiter=self._delimiter, strict=True)

    def _peek(self) -> list[list[str]]:
        """Return the first rows, among which the header is."""
        reader = self._reader()
        found: list[list[str]] = []
        try:
            for row in reader:
                found.append(row)
                if len(found) >= 10:
                    break
        except csv.Error:
            if not found:
                raise FileFault("not_a_table") from None
        except UnicodeError:
            raise FileFault("not_a_table") from None
        return found

    def chunks(self) -> Iterator[RowsChunk]:
        """Yield the rows below the header.

        Raises:
            FileFault: ``cut_in_the_middle`` or ``open_quote`` with the row, ``vanished``.
        """
        return gathered(self._numbered(len(self.first_rows[self.header_row - 1])), _weight)

    def _numbered(self, width: int) -> Iterator[tuple[int, list[str], CellFault | None]]:
        """Yield (row number, cells, fault) and skip the blank rows, which count in Excel too."""
        short: tuple[int, list[str]] | None = None
        for number, row, fault in self._records():
            if short:
                yield short[0], *_filled(short[1], width)
                short = None
            if fault:
                yield number, _filled(row, width)[0], fault
            elif len(row) == width:
                yield number, row, None
            elif len(row) < width and row:
                short = number, row
            elif row:
                yield number, *_filled(row, width)
        if short and self.ends_open:
            raise FileFault("cut_in_the_middle", row=short[0])
        if short:
            yield short[0], *_filled(short[1], width)

    def _records(self) -> Iterator[tuple[int, list[str], CellFault | None]]:
        reader = self._reader()
        number, line = 0, 0
        while True:
            number += 1
            line_before = reader.line_num
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                line = reader.line_num
                if line - line_before > 1 or "end of data" in str(error):
                    raise FileFault("open_quote", row=number, line=line_before + 1) from error
                yield number, [], CellFault("broken_quotes")
                continue
            except UnicodeError as error:
                raise FileFault("wrong_encoding", row=number, encoding=self.encoding) from error
            except OSError as error:
                raise FileFault("vanished", row=number) from error
            if number > self.header_row:
                yield number, _bounded(row), None


def _filled(row: list[str], width: int) -> tuple[list[str], CellFault | None]:
    """Return exactly ``width`` cells, and the fault of a row that has another number of them."""
    if len(row) < width:
        few = CellFault("too_few_cells", cells=len(row), expected=width)
        return row + [""] * (width - len(row)), few
    over = any(cell.strip() for cell in row[width:])
    many = CellFault("too_many_cells", cells=len(row), expected=width) if over else None
    return row[:width], many


def _weight(row: list[str]) -> int:
    return sum(map(len, row))


def _bounded(row: list[str]) -> list[str]:
    """Cut absurd cells just past the limit at which they are refused, so that memory stays flat."""
    if _weight(row) <= LONGEST_CELL:
        return row
    return [cell[: LONGEST_CELL + 1] for cell in row]


class _Unclosed:
    """The open file for one reading: a wrapper that is dropped does not close it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._line_bytes = 0
        self.closed = False

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read1(self, size: int = -1) -> bytes:
        return self.read(size)

    def read(self, size: int = -1) -> bytes:
        """Read on, and give up on a line that would fill the memory.

        Raises:
            FileFault: ``not_a_table``.
        """
        piece = self._file.read(max(size, BYTES_A_READ))
        self._line_bytes = 0 if b"\n" in piece or b"\r" in piece else self._line_bytes + len(piece)
        if self._line_bytes > LONGEST_LINE:
            raise FileFault("not_a_table")
        return piece

    def flush(self) -> None:
        return None

    def close(self) -> None:
        self.closed = True
