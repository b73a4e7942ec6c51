"""What refunds that were told apart make of an order. Pure.

An order tells all that was given back of its lines so far; refunds tell it one by one. Where both
do, the larger counts: so they may come in any sequence, and nothing is given back twice.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from connectors.own_store.wire import ToldRefund
from loyalty.errors import Refused
from loyalty.orders import Order, OrderLine
from models import PurchaseState


class Refunds:
    """The refunds of one order that count, by their numbers."""

    def __init__(self) -> None:
        self._by_number: dict[str, dict[str, int]] = {}

    def count(self, told: ToldRefund) -> None:
        """Let a refund count that was found good before."""
        self._by_number[str(told.refund_number)] = _by_line(told)

    def add(self, told: ToldRefund, order: Order) -> None:
        """Let a new refund count; one that counts already changes nothing.

        Raises:
            Refused: ``refund_differs``, ``refunded_before_paid``, ``line_unknown``,
                ``refunded_more_than_paid``.
        """
        lines = _by_line(told)
        known = self._by_number.get(str(told.refund_number))
        if known is not None:
            if known != lines:
                raise Refused("refund_differs", refund_number=str(told.refund_number))
            return
        if told.refunded_at < order.paid_at:
            raise Refused("refunded_before_paid")
        paid = {line.key: line.paid_fen for line in order.lines}
        so_far = self.by_line()
        for key, fen in lines.items():
            if key not in paid:
                raise Refused("line_unknown", key=key)
            if so_far.get(key, 0) + fen > paid[key]:
                raise Refused("refunded_more_than_paid", number=order.number)
        self._by_number[str(told.refund_number)] = lines

    def by_line(self) -> dict[str, int]:
        """Return what was given back by line key."""
        found: dict[str, int] = {}
        for lines in self._by_number.values():
            for key, fen in lines.items():
                found[key] = found.get(key, 0) + fen
        return found


def refunded(order: Order, refunds: Refunds | None) -> Order:
    """Return the order with what refunds gave back of it; wholly given back, it is refunded."""
    if refunds is None and not order.refunded_fen:
        return order
    given_back = refunds.by_line() if refunds else {}
    lines = tuple(_line(line, given_back) for line in order.lines)
    paid_fen = sum(line.paid_fen for line in lines)
    refunded_fen = sum(line.refunded_fen for line in lines)
    is_whole = 0 < paid_fen == refunded_fen
    return replace(
        order,
        lines=lines,
        refunded_fen=max(refunded_fen, order.refunded_fen),
        state=PurchaseState.REFUNDED if is_whole else order.state,
    )


def _line(line: OrderLine, given_back: Mapping[str, int]) -> OrderLine:
    fen = min(line.paid_fen, given_back.get(line.key, 0))
    return replace(line, refunded_fen=fen) if fen > line.refunded_fen else line


def _by_line(told: ToldRefund) -> dict[str, int]:
    return {str(line.key): line.refunded_fen for line in told.lines}
