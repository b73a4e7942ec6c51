"""Parquet files, read by batches so that memory does not grow with the file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from connectors.files.arrow import pa, pq
from connectors.files.faults import FileFault
from connectors.files.sheets.chunk import ArrowChunk

ROWS_A_CHUNK = 16_384


class ParquetSheet:
    """A Parquet file. Row 2 is its first row, as if the column names stood in row 1."""

    ends_open = False
    encoding = "parquet"
    header_row = 1

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        self.first_rows = [self._open().schema_arrow.names]

    def _open(self) -> Any:
        self._file.seek(0)
        try:
            return pq.ParquetFile(pa.PythonFile(self._file, mode="r"), pre_buffer=False)
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
