"""`jifen export`: members, balances, the ledger, or what is owed, as a table of CSV or Parquet."""

import argparse
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow
import pyarrow.csv
import pyarrow.parquet

from connectors.files.parked_csv import safe
from loyalty import exports
from loyalty.calendar import SHANGHAI, start_of
from loyalty.exports import Page
from loyalty.sealing import Sealer
from web.context import now

pa: Any = pyarrow  # it has no types

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # spreadsheets read Chinese by it

TEXT, POINTS, MOMENT = pa.string(), pa.int64(), pa.timestamp("s", tz="Asia/Shanghai")
# What a table's columns are called, which field of a row fills each, and its type.
Columns = Sequence[tuple[str, str, Any]]
NAMES: Columns = (
    ("mobile", "mobile", TEXT),
    ("email (masked)", "email", TEXT),
    ("unionid", "unionid", TEXT),
    ("openid", "openid", TEXT),
    ("app id", "app_id", TEXT),
)
TABLES: Mapping[str, Columns] = {
    "members": (
        ("member", "uuid", TEXT),
        ("joined on", "joined_at", MOMENT),
        ("joined through", "joined_through", TEXT),
        ("language", "language", TEXT),
        ("tier", "tier", TEXT),
        ("available points", "points_available", POINTS),
        ("pending points", "points_pending", POINTS),
        ("owed points", "points_debt", POINTS),
        *NAMES,
    ),
    "balances": (
        ("member number", "uuid", TEXT),
        *NAMES,
        ("points", "points", POINTS),
        ("expires on", "expires_on", TEXT),
        ("joined on", "joined_at", MOMENT),
    ),
    "ledger": (
        ("member", "uuid", TEXT),
        ("number", "number", POINTS),
        ("at", "at", MOMENT),
        ("kind", "kind", TEXT),
        ("available", "available", POINTS),
        ("pending", "pending", POINTS),
        ("debt", "debt", POINTS),
        ("shortfall", "shortfall", POINTS),
        ("cause", "cause", TEXT),
        ("key", "key", TEXT),
        ("rule", "slot", TEXT),
        ("rule version", "version", POINTS),
        ("recorded at", "recorded_at", MOMENT),
    ),
    "liability": (
        ("lapses in", "month", TEXT),
        ("available points", "available", POINTS),
        ("pending points", "pending", POINTS),
        ("members", "members", POINTS),
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define what ``jifen export`` takes."""
    parser.add_argument("what", choices=TABLES, help="which table")
    parser.add_argument("out", type=_out, metavar="OUT", help="a new file, .csv or .parquet")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DAY",
                        help="ledger, liability: to the end of a day in Shanghai")  # fmt: skip
    parser.add_argument("--with-phones", action="store_true",
                        help="members, balances: phone numbers, and e-mails masked")  # fmt: skip


def _out(told: str) -> Path:
    path = Path(told)
    if path.suffix not in (".csv", ".parquet"):
        raise argparse.ArgumentTypeError("the file's name ends in .csv or .parquet")
    return path


async def run(given: argparse.Namespace, *, sealer: Sealer) -> int:
    """Write a table to a new file and say what it holds.

    Raises:
        OSError: it cannot be written, or stands there already.
    """
    at = start_of(given.as_of + timedelta(days=1)) if given.as_of else now()
    until = at - timedelta(microseconds=1) if given.as_of else at
    phones = sealer if given.with_phones else None
    if given.what == "liability":
        return await _liability(given.out, at=until)
    pages = {
        "members": lambda: exports.members(sealer=phones),
        "balances": lambda: _with_days(exports.balances(at=at, sealer=phones)),
        "ledger": lambda: exports.ledger(until=until),
    }[given.what]()
    rows = await _write(given.out, TABLES[given.what], pages)
    print(f"{given.out}: {rows:,} rows")
    return 0


async def _liability(out: Path, *, at: datetime) -> int:
    months, proof = await exports.owed(at=at)

    async def page() -> AsyncIterator[Page]:
        yield months

    await _write(out, TABLES["liability"], page())
    available = sum(row["available"] for row in months)
    pending = sum(row["pending"] for row in months)
    due = proof["available"] - available
    print(
        f"{out}: {available:,} points available, {pending:,} pending, {proof['debt']:,} owed to us"
    )
    print(f"as of {at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} in Shanghai; entries agree", end="")
    print(f", {due:,} points of theirs were due" if due else "")
    return 0 if due >= 0 and pending == proof["pending"] else 1


async def _with_days(pages: AsyncIterator[Page]) -> AsyncIterator[Page]:
    """Tell lots as `jifen balances` reads them: the last day on which they are good, or never."""
    async for page in pages:
        for row in page:
            lapses = row["expires_at"]
            day = (lapses - timedelta(microseconds=1)).astimezone(SHANGHAI) if lapses else None
            row["expires_on"] = f"{day:%Y-%m-%d}" if day else "never" if row["points"] else ""
        yield page


async def _write(out: Path, columns: Columns, pages: AsyncIterator[Page]) -> int:
    schema = pa.schema([(heading, kind) for heading, _, kind in columns])
    rows = 0
    with _new(out) as file, _writer(out, file, schema) as writer:
        async for page in pages:
            told = [
                pa.array([_cell(row.get(field), out) for row in page], kind)
                for _, field, kind in columns
            ]
            writer.write_table(pa.Table.from_arrays(told, schema=schema))
            rows += len(page)
    return rows


def _cell(told: Any, out: Path) -> Any:
    """Return a value as the file holds it: a spreadsheet runs no text of a CSV as a formula."""
    return safe(told) if isinstance(told, str) and out.suffix == ".csv" else told


def _new(out: Path) -> BinaryIO:
    file = open(out, "xb")  # noqa: SIM115 (the caller closes it)
    if out.suffix == ".csv":
        file.write(BYTE_ORDER_MARK)
    return file


def _writer(out: Path, file: BinaryIO, schema: Any) -> Any:
    kind = pa.csv.CSVWriter if out.suffix == ".csv" else pa.parquet.ParquetWriter
    return kind(file, schema)
