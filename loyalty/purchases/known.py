"""A purchase as it stands, told again as an order, so that two tellings can be compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from msgspec.structs import replace as with_fields

from loyalty.orders import Order, OrderLine
from loyalty.purchases.amounts import checked, is_whole


@dataclass(frozen=True, slots=True)
class Known:
    """A purchase as it stands, told again as an order.

    ``member_id`` is whom ``customer_id`` became; None where that account was deleted.
    """

    purchase_id: int
    revision: int
    digest: bytes
    customer_id: int | None
    member_id: int | None
    earned: tuple[tuple[str, int], ...]
    tier: str | None
    paid_as_id: int | None
    order: Order

    @property
    def is_of_deleted(self) -> bool:
        """Say whether the account of its buyer was deleted."""
        return self.customer_id is not None and self.member_id is None

    def with_lines(self, lines: Iterable[OrderLine]) -> Known:
        """Return it with its lines."""
        return replace(self, order=with_fields(self.order, lines=tuple(lines)))

    def completed(self, told: Order) -> Order:
        """Return what is told, with what only we know: the details of lines, the completion,
        of what order it is a part.

        What brought a line about is kept where it is not told. Lines whose money is not what is
        told any more are no details of it, nor are refunds of lines where less is refunded than
        before.
        """
        order = self.order
        same_money = (told.paid_fen, told.freight_fen) == (order.paid_fen, order.freight_fen)
        lines = told.lines
        if is_whole(told.lines) and not is_whole(order.lines) and same_money:
            lines = order.lines
            if told.refunded_fen < order.refunded_fen:
                lines = tuple(with_fields(line, refunded_fen=0) for line in lines)
        brought = {line.key: line.attributed_to for line in order.lines if line.attributed_to}
        if brought:
            lines = tuple(
                with_fields(line, attributed_to=line.attributed_to or brought.get(line.key, ()))
                for line in lines
            )
        return checked(
            with_fields(
                told,
                lines=lines,
                completed_at=told.completed_at or self.order.completed_at,
                parent_numbers=told.parent_numbers or self.order.parent_numbers,
            )
        )

    def differences(self, told: Order) -> dict[str, object]:
        """Return the amounts that differ as {field: "known -> told"}."""
        names = ("paid_fen", "refunded_fen", "goods_fen", "freight_fen", "currency", "state")
        return {
            name: f"{getattr(self.order, name)} -> {getattr(told, name)}"
            for name in names
            if getattr(self.order, name) != getattr(told, name)
        }
