"""The one shape of a platform's report: how its header is known and what its rows tell."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import Struct

from connectors.files import cells
from connectors.files.cells import BLANK_MARKS
from connectors.files.faults import CellFault
from loyalty.calendar import SHANGHAI
from loyalty.orders import IdentityRef, ShopRef
from models import IdentityKind, PurchaseState, ShopKind

T = TypeVar("T")


class Role(StrEnum):
    """What a report tells: orders with their money, or more about orders told elsewhere."""

    ORDERS = "orders"
    LINES = "lines"
    REFUNDS = "refunds"


class Row:
    """One row by its columns' names; a fault names the column and the row."""

    __slots__ = ("_cells", "_places", "number", "place")

    def __init__(
        self, cells_read: Sequence[Any], places: Mapping[str, int], *, place: int, number: int
    ) -> None:
        self._cells = cells_read
        self._places = places
        self.place = place
        self.number = number

    def has(self, column: str) -> bool:
        """Say whether the report has this column."""
        return column in self._places

    def _read(self, columns: tuple[str, ...], convert: Callable[[Any], T]) -> T:
        """Convert the first of the columns that the report has; a missing one reads as blank."""
        column = next((name for name in columns if name in self._places), "")
        try:
            return convert(self._cells[self._places[column]] if column else None)
        except CellFault as fault:
            fault.column, fault.row, fault.sheet = column or columns[0], self.number, self.place
            raise

    def text(self, *columns: str) -> str:
        """Return a text, empty where it is blank."""
        found = self._read(columns, cells.text)
        return "" if found in BLANK_MARKS else found

    def label(self, *columns: str) -> str:
        """Return a descriptive text, cut to what is stored."""
        return self._read(columns, cells.label)

    def name(self, *columns: str) -> str:
        """Return an identifying number or name, empty where it is blank."""
        return self._read(columns, cells.optional_name)

    def name_required(self, column: str) -> str:
        """Return an identifying number or name; a blank cell is a fault."""
        return self._read((column,), cells.name)

    def fen(self, *columns: str) -> int:
        """Return an amount in yuan as fen; a blank cell is a fault."""
        return self._read(columns, cells.fen)

    def optional_fen(self, *columns: str) -> int:
        """Return an amount in yuan as fen, zero where it is blank or the report lacks it."""
        return self._read(columns, cells.optional_fen)

    def points(self, *columns: str) -> int:
        """Return a whole number of points, zero where it is blank."""
        return self._read(columns, cells.optional_plain_fen)

    def quantity(self, *columns: str) -> int:
        """Return a whole number of pieces."""
        return self._read(columns, cells.quantity)

    def moment(self, *columns: str) -> datetime:
        """Return a Shanghai local moment in UTC."""
        return self._read(columns, lambda cell: cells.moment(cell, SHANGHAI))

    def optional_moment(self, *columns: str) -> datetime | None:
        """Return a Shanghai local moment in UTC, None where it is blank."""
        return self.moment(*columns) if self.text_of_any(*columns) else None

    def text_of_any(self, *columns: str) -> str:
        """Return a cell's text whatever it holds, to see whether it is blank."""
        found = self._read(columns, cells.text)
        return "" if found in BLANK_MARKS else found

    def buyer(self, kind: ShopKind, *columns: str) -> tuple[IdentityRef, ...]:
        """Return the buyer by her name on the platform; a masked name is nobody's."""
        found = self.name(*columns)
        if not found or "*" in found:
            return ()
        return (IdentityRef(IdentityKind.BUYER_NAME, kind.value, found),)

    def says_the_same(self, other: "Row") -> bool:
        """Say whether two rows hold the same cells."""
        return list(self._cells) == list(other._cells)

    def wrong(self, code: str, column: str, **figures: object) -> CellFault:
        """Return the fault of one cell of this row."""
        return CellFault(code, column=column, row=self.number, sheet=self.place, **figures)


class LineTold(Struct, frozen=True):
    """One line as a report tells it. ``paid_fen`` None: the report does not say."""

    key: str
    sku: str
    title: str
    quantity: int
    goods_fen: int
    paid_fen: int | None = None
    refunded_fen: int = 0
    category: str = ""
    brand: str = ""


class RefundTold(Struct, frozen=True):
    """What was given back of an order, to the buyer, by one refund."""

    number: str
    to_buyer_fen: int
    sku: str = ""


class OrderTold(Struct, frozen=True):
    """One order as a report tells it, before lines and refunds of other reports are joined.

    ``goods_fen`` is list price where the report knows it, else ``due_fen``, what was asked for the
    goods after the shop's own discounts. ``shop`` None: the report does not name it.
    """

    number: str
    state: PurchaseState
    ordered_at: datetime
    paid_at: datetime
    due_fen: int
    paid_fen: int
    freight_fen: int = 0
    goods_fen: int | None = None
    discount_shop_fen: int | None = None
    discount_platform_fen: int = 0
    discount_talent_fen: int = 0
    points_deduct_fen: int = 0
    refunded_fen: int = 0
    completed_at: datetime | None = None
    buyer: tuple[IdentityRef, ...] = ()
    shop: ShopRef | None = None
    lines: tuple[LineTold, ...] = ()
    closed: bool = False


class Report(Struct, frozen=True):
    """A kind of report. ``needs`` are the columns that make it, each a name or alternatives.

    ``read`` takes all rows of one order and returns an ``OrderTold`` (orders), a tuple of
    ``LineTold`` (lines) or of ``RefundTold`` (refunds). It raises ``CellFault`` and
    ``NotAPurchase``.
    """

    name: str
    title: str
    family: str
    role: Role
    shop_kind: ShopKind
    number: tuple[str, ...]
    needs: tuple[str | tuple[str, ...], ...]
    read: Callable[[Sequence[Row]], Any]

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the needed columns that a header lacks."""
        there = set(header)
        return [
            need if isinstance(need, str) else "/".join(need)
            for need in (*self.needs, self.number)
            if there.isdisjoint((need,) if isinstance(need, str) else need)
        ]


def same_on_all(rows: Sequence[Row], *columns: str) -> None:
    """Require that all rows of an order say the same in these columns, where they say anything.

    Raises:
        CellFault: ``rows_differ`` names the column.
    """
    for column in columns:
        told = {row.text_of_any(column) for row in rows} - {""}
        if len(told) > 1:
            raise rows[-1].wrong("rows_differ", column)


def only_row(rows: Sequence[Row]) -> Row:
    """Return the one row of an order; a row that is repeated word for word counts once.

    Raises:
        CellFault: ``order_repeated``: the file tells the order twice, differently.
    """
    first = rows[0]
    for row in rows[1:]:
        if not row.says_the_same(first):
            raise row.wrong("order_repeated", "", first_row=first.number)
    return first


def state_of(row: Row, column: str, states: Mapping[str, T]) -> T:
    """Return what a platform's word for an order's state stands for.

    Commas are compared without regard to their width, and spaces are left out.

    Raises:
        CellFault: ``unknown_state`` with the words that are known.
    """
    told = row.text(column)
    plain = told.replace(",", "，").replace(" ", "")
    if plain not in states:
        raise row.wrong("unknown_state", column, value=told[:40], known=list(states))
    return states[plain]
