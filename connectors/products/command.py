"""``jifen products``: the brand's products from a file, with what it did and what it refuses."""

import argparse
import asyncio
import sys
from pathlib import Path

from connectors.files import tables
from connectors.files.faults import FileFault
from connectors.files.words import of_locale
from connectors.products import texts
from connectors.products.reading import read
from connectors.products.taking import bring_in, try_out

DONE, FAILED = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define what ``jifen products`` takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX or Parquet")
    parser.add_argument("--dry-run", action="store_true", help="say what it would do, and do not")
    parser.add_argument("--only-listed", action="store_true",
                        help="take off sale what the file does not name")  # fmt: skip
    parser.add_argument("--parked", type=Path, metavar="OUT.csv",
                        help="write the refused rows to a CSV, to be corrected")  # fmt: skip
    parser.add_argument("--language", choices=("zh", "en"), default=of_locale(),
                        help="of messages and reasons (default: the locale's)")  # fmt: skip


async def run(given: argparse.Namespace) -> int:
    """Bring the file in; the exit status is 1 where it, or a row of it, was refused."""
    try:
        told = await asyncio.to_thread(read, given.file)
    except FileFault as fault:
        why = texts.refusal(fault.code, fault.figures, given.language)
        print(f"jifen: {given.file.name}: {why}", file=sys.stderr)
        return FAILED
    verb = try_out if given.dry_run else bring_in
    taken = await verb(told, only_listed=given.only_listed)
    tables.list_refused(taken.refused, given.language)
    for sentence in texts.sentences(taken, given.language):
        print(sentence)
    if given.dry_run:
        print(tables.said("dry", given.language))
    if given.parked and taken.refused:
        tables.export_refused(taken.refused, given.parked, given.language)
    return FAILED if taken.refused else DONE
