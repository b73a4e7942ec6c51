"""``jifen import``: merchants' files in, with a bar, a summary, and parked rows out."""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from connectors.files import parked_csv, plan, summary, texts
from connectors.files.apart import apart
from connectors.files.faults import FileFault, MappingFault
from connectors.files.importing import LANES, bring_in, try_out
from connectors.files.parked_csv import ParkedCsv
from connectors.files.progress import Shown
from connectors.files.reported import DetailReading
from connectors.files.taking import Reading
from connectors.files.words import of_locale
from loyalty import imports
from loyalty.calendar import SHANGHAI
from loyalty.errors import Conflict
from loyalty.imports import Counts, Imported
from loyalty.orders import ShopRef
from models import ShopKind, db

DONE, FAILED, MISUSED = 0, 1, 2
ORDERS_A_BATCH = 1_000
MOST_ORDERS_A_BATCH = 5_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define what ``jifen import`` takes."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE",
                        help="CSV, XLSX or Parquet; order and item reports are joined")  # fmt: skip
    parser.add_argument("--mapping", type=Path, metavar="M.toml",
                        help="what the columns of any other table mean")  # fmt: skip
    parser.add_argument("--shop", metavar="KIND:NAME",
                        help="the shop that sold it, for example tmall:旗舰店")  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="do everything but the writing")
    parser.add_argument("--again", action="store_true",
                        help="read a finished file again; nothing moves twice")  # fmt: skip
    parser.add_argument("--parked", type=Path, metavar="OUT.csv",
                        help="write the rows that these files parked to a CSV")  # fmt: skip
    parser.add_argument("--export-parked", type=Path, metavar="OUT.csv",
                        help="write all parked rows that are still open to a CSV")  # fmt: skip
    parser.add_argument("--batch", type=_batch, default=ORDERS_A_BATCH, metavar="N",
                        help=f"orders in one transaction (default {ORDERS_A_BATCH})")  # fmt: skip
    parser.add_argument("--language", choices=("zh", "en"), default=of_locale(),
                        help="of messages and reasons (default: the locale's)")  # fmt: skip


def _batch(told: str) -> int:
    count = int(told)
    if not 1 <= count <= MOST_ORDERS_A_BATCH:
        raise argparse.ArgumentTypeError(f"1 .. {MOST_ORDERS_A_BATCH}")
    return count


async def run(
    arguments: argparse.Namespace,
    *,
    database_url: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    console: Console | None = None,
) -> int:
    """Import the files and return the exit status: 0 done, 1 a file failed, 2 misused.

    ``now`` is business time. Rows that cannot be used are parked and do not fail the import.
    """
    call = _Call(arguments, now, console or Console())
    try:
        with ExitStack() as stack:
            readings = await asyncio.to_thread(call.plan, stack)
            if not readings and not arguments.export_parked:
                call.say("nothing_to_do")
                return MISUSED
            async with db.opened(database_url, pool_size=LANES + 2):
                return await call.carry_out(readings)
    except MappingFault as fault:
        call.refuse(fault.code, fault.figures)
        return MISUSED
    except plan.FilesRefused as refused:
        for path, why in refused.faults:
            call.say("stopped", name=path.name, reason=call.reason(why))
        return FAILED
    except asyncio.CancelledError:
        call.say("interrupted")
        raise
    except db.Unreachable:
        call.say("database_away")
        return FAILED


@dataclass(slots=True)
class _Total:
    counts: Counts
    rows: int = 0
    orders: int = 0

    def add(self, file: Imported) -> None:
        """Add a file as it stands: what earlier, interrupted runs of it brought is in its sums."""
        self.counts.add(file.counts)
        self.rows += file.rows_read
        self.orders += file.orders_read


