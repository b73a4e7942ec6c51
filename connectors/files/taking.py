"""What a reading yields for each order of its files: an order, a skip, or rows to park."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from connectors.files.cells import LONGEST_CELL, text
from connectors.files.faults import CellFault
from connectors.files.report import LineTold, RefundTold
from connectors.files.sheets import Source
from loyalty.errors import LoyaltyError
from loyalty.imports import RowParked
from loyalty.orders import Order, ShopRef


@dataclass(frozen=True, slots=True)
class RowRead:
    """One row of one of the reading's sheets, with its cells as they were read."""

    source: Source
    place: int
    number: int
    cells: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Details:
    """Lines and refunds of an order that no order report given along tells."""

    lines: tuple[LineTold, ...]
    refunds: tuple[RefundTold, ...]
    shop: ShopRef | None


@dataclass(frozen=True, slots=True)
class Taken:
    """One order's fate before it is recorded. ``rows`` are where it came from.

    One of ``order``, ``details``, ``skipped`` and ``fault`` is there; a fault goes before all.
    """

    number: str
    row_count: int
    rows: Callable[[], list[RowRead]]
    order: Order | None = None
    details: Details | None = None
    skipped: str = ""
    fault: CellFault | None = None
    remarks: tuple[str, ...] = field(default=())


class Reading(Protocol):
    """One file, or several that are joined, read as one sequence of orders."""

    digest: bytes
    name: str
    family: str
    shop: str

    def survey(self) -> tuple[int, int]:
        """Look through the files once and return (rows, orders)."""

    @property
    def joins_purchases(self) -> bool:
        """Say whether its orders have to be completed from what is recorded."""

    def latest(self) -> datetime | None:
        """Return the latest moment found by the survey, where dates are to be shifted by it."""

    def missed(self) -> dict[str, int]:
        """Return how many keys each lookup table lacked, after reading."""

    def taken(self, *, skip: int, shift_days: int, at: datetime) -> Iterator[Taken]:
        """Yield each order after the first ``skip`` ones, always in the same sequence."""


def rows_to_park(rows: Sequence[RowRead], *, number: str, fault: CellFault) -> list[RowParked]:
    """Return all rows of one order; the faulty one with its reason, the others naming it."""
    guilty = [row for row in rows if row.number == fault.row and fault.sheet in (None, row.place)]
    parked: list[RowParked] = []
    for row in rows:
        own = not guilty or row in guilty
        parked.append(
            RowParked(
                place=row.place,
                file=row.source.file,
                row_number=row.number,
                order_number=number,
                cells=readable(row),
                code=fault.code if own else "other_row_of_order",
                column=fault.column if own else "",
                figures=dict(fault.figures) if own else {"row": guilty[0].number},
            )
        )
    return parked


def refused_rows(taken: Taken, refusal: LoyaltyError) -> list[RowParked]:
    """Return the rows of an order that the programme refused."""
    fault = CellFault(refusal.code)
    fault.figures = {**refusal.figures}
    return rows_to_park(taken.rows(), number=taken.number, fault=fault)


def readable(row: RowRead) -> list[tuple[str, str]]:
    """Return a row's cells as texts that can be stored, under the columns' own names."""
    names = row.source.header
    found: list[tuple[str, str]] = []
    for name, cell in zip(names, row.cells, strict=False):
        try:
            told = cell if isinstance(cell, str) else text(cell)
        except CellFault:
            told = str(cell)
        found.append((_storable(name), _storable(told)))
    return found


def _storable(told: str) -> str:
    told = told[:LONGEST_CELL].encode("utf-8", "replace").decode("utf-8")
    return told.replace("\0", "\N{REPLACEMENT CHARACTER}")
