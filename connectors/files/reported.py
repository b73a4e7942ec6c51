"""Platforms' reports read as orders: the order report joined with item and refund reports."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from connectors.files import cells, grouping
from connectors.files.assembling import assembled
from connectors.files.cells import Memo
from connectors.files.faults import CellFault, FileFault, NotAPurchase
from connectors.files.grouping import Survey
from connectors.files.report import LineTold, OrderTold, RefundTold, Report, Role, Row
from connectors.files.sheets import Chunk, Sheet
from connectors.files.spill import Spill, SpilledRow
from connectors.files.taking import Details, RowRead, Taken
from loyalty.calendar import SHANGHAI
from loyalty.orders import ShopRef

REPORTED_VERSION = b"reported-1"
A_DAY = timedelta(days=1)
MOMENT = "%Y-%m-%d %H:%M:%S"


class Reported:
    """One sheet with the kind of report that it is; ``place`` is its number in the reading."""

    def __init__(self, sheet: Sheet, report: Report, place: int) -> None:
        self.sheet = sheet
        self.report = report
        self.place = place
        self.places = {name: i for i, name in enumerate(sheet.header)}
        column = next(name for name in report.number if name in self.places)
        self._number = self.places[column]
        self._names: Memo[str] = Memo(cells.name)

    def keys(self, chunk: Chunk) -> list[str | None]:
        """Return the order number of each row, None where it cannot be used."""
        return list(map(self._names.__getitem__, chunk.column(self._number)))

    def row(self, cells_read: Sequence[Any], number: int) -> Row:
        """Return one row by its columns' names."""
        return Row(cells_read, self.places, place=self.place, number=number)

    def require_number(self, cells_read: Sequence[Any], number: int) -> str:
        """Return a row's order number.

        Raises:
            CellFault: ``empty``, ``digits_lost`` ... names the column and row.
        """
        column = self.sheet.header[self._number]
        return self.row(cells_read, number).name_required(column)


class Companions:
    """Item and refund reports, set aside on disk and found by order number."""

    def __init__(self, reports: Sequence[Reported], spill: Spill) -> None:
        self._reports = {reported.place: reported for reported in reports}
        self._spill = spill
        self._asked: set[int] = set()
        self._gathered = False

    def gather(self) -> None:
        """Read the reports once, however often they are asked for.

        Raises:
            FileFault: one of them breaks off; nothing can be joined with it then.
        """
        if self._gathered:
            return
        self._gathered = True
        for place, reported in self._reports.items():
            try:
                grouping.spill_rows(self._spill, reported.sheet, reported.keys, place=place)
            except FileFault as fault:
                fault.figures.setdefault("file", reported.sheet.path.name)
                raise

    def rows_of(self, number: str) -> list[SpilledRow]:
        """Return what the reports tell of an order."""
        return self._spill.rows_of(number) if len(self._spill) else []

    def note_orders(self, numbers: Sequence[str | None]) -> None:
        """Note that an order report given along tells these orders."""
        self._asked.update(map(hash, numbers))

    def not_told(self) -> Iterator[tuple[str, list[SpilledRow]]]:
        """Yield what the reports tell of orders that no order report named."""
        for group in self._spill.groups():
            key = group[0].key
            if hash(key) not in self._asked:
                yield key if isinstance(key, str) else "", group

    def told(
        self, spilled: Sequence[SpilledRow]
    ) -> tuple[tuple[LineTold, ...], tuple[RefundTold, ...]]:
        """Return the lines and the refunds that an order's rows tell.

        Raises:
            CellFault: names sheet, row and column.
        """
        lines: tuple[LineTold, ...] = ()
        refunds: list[RefundTold] = []
        for place, reported in self._reports.items():
            mine = [row for row in spilled if row.place == place]
            if not mine:
                continue
            rows = checked(reported, mine)
            if reported.report.role is Role.LINES:
                lines = reported.report.read(rows)
            else:
                refunds.extend(reported.report.read(rows))
        return lines, tuple({refund.number: refund for refund in refunds}.values())

    def read_rows(self, spilled: Sequence[SpilledRow]) -> list[RowRead]:
        """Return the rows as they were read."""
        return [
            RowRead(self._reports[row.place].sheet.source, row.place, row.number, row.cells)
            for row in spilled
        ]


def checked(reported: Reported, spilled: Sequence[SpilledRow]) -> list[Row]:
    """Return rows by their columns' names.

    Raises:
        CellFault: a row could not be read as a row, or has no order number.
    """
    for row in spilled:
        if row.fault:
            row.fault.row, row.fault.sheet = row.number, reported.place
            raise row.fault
        reported.require_number(row.cells, row.number)
    return [reported.row(row.cells, row.number) for row in spilled]


