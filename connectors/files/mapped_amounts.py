"""An order's amounts from its rows, and what would make them nonsense."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connectors.files.cells import MOST_FEN
from connectors.files.faults import CellFault
from connectors.files.mapping import BelowZero
from connectors.files.shares import lift_negatives

if TYPE_CHECKING:
    from connectors.files.mapped_order import OrderColumns, Read

ORDER_AMOUNTS = (
    "paid",
    "goods",
    "freight",
    "refunded",
    "points_deduct",
    "discount_shop",
    "discount_platform",
    "discount_talent",
)
LINE_AMOUNTS = (
    "goods",
    "paid",
    "refunded",
    "discount_shop",
    "discount_platform",
    "discount_talent",
)


@dataclass(slots=True)
class Amounts:
    """An order's amounts in minor units; ``line_paid`` and ``freight`` sum to ``paid``."""

    paid: int
    goods: int
    freight: int
    refunded: int
    points_deduct: int
    discount_shop: int
    discount_platform: int
    discount_talent: int
    line_paid: Sequence[int]


def amounts_from(
    columns: "OrderColumns", read: "Read", start: int, stop: int, *, told: Mapping[str, Any]
) -> Amounts:
    """Sum the amounts of rows [start, stop); what is told once an order goes before the sums.

    Raises:
        CellFault: ``paid_below_zero``, ``lines_do_not_sum``, ``amount_too_large``,
            ``freight_exceeds_paid``, ``refunded_more_than_paid``.
    """
    totals = dict.fromkeys(ORDER_AMOUNTS, 0)
    for name in columns.line_amounts:
        totals[name] = sum(read.lines[name][start:stop])
    line_paid: Sequence[int] = read.lines["paid"][start:stop] if read.lines else ()
    if read.below_zero and min(line_paid) < 0:
        line_paid = _lifted(columns.mapping.money.below_zero, line_paid, totals)
    for name, source in columns.told_amounts:
        totals[name] = told[source]
    if "order_paid" not in told:
        totals["paid"] = sum(line_paid) + totals["freight"]
    found = Amounts(**totals, line_paid=line_paid)
    _require_sense(found)
    return found


def _lifted(allowed: BelowZero, line_paid: Sequence[int], totals: dict[str, int]) -> Sequence[int]:
    """Return the lines' amounts without any below zero; what the order cannot bear was not given.

    Raises:
        CellFault: ``paid_below_zero``, where the mapping does not allow it.
    """
    if allowed is BelowZero.PARK:
        raise CellFault("paid_below_zero", paid=min(line_paid))
    excess = max(0, -sum(line_paid))
    totals["discount_platform"] = max(0, totals["discount_platform"] - excess)
    return lift_negatives(line_paid)


def _require_sense(amounts: Amounts) -> None:
    if amounts.paid < 0 or amounts.goods < 0:
        raise CellFault("paid_below_zero", paid=min(amounts.paid, amounts.goods))
    if amounts.paid > MOST_FEN or amounts.goods > MOST_FEN:
        raise CellFault("amount_too_large", value=str(max(amounts.goods, amounts.paid)))
    if amounts.freight > amounts.paid:
        raise CellFault("freight_exceeds_paid", freight=amounts.freight, paid=amounts.paid)
    if amounts.refunded > amounts.paid:
        raise CellFault("refunded_more_than_paid", refunded=amounts.refunded, paid=amounts.paid)
    if amounts.line_paid and sum(amounts.line_paid) + amounts.freight != amounts.paid:
        of_lines = sum(amounts.line_paid) + amounts.freight
        raise CellFault("lines_do_not_sum", paid=amounts.paid, lines_and_freight=of_lines)
