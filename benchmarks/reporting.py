"""What a comparison found: rows with a goal, the figures beside them, a table and JSON."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import Spread, paired, spread


class Goal(Struct, frozen=True):
    """The limit that a median must keep: ``at_most`` or ``at_least``."""

    kind: Literal["at_most", "at_least"]
    limit: float
    unit: str = "x"

    def is_met(self, value: float) -> bool:
        return value <= self.limit if self.kind == "at_most" else value >= self.limit

    def __str__(self) -> str:
        sign = "≤" if self.kind == "at_most" else "≥"
        return f"{sign} {self.limit:g} {self.unit}"


class Row(Struct, frozen=True):
    """One line of the table. ``judged`` is what the goal is about: the ratio, or our own figure."""

    what: str
    unit: str
    ours: Spread
    judged: Spread
    goal: Goal | None = None
    peer: Spread | None = None

    @property
    def is_met(self) -> bool | None:
        return self.goal.is_met(self.judged.median) if self.goal else None


class Comparison(Struct, frozen=True):
    """One comparison: its rows, other figures by subject, and what a reader must know."""

    name: str
    rows: list[Row]
    beside: dict[str, dict[str, float]]
    remarks: list[str]


def against(
    what: str,
    unit: str,
    ours: Sequence[float],
    peer: Sequence[float],
    *,
    goal: Goal | None = None,
) -> Row:
    """Return a row whose ratio is taken round by round."""
    return Row(what, unit, spread(ours), paired(ours, peer), goal, spread(peer))


def alone(what: str, unit: str, ours: Sequence[float], *, goal: Goal | None = None) -> Row:
    """Return a row that is held against a goal, not against a peer."""
    return Row(what, unit, spread(ours), spread(ours), goal)


def show(comparison: Comparison, console: Console) -> None:
    """Print both tables and the remarks."""
    table = Table(title=comparison.name, title_justify="left", show_edge=False)
    for heading in ("what", "ours", "peer", "ratio (lowest - highest)", "goal", "kept"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for row in comparison.rows:
        table.add_row(*_cells(row))
    console.print(table)
    console.print(_beside(comparison.beside))
    for remark in comparison.remarks:
        console.print(f"  {remark}", markup=False, highlight=False)
    console.print()


def _cells(row: Row) -> list[str]:
    kept = {True: "yes", False: "NO", None: ""}[row.is_met]
    return [
        f"{row.what} [{row.unit}]".replace("[", "\\["),
        _spread(row.ours) if row.peer is None else _figure(row.ours.median),
        _figure(row.peer.median) if row.peer else "",
        _spread(row.judged) if row.peer else "",
        str(row.goal or ""),
        kept,
    ]


def _spread(told: Spread) -> str:
    return f"{_figure(told.median)} ({_figure(told.low)} - {_figure(told.high)})"


def _figure(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _beside(beside: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table(show_edge=False, padding=(0, 1))
    names = list(dict.fromkeys(name for figures in beside.values() for name in figures))
    table.add_column("beside")
    for name in names:
        table.add_column(name, justify="right")
    for subject, figures in beside.items():
        cells = [_figure(figures[name]) if name in figures else "" for name in names]
        table.add_row(subject, *cells)
    return table


def write(
    file: Path, comparisons: Sequence[Comparison], *, is_short: bool, load_before: float
) -> None:
    """Write everything as JSON."""
    told = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "is_short": is_short,
        "machine": {
            "python": platform.python_version(),
            "system": platform.platform(),
            "processor": _processor(),
            "cores": len(os.sched_getaffinity(0)),
            "load_average_before": load_before,
            "load_average_after": os.getloadavg()[0],
        },
        "comparisons": [
            {
                **msgspec.to_builtins(one),
                "rows": [{**msgspec.to_builtins(row), "is_met": row.is_met} for row in one.rows],
            }
            for one in comparisons
        ],
    }
    file.write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
