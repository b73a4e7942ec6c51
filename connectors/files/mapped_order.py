"""From the columns of a block to one order after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from connectors.files import cells
from connectors.files.columns import Column, Columns, Constant, Finder, Lookups, OneColumn
from connectors.files.faults import CellFault, NotAPurchase
from connectors.files.grouping import MOST_ROWS_AN_ORDER, Key
from connectors.files.mapped_amounts import LINE_AMOUNTS, ORDER_AMOUNTS, amounts_from
from connectors.files.mapping import CustomerColumns, Mapping
from connectors.files.sheets import Chunk
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from models import PurchaseState

POSITIONS = tuple(str(i) for i in range(1, MOST_ROWS_AN_ORDER + 1))
MOMENTS = ("ordered_at", "completed_at", "updated_at")
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Read:
    """A block's lines by column and as they stand, and the rows with a cell that cannot be used."""

    chunk: Chunk
    numbers: Sequence[Any]
    lines: dict[str, list[Any]]
    order_lines: list[OrderLine]
    unusable: set[int]
    below_zero: bool


class OrderColumns:
    """The columns of one table that a mapping names, found in its header.

    ``once`` are told once an order, ``lines`` on each row.

    Raises:
        FileFault: ``columns_missing`` names all that the header lacks.
    """

    def __init__(self, mapping: Mapping, find: Finder, *, lookups: Lookups) -> None:
        self.mapping = mapping
        make = Columns(find, lookups=lookups, unit=mapping.money.unit)
        self.zone = ZoneInfo(mapping.time.zone)
        self.number = make.text(mapping.order.number, cells.name)
        self.paid_at = make.one(mapping.order.paid_at, self._moment)
        self.once = self._once_columns(make)
        self._fixed = {
            name: column.value for name, column in self.once.items() if isinstance(column, Constant)
        }
        self._read_once: dict[Column, list[str]] = {}
        for name, column in self.once.items():
            if not isinstance(column, Constant):
                self._read_once.setdefault(column, []).append(name)
        self.told_amounts = [
            (name, f"order_{name}") for name in ORDER_AMOUNTS if f"order_{name}" in self.once
        ]
        self.lines = self._line_columns(make)
        self.line_amounts = [name for name in LINE_AMOUNTS if name in self.lines]
        find.require_all()

    def _once_columns(self, make: Columns) -> dict[str, Column]:
        order, shop, customer = self.mapping.order, self.mapping.shop, self.mapping.customer
        found: dict[str, Column] = {
            "shop_code": make.text(shop.code, cells.name),
            "shop_name": make.text(shop.name, cells.optional_name),
            "paid_at": self.paid_at,
            "buyer": make.text(customer.value, cells.optional_name) if customer else Constant(""),
            "state": make.one(order.state.column, self._state)
            if order.state.column
            else Constant(order.state.constant),
        }
        for field in MOMENTS:
            if source := getattr(order, field):
                same = source == order.paid_at
                found[field] = self.paid_at if same else make.one(source, self._optional_moment)
        for field in ORDER_AMOUNTS:
            if (source := getattr(order, field)) is not None:
                found[f"order_{field}"] = make.amount(source)
        return found

    def _line_columns(self, make: Columns) -> dict[str, Column]:
        line = self.mapping.line
        if line is None:
            return {}
        found: dict[str, Column] = {
            "key": make.text(line.key, cells.optional_name),
            "sku": make.text(line.sku, cells.optional_name),
            "quantity": make.one(line.quantity, cells.quantity) if line.quantity else Constant(1),
        }
        for field in ("title", "category", "brand"):
            found[field] = make.text(getattr(line, field), cells.label)
        for field in LINE_AMOUNTS:
            if (source := getattr(line, field)) is not None:
                found[field] = make.amount(source)
        return found

    def _moment(self, cell: Any) -> datetime:
        return cells.moment(cell, self.zone, self.mapping.time.format)

    def _optional_moment(self, cell: Any) -> datetime | str:
        """Return the moment, or an empty text where the cell is blank."""
        if cell is None or (isinstance(cell, str) and cells.text(cell) in cells.BLANK_MARKS):
            return ""
        return self._moment(cell)

    def _state(self, cell: Any) -> PurchaseState | str:
        """Return the state that the word stands for, or an empty text for a skipped order."""
        word = cells.text(cell)
        state = self.mapping.order.state
        if word in state.skip:
            return ""
        if word not in state.values:
            known = [*state.values, *state.skip]
            raise CellFault("unknown_state", value=word[:40], known=known)
        return state.values[word]

    def keys(self, chunk: Chunk) -> Sequence[Key]:
        """Return the order number of each row, None where there is none that can be used."""
        if isinstance(self.number, OneColumn):
            found = chunk.column(self.number.place)
            if found and set(map(type, found)) == {int}:
                return found
        return self.number.values(chunk)

    def read(self, chunk: Chunk, bounds: Sequence[tuple[int, int]]) -> Read:
        """Turn a chunk's lines into values; ``bounds`` are [start, stop) of its orders."""
        lines = {name: column.values(chunk) for name, column in self.lines.items()}
        numbers = self.keys(chunk)
        unusable = set(chunk.faults)
        for column in (numbers, *lines.values()):
            if None in column:
                unusable.update(i for i, value in enumerate(column) if value is None)
        below_zero = bool(lines) and _any_below_zero(self.lines["paid"].values(chunk))
        return Read(chunk, numbers, lines, _order_lines(lines, bounds), unusable, below_zero)

    def told_once(self, chunk: Chunk, start: int, stop: int) -> dict[str, Any]:
        """Return what rows [start, stop) tell once an order, each column read once.

        Raises:
            CellFault: a cell cannot be used, or ``rows_differ``.
        """
        told = dict(self._fixed)
        for column, names in self._read_once.items():
            value = column.once(chunk, start, stop)
            if value is None:
                raise self.fault_in(chunk, start, stop)
            for name in names:
                told[name] = value
        return told

    def fault_in(self, chunk: Chunk, start: int, stop: int) -> CellFault:
        """Return the first reason why an order's rows cannot be used."""
        for i in range(start, stop):
            try:
                if i in chunk.faults:
                    raise chunk.faults[i]
                row = chunk.row(i)
                for column in (self.number, *self.once.values(), *self.lines.values()):
                    column.check(row)
            except CellFault as fault:
                fault.row = chunk.numbers[i]
                return fault
        raise AssertionError("a row was unusable and is not")


