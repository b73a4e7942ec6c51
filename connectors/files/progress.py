"""How far an import has come: a bar on a terminal, single lines now and then elsewhere."""

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from connectors.files import texts
from loyalty.imports import Imported

SECONDS_BETWEEN_LINES = 10.0


class Shown:
    """Shows one reading moving."""

    def __init__(
        self, console: Console, language: str, *, name: str, rows: int, rows_before: int
    ) -> None:
        self._console = console
        self._language = language
        self._name = name
        self._rows = rows
        self._rows_before = rows_before
        self.last: Imported | None = None
        self._started = self._told = time.monotonic()
        words = {"zh": ("单", "搁置", "行/秒"), "en": ("orders", "parked", "rows/s")}[language]
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
            TextColumn(f"{{task.fields[orders]:,}} {words[0]}"),
            TextColumn(f"{words[1]} {{task.fields[parked]:,}}"),
            TextColumn(f"{{task.fields[rate]:,.0f}} {words[2]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(
            name, total=max(rows, 1), completed=rows_before, orders=0, parked=0, rate=0
        )

    def __enter__(self) -> "Shown":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def moved(self, file: Imported) -> None:
        """Show where the reading stands."""
        self.last = file
        now = time.monotonic()
        rate = (file.rows_read - self._rows_before) / max(now - self._started, 0.001)
        parked = sum(file.counts.parked.values())
        self._bar.update(
            self._task,
            completed=min(file.rows_read, max(self._rows, 1)),
            orders=file.orders_read,
            parked=parked,
            rate=rate,
        )
        if not self._console.is_terminal and now - self._told >= SECONDS_BETWEEN_LINES:
            self._told = now
            figures = {
                "name": self._name,
                "rows": f"{file.rows_read:,}",
                "of": f"{self._rows:,}",
                "orders": f"{file.orders_read:,}",
                "parked": parked,
                "rate": f"{rate:,.0f}",
            }
            told = texts.said("moving", self._language, figures)
            self._console.print(told, markup=False, highlight=False, soft_wrap=True)
