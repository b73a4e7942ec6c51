"""A table of products read whole: the products it tells, and the rows that cannot be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec import UNSET

from connectors.files.faults import CellFault, FileFault
from connectors.files.headings import rows_of
from connectors.files.sheets import Bounds, opened
from connectors.files.taking import RowRead, rows_to_park
from connectors.products.headings import HEADINGS, SYNONYMS
from connectors.products.values import CONVERSIONS
from loyalty.errors import LoyaltyError
from loyalty.imports import RowParked
from loyalty.product_list import FIELDS, ProductTold

MOST_ROWS = 200_000
MOST_ROWS_NAMED = 5
BOUNDS = Bounds(rows=MOST_ROWS, unpacked_bytes=256 << 20)


@dataclass(slots=True)
class ProductsRead:
    """What a file tells. ``named`` are all SKUs in it, those of refused rows, too.

    ``unread_skus`` counts the rows whose SKU itself cannot be read: what they name is not known.
    """

    headings: Mapping[str, str]
    unknown: Sequence[str]
    products: dict[str, ProductTold] = field(default_factory=dict)
    refused: list[RowParked] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    row_count: int = 0
    unread_skus: int = 0
    rows: dict[str, RowRead] = field(default_factory=dict)

    def refuse(self, row: RowRead, fault: CellFault, *, sku: str) -> None:
        """Keep a row that cannot be used, with its column and reason."""
        fault.row = row.number
        self.refused += rows_to_park([row], number=sku, fault=fault)

    def refuse_product(self, sku: str, refusal: LoyaltyError) -> None:
        """Keep the row of a product that the programme refused."""
        lacking = SYNONYMS.get(str(refusal.figures.get("field")), ("",))
        self.refuse(self.rows[sku], CellFault(refusal.code, column=lacking[0]), sku=sku)


def read(path: Path) -> ProductsRead:
    """Read a file whole: one that breaks off in the middle tells nothing.

    Raises:
        FileFault: it cannot be read, or not to its end; it has no column of SKUs.
    """
    with opened(path, bounds=BOUNDS) as sheet:
        places, unknown = HEADINGS.found_in(sheet)
        header = sheet.header
        found = ProductsRead({name: header[i] for name, i in places.items()}, unknown)
        told: dict[str, list[tuple[RowRead, ProductTold]]] = {}
        for row, fault in rows_of(sheet):
            found.row_count += 1
            if found.row_count > MOST_ROWS:
                raise FileFault("too_many_rows", most=MOST_ROWS)
            sku = _sku(row, places, found, fault)
            product = _product(sku, row, places, found) if sku else None
            if product:
                told.setdefault(sku, []).append((row, product))
    if not found.row_count:
        raise FileFault("header_only")
    for tellings in told.values():
        _take(tellings, found)
    found.refused.sort(key=lambda one: one.row_number)
    return found


def _sku(
    row: RowRead, places: Mapping[str, int], found: ProductsRead, fault: CellFault | None
) -> str:
    """Return the row's SKU, or nothing where the row was refused."""
    try:
        if fault:
            raise fault
        sku: str = CONVERSIONS["sku"](row.cells[places["sku"]])
    except CellFault as wrong:
        wrong.column = "" if wrong is fault else found.headings["sku"]
        found.unread_skus += wrong is fault or wrong.code != "empty"
        found.refuse(row, wrong, sku="")
        return ""
    found.named.add(sku)
    return sku


def _product(
    sku: str, row: RowRead, places: Mapping[str, int], found: ProductsRead
) -> ProductTold | None:
    values: dict[str, Any] = {}
    for name in FIELDS:
        if name not in places:
            continue
        try:
            values[name] = CONVERSIONS[name](row.cells[places[name]])
        except CellFault as fault:
            fault.column = found.headings[name]
            found.refuse(row, fault, sku=sku)
            return None
    return ProductTold(sku, **values)


def _take(tellings: Sequence[tuple[RowRead, ProductTold]], found: ProductsRead) -> None:
    """Take a product that all its rows tell alike; else none of them can be believed."""
    row, product = tellings[0]
    if all(other == product for _, other in tellings):
        found.products[product.sku], found.rows[product.sku] = product, row
        return
    numbers = [str(row.number) for row, _ in tellings[:MOST_ROWS_NAMED]]
    for row, other in tellings:
        fault = CellFault("sku_repeated", column=_differing(tellings, found), rows=numbers)
        found.refuse(row, fault, sku=other.sku)


def _differing(tellings: Sequence[tuple[RowRead, ProductTold]], found: ProductsRead) -> str:
    for name in FIELDS:
        values = {getattr(product, name) for _, product in tellings}
        if UNSET not in values and len(values) > 1:
            return found.headings[name]
    return ""
