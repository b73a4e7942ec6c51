"""Tables in files, read a piece at a time: CSV, XLSX and Parquet in one shape."""

from connectors.files.sheets.bounds import Bounds
from connectors.files.sheets.chunk import Chunk, RowsChunk
from connectors.files.sheets.opening import Sheet, Source, opened

__all__ = ["Bounds", "Chunk", "RowsChunk", "Sheet", "Source", "opened"]