class OrderReading:
    """One order report with the item and refund reports given along with it."""

    joins_purchases = True

    def __init__(
        self, orders: Reported, companions: Companions, *, shop: ShopRef | None, digest: bytes
    ) -> None:
        self._orders = orders
        self._companions = companions
        self._shop = shop
        self._survey = Survey()
        self.digest = digest
        self.name = orders.sheet.path.name
        self.family = orders.report.family
        self.shop = shop_text(shop)

    def survey(self) -> tuple[int, int]:
        """Look through the report once and return (rows, orders)."""
        self._companions.gather()
        keys = self._orders.keys
        self._survey = grouping.survey(
            self._orders.sheet, keys, lambda chunk: self._companions.note_orders(keys(chunk))
        )
        return self._survey.rows, self._survey.orders

    def latest(self) -> datetime | None:
        """Have no dates to shift."""
        return None

    def missed(self) -> dict[str, int]:
        """Have no lookups."""
        return {}

    def taken(self, *, skip: int, shift_days: int, at: datetime) -> Iterator[Taken]:
        """Yield each order after the first ``skip`` ones, always in the same sequence."""
        for block in grouping.blocks(self._orders.sheet, self._orders.keys, self._survey):
            for start, stop in block.bounds:
                spilled = self._spilled(block.chunk, start, stop)
                joined = self._companions.rows_of(str(spilled[0].key or ""))
                if skip:
                    skip -= 1
                    continue
                yield self._taken(spilled, joined, at)

    def _spilled(self, chunk: Chunk, start: int, stop: int) -> list[SpilledRow]:
        part = chunk.part(start, stop)
        keys = self._orders.keys(part)
        return [
            SpilledRow(
                keys[i], self._orders.place, part.numbers[i], part.row(i), part.faults.get(i)
            )
            for i in range(len(part))
        ]

    def _rows(self, own: list[SpilledRow], joined: list[SpilledRow]) -> list[RowRead]:
        source = self._orders.sheet.source
        mine = [RowRead(source, row.place, row.number, row.cells) for row in own]
        return mine + self._companions.read_rows(joined)

    def _taken(self, own: list[SpilledRow], joined: list[SpilledRow], at: datetime) -> Taken:
        number = str(own[0].key or "")
        rows = partial(self._rows, own, joined)
        try:
            told: OrderTold = self._orders.report.read(checked(self._orders, own))
            latest = max(told.paid_at, told.ordered_at)
            if latest > at + A_DAY:
                raise CellFault("in_the_future", value=f"{latest.astimezone(SHANGHAI):{MOMENT}}")
            lines, refunds = self._companions.told(joined)
            shop = self._shop or told.shop
            if shop is None:
                shop = ShopRef(self._orders.report.shop_kind, self.family)
            order = assembled(told, lines, refunds, shop=shop, source=self._orders.report.name)
        except NotAPurchase as skipped:
            return Taken(number, len(own) + len(joined), rows, skipped=skipped.code)
        except CellFault as fault:
            return Taken(number, len(own) + len(joined), rows, fault=fault)
        remarks = () if order.buyer else ("without_buyer",)
        return Taken(number, len(own) + len(joined), rows, order=order, remarks=remarks)


class DetailReading:
    """Item and refund reports for orders that no order report given along tells.

    Every order report of the call must have been surveyed before.
    """

    joins_purchases = True

    def __init__(
        self,
        reports: Sequence[Reported],
        companions: Companions,
        *,
        shop: ShopRef | None,
        digest: bytes,
    ) -> None:
        self._companions = companions
        self._shop = shop
        self.digest = digest
        self.name = " + ".join(reported.sheet.path.name for reported in reports)
        self.family = reports[0].report.family
        self.shop = shop_text(shop)

    def survey(self) -> tuple[int, int]:
        """Count (rows, orders) that no order report tells."""
        self._companions.gather()
        groups = [len(rows) for _, rows in self._companions.not_told()]
        return sum(groups), len(groups)

    def latest(self) -> datetime | None:
        """Have no dates to shift."""
        return None

    def missed(self) -> dict[str, int]:
        """Have no lookups."""
        return {}

    def taken(self, *, skip: int, shift_days: int, at: datetime) -> Iterator[Taken]:
        """Yield each order's details after the first ``skip`` ones, in the reports' sequence."""
        for number, spilled in self._companions.not_told():
            if skip:
                skip -= 1
                continue
            rows = partial(self._companions.read_rows, spilled)
            try:
                details = Details(*self._companions.told(spilled), self._shop)
                yield Taken(number, len(spilled), rows, details=details)
            except CellFault as fault:
                yield Taken(number, len(spilled), rows, fault=fault)


def reading_digest(sheets: Sequence[Reported], shop: ShopRef | None) -> bytes:
    """Return what stands for the content of all sheets of a reading and the shop they are of."""
    whole = hashlib.sha256(REPORTED_VERSION + shop_text(shop).encode())
    for reported in sorted(sheets, key=lambda reported: reported.sheet.digest):
        whole.update(reported.report.name.encode() + reported.sheet.digest)
    return whole.digest()


def shop_text(shop: ShopRef | None) -> str:
    """Return a shop as it is given on the command line: kind and code."""
    return f"{shop.kind.value}:{shop.code}" if shop else ""
