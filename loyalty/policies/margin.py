"""The margin that discounts leave: below it no price is cut."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES

# With 0 the price at the floor would be the cost itself, and every shopper could read it.
Percent = Annotated[int, Meta(ge=1, le=99)]


@POLICIES.add("margin")
class Margin(Struct, frozen=True, forbid_unknown_fields=True):
    """The least margin that discounts of the own store leave, in percent of what is paid.

    Of each line, and of all lines of an order together; empty: no floor. A price that is below
    its floor already is not cut, and never raised. A product without a cost counts towards no
    margin: it may become so many percent cheaper; empty: as much as its discounts say.
    """

    least_line_percent: Percent | None = None
    least_order_percent: Percent | None = None
    most_percent_without_cost: Annotated[int, Meta(ge=0, le=100)] | None = None

    def line_floor_fen(self, goods_fen: int, cost_fen: int | None) -> int:
        """Return what a line must bring; ``cost_fen`` is what all its units cost the brand."""
        if cost_fen is not None:
            return min(goods_fen, _least(cost_fen, self.least_line_percent))
        if self.most_percent_without_cost is None:
            return 0
        return goods_fen - goods_fen * self.most_percent_without_cost // 100

    def order_floor_fen(self, goods_fen: int, cost_fen: int) -> int:
        """Return what the lines of known cost must bring together."""
        return min(goods_fen, _least(cost_fen, self.least_order_percent))


def _least(cost_fen: int, percent: int | None) -> int:
    """Return the least price at which so many percent of it are margin, rounded up to the fen."""
    return 0 if percent is None else -(-cost_fen * 100 // (100 - percent))