class _Call:
    """One call of the command: its arguments, its language, where it speaks."""

    def __init__(
        self, arguments: argparse.Namespace, now: Callable[[], datetime], console: Console
    ) -> None:
        self.arguments = arguments
        self.now = now
        self.console = console
        self.language: str = arguments.language
        self.failed = False
        self.total = _Total(Counts())

    def say(self, sentence: str, **figures: object) -> None:
        """Print one sentence."""
        told = texts.said(sentence, self.language, figures)
        self.console.print(told, markup=False, highlight=False, soft_wrap=True)

    def refuse(self, code: str, figures: dict[str, object]) -> None:
        """Print why something is refused."""
        told = texts.refusal(code, figures, self.language)
        self.console.print(told, markup=False, highlight=False, soft_wrap=True)

    def reason(self, fault: FileFault | Conflict) -> str:
        """Return why a file is refused."""
        return texts.refusal(fault.code, fault.figures, self.language)

    def plan(self, stack: ExitStack) -> list[Reading]:
        """Open the files.

        Raises:
            MappingFault, FilesRefused: nothing was begun.
        """
        arguments = self.arguments
        shop = shop_from(arguments.shop) if arguments.shop else None
        if arguments.mapping and shop:
            raise MappingFault("shop_with_mapping")
        if arguments.mapping:
            return plan.by_mapping(arguments.files, arguments.mapping, stack)
        return plan.by_reports(arguments.files, shop, stack)

    async def carry_out(self, readings: Sequence[Reading]) -> int:
        """Bring in every reading that is not finished, then write out what was parked."""
        if self.arguments.dry_run:
            await self._try_out(readings)
        elif readings:
            await self._bring_in(readings)
        if self.arguments.export_parked:
            await self._export(self.arguments.export_parked, None)
        return FAILED if self.failed else DONE

    async def _bring_in(self, readings: Sequence[Reading]) -> None:
        stored = [await imports.find(reading.digest) for reading in readings]
        again = self.arguments.again
        open_ones = [again or one is None or one.finished_at is None for one in stored]
        extents = await self._survey(readings) if any(open_ones) else []
        files: list[int] = []
        for i, (reading, file) in enumerate(zip(readings, stored, strict=True)):
            if file is not None and not open_ones[i]:
                at = f"{file.finished_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"  # type: ignore[union-attr]
                self.say("already", name=reading.name, at=at, orders=f"{file.orders_read:,}")
                files.append(file.id)
                continue
            one = await self._one(reading, file, extents[i], self._shift(readings))
            files += [] if one is None else [one]
        self._sum_up()
        if self.arguments.parked:
            await self._export(self.arguments.parked, files)

    async def _survey(self, readings: Sequence[Reading]) -> list[tuple[int, int]]:
        return [await asyncio.to_thread(self._surveyed, reading) for reading in readings]

    def _surveyed(self, reading: Reading) -> tuple[int, int]:
        try:
            return reading.survey()
        except FileFault as fault:
            fault.figures.setdefault("file", reading.name)
            raise plan.FilesRefused([(Path(reading.name), fault)]) from fault

    def _shift(self, readings: Sequence[Reading]) -> int:
        """Return by how many whole days the latest moment of all files may move up to now."""
        moments = [moment for reading in readings if (moment := reading.latest())]
        return (self.now() - max(moments)).days if moments else 0

    async def _one(
        self, reading: Reading, known: Imported | None, extent: tuple[int, int], shift_days: int
    ) -> int | None:
        """Bring a reading in and return its file's id; None where another process does so."""
        try:
            async with imports.alone(reading.digest):
                return await self._recorded(reading, known, extent, shift_days)
        except Conflict as held:
            self._stopped(reading, held)
            return None

    async def _recorded(
        self, reading: Reading, known: Imported | None, extent: tuple[int, int], shift_days: int
    ) -> int:
        if known is not None and self.arguments.again:
            await imports.restart(known.id, at=self.now())
        reading = apart(reading)
        file = await imports.begin(
            reading.digest,
            name=reading.name,
            family=reading.family,
            shop=reading.shop,
            shift_days=shift_days,
            lanes=1 if reading.joins_purchases else LANES,
            at=self.now(),
        )
        self._announce(reading, file, extent)
        with self._shown(reading, extent, file.rows_read) as shown:
            try:
                await bring_in(
                    reading, file, batch_size=self.arguments.batch, now=self.now, moved=shown.moved
                )
            except (FileFault, Conflict) as fault:
                self._stopped(reading, fault)
        for name, count in reading.missed().items():
            self.say("missed", name=name, count=f"{count:,}")
        self.total.add(shown.last or file)
        return file.id

    def _announce(self, reading: Reading, file: Imported, extent: tuple[int, int]) -> None:
        if not any(extent):
            joined = isinstance(reading, DetailReading)
            self.say("joined" if joined else "header_only", name=reading.name)
        elif file.orders_read:
            self.say("resumed", name=reading.name, orders=f"{file.orders_read:,}")
        else:
            rows, orders = (f"{count:,}" for count in extent)
            self.say("begun", name=reading.name, rows=rows, orders=orders)
        if file.shift_days:
            self.say("shifted", days=file.shift_days)

    def _stopped(self, reading: Reading, fault: FileFault | Conflict) -> None:
        self.failed = True
        self.say("stopped", name=reading.name, reason=self.reason(fault))

    def _shown(self, reading: Reading, extent: tuple[int, int], rows_before: int) -> Shown:
        return Shown(
            self.console,
            self.language,
            name=reading.name,
            rows=extent[0],
            rows_before=rows_before,
        )

    async def _try_out(self, readings: Sequence[Reading]) -> None:
        extents = await self._survey(readings)
        sheet = ParkedCsv(self.arguments.parked, self.language) if self.arguments.parked else None
        for reading, extent in zip(readings, extents, strict=True):
            stored = await imports.find(reading.digest)
            shift_days = stored.shift_days if stored else self._shift(readings)
            with self._shown(reading, extent, 0) as shown:
                try:
                    await try_out(
                        reading,
                        shift_days=shift_days,
                        batch_size=self.arguments.batch,
                        now=self.now,
                        moved=shown.moved,
                        parked=sheet.add if sheet else lambda rows: None,
                    )
                except FileFault as fault:
                    self._stopped(reading, fault)
            if shown.last:
                self.total.add(shown.last)
        self._sum_up()
        self.say("dry")
        if sheet:
            self._exported(sheet.rows, sheet.close())

    def _sum_up(self) -> None:
        total = self.total
        for told in summary.sentences(
            total.counts, self.language, rows=total.rows, orders=total.orders
        ):
            self.console.print(told, markup=False, highlight=False, soft_wrap=True)
        if total.counts.parked_rows and not self.arguments.parked:
            sentence = "parked_rows_dry" if self.arguments.dry_run else "parked_rows"
            self.say(sentence, rows=f"{total.counts.parked_rows:,}")

    async def _export(self, path: Path, files: list[int] | None) -> None:
        try:
            rows, written = await parked_csv.export(path, imports.open_rows(files), self.language)
        except OSError as error:
            self.failed = True
            self.say("not_written", path=path, reason=error.strerror or error)
            return
        self._exported(rows, written)

    def _exported(self, rows: int, written: Sequence[Path]) -> None:
        if rows:
            self.say("exported", rows=f"{rows:,}", files=[str(path) for path in written])
        else:
            self.say("nothing_parked")


def shop_from(told: str) -> ShopRef:
    """Return the shop that is named as ``tmall:旗舰店``.

    Raises:
        MappingFault: ``shop_argument`` names the kinds.
    """
    kind, _, code = told.partition(":")
    known = [shop_kind.value for shop_kind in ShopKind]
    if kind not in known or not code.strip() or len(code) > 100:
        raise MappingFault("shop_argument", known=known)
    return ShopRef(ShopKind(kind), code.strip(), code.strip())
