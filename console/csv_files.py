"""CSV files that staff take with them: written as they are read, however long they are."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from aiohttp import web

from web.cells import safe

Row = Sequence[str]
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # by it Excel takes the file for UTF-8


async def send(
    request: web.Request, name: str, heading: Row, sheets: AsyncIterator[Iterable[Row]]
) -> web.StreamResponse:
    """Send a file under a name; no cell of it is run as a formula, and no cache keeps it."""
    headers = {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(BYTE_ORDER_MARK + _written([heading]))
    async for sheet in sheets:
        await response.write(_written(sheet))
    await response.write_eof()
    return response


def _written(rows: Iterable[Row]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode()