def order_from(
    columns: OrderColumns, read: Read, start: int, stop: int, *, shift: timedelta, at: datetime
) -> Order:
    """Make the order that stands in rows [start, stop) of a block.

    Raises:
        CellFault: a cell cannot be used, its rows contradict one another, or its amounts make no
            sense.
        NotAPurchase: its state says that it was never paid.
    """
    if read.unusable and not read.unusable.isdisjoint(range(start, stop)):
        raise columns.fault_in(read.chunk, start, stop)
    told = columns.told_once(read.chunk, start, stop)
    mapping, state = columns.mapping, told["state"]
    if not state:
        raise NotAPurchase("not_paid")
    amounts = amounts_from(columns, read, start, stop, told=told)
    paid_at = told["paid_at"] + shift
    if paid_at > at + A_DAY:
        raise CellFault("in_the_future", column=columns.paid_at.name, value=str(paid_at))
    ordered_at, completed_at, updated_at = [
        told[field] + shift if told.get(field) else None for field in MOMENTS
    ]
    wholly_refunded = amounts.refunded and amounts.refunded == amounts.paid
    return Order(
        ShopRef(mapping.shop.kind, told["shop_code"], told["shop_name"]),
        str(read.numbers[start]),
        PurchaseState.REFUNDED if wholly_refunded else state,
        ordered_at or paid_at,
        paid_at,
        amounts.goods,
        amounts.paid,
        _lines(read, start, stop, paid=amounts.line_paid),
        mapping.name,
        _buyer(mapping.customer, told["buyer"]),
        mapping.currency,
        completed_at,
        updated_at,
        amounts.freight,
        amounts.discount_shop,
        amounts.discount_platform,
        amounts.discount_talent,
        amounts.points_deduct,
        amounts.refunded,
    )


def _any_below_zero(amounts: Sequence[Any]) -> bool:
    told = amounts if None not in amounts else [amount for amount in amounts if amount is not None]
    return min(told, default=0) < 0


def _buyer(customer: CustomerColumns | None, value: str) -> tuple[IdentityRef, ...]:
    """Return the buyer's identity; a masked name is nobody's."""
    if customer is None or not value or "*" in value:
        return ()
    return (IdentityRef(customer.kind, customer.scope, value),)


def _order_lines(lines: dict[str, list[Any]], bounds: Sequence[tuple[int, int]]) -> list[OrderLine]:
    """Return a line for each row; lines without a key are numbered within their order."""
    if not lines:
        return []
    keys = list(lines["key"])
    for start, stop in bounds:
        if not keys[start]:
            keys[start:stop] = POSITIONS[: stop - start]
    return list(
        map(
            OrderLine,
            keys,
            lines["sku"],
            lines["title"],
            lines["quantity"],
            lines["goods"],
            lines["paid"],
            lines.get("refunded") or repeat(0),
            lines["category"],
            lines["brand"],
        )
    )


def _lines(read: Read, start: int, stop: int, *, paid: Sequence[int]) -> tuple[OrderLine, ...]:
    if not read.lines:
        return ()
    lines = read.order_lines[start:stop]
    if read.lines["key"][start] and len({line.key for line in lines}) != len(lines):
        raise CellFault("line_key_repeated")
    if read.below_zero and min(read.lines["paid"][start:stop]) < 0:
        lines = [replace(line, paid_fen=fen) for line, fen in zip(lines, paid, strict=True)]
    return tuple(lines)
