"""Parquet files, read by batches so that memory does not grow with the file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from connectors.files.arrow import pa, pq
from connectors.files.faults import FileFault
from connectors.files.sheets.bounds import Bounds
from connectors.files.sheets.chunk import ArrowChunk

ROWS_A_CHUNK = 16_384


class ParquetSheet:
    """A Parquet file. Row 2 is its first row, as if the column names stood in row 1."""

    ends_open = False
    encoding = "parquet"
    header_row = 1

    def __init__(self, path: Path, file: BinaryIO, *, bounds: Bounds | None = None) -> None:
        self.path = path
        self._file = file
        self._held_once: list[str] = []
        found = self._open()
        if bounds:
            _require_modest(found, bounds)
            self._held_once = [field.name for field in found.schema_arrow if _is_text(field.type)]
        self.first_rows = [found.schema_arrow.names]

    def _open(self) -> Any:
        self._file.seek(0)
        try:
            return pq.ParquetFile(
                pa.PythonFile(self._file, mode="r"),
                pre_buffer=False,
                read_dictionary=self._held_once,
            )
        except (pa.ArrowException, OSError) as error:
            raise FileFault("damaged", kind="Parquet") from error

    def chunks(self) -> Iterator[ArrowChunk]:
        """Yield the rows.

        Raises:
            FileFault: ``damaged_after`` with the row after which nothing could be read.
        """
        number = 2
        batches = self._open().iter_batches(batch_size=ROWS_A_CHUNK, use_threads=False)
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except (pa.ArrowException, OSError) as error:
                raise FileFault("damaged_after", kind="Parquet", row=number - 1) from error
            table = pa.Table.from_batches([batch])
            yield ArrowChunk(table, range(number, number + table.num_rows))
            number += table.num_rows


def _require_modest(file: Any, bounds: Bounds) -> None:
    """Refuse what has more rows or unpacks to more; cells of lists, which nothing bounds, too.

    A text that stands in many rows is packed once: bounded files are read so that it stays once.

    Raises:
        FileFault: ``too_many_rows``, ``unpacks_too_large``, ``not_a_table``.
    """
    told = file.metadata
    if told.num_rows > bounds.rows:
        raise FileFault("too_many_rows", most=bounds.rows)
    unpacked = sum(told.row_group(i).total_byte_size for i in range(told.num_row_groups))
    if unpacked > bounds.unpacked_bytes:
        raise FileFault("unpacks_too_large", part="", bytes=unpacked)
    if any(pa.types.is_nested(field.type) for field in file.schema_arrow):
        raise FileFault("not_a_table")


def _is_text(kind: Any) -> bool:
    kinds = pa.types
    return any(
        one(kind)
        for one in (kinds.is_string, kinds.is_large_string, kinds.is_binary, kinds.is_large_binary)
    )
