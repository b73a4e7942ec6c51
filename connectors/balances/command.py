"""``jifen balances``: members and points of an earlier programme from a file."""

import argparse
import asyncio
import re
import sys
from pathlib import Path

from connectors.balances import texts
from connectors.balances.reading import read
from connectors.balances.taking import bring_in, try_out
from connectors.files import tables
from connectors.files.faults import FileFault
from connectors.files.words import of_locale
from loyalty.sealing import Sealer
from web.context import now

DONE, FAILED = 0, 1
_SOURCE = re.compile("[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define what ``jifen balances`` takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX or Parquet")
    parser.add_argument("--source", required=True, type=_source, metavar="NAME",
                        help="the earlier programme: a balance of it comes in once")  # fmt: skip
    parser.add_argument("--app-id", default="", metavar="APP_ID",
                        help="whose openids these are, where the file does not say")  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what it would do, and do not")
    parser.add_argument("--parked", type=Path, metavar="OUT.csv",
                        help="write the refused rows to a CSV, to be corrected")  # fmt: skip
    parser.add_argument("--language", choices=("zh", "en"), default=of_locale(),
                        help="of messages and reasons (default: the locale's)")  # fmt: skip


def _source(told: str) -> str:
    if not _SOURCE.fullmatch(told):
        raise argparse.ArgumentTypeError("small letters, digits, - and _, at most 40")
    return told


async def run(given: argparse.Namespace, *, sealer: Sealer) -> int:
    """Bring the file in; the exit status is 1 where it, or a row of it, was refused."""
    try:
        told = await asyncio.to_thread(read, given.file, app_id=given.app_id)
    except FileFault as fault:
        why = texts.refusal(fault.code, fault.figures, given.language)
        print(f"jifen: {given.file.name}: {why}", file=sys.stderr)
        return FAILED
    verb = try_out if given.dry_run else bring_in
    taken = await verb(told, source=given.source, sealer=sealer, at=now())
    tables.list_refused(taken.refused, given.language)
    for sentence in texts.sentences(taken, given.language):
        print(sentence)
    if given.dry_run:
        print(tables.said("dry", given.language))
    if given.parked and taken.refused:
        tables.export_refused(taken.refused, given.parked, given.language)
    return FAILED if taken.refused else DONE
