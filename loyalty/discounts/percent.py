"""So many percent off."""

from typing import Annotated

from msgspec import Meta

from loyalty.allocation import shares
from loyalty.discounts import DISCOUNTS, Discount
from loyalty.facts import CartLine


@DISCOUNTS.add("percent")
class Percent(Discount, frozen=True):
    """So many percent off what the lines still cost: 20 is what a Chinese reader calls 8 折.

    Rounded once, down to the fen, over all its lines together, then shared out over them.
    """

    percent: Annotated[int, Meta(ge=1, le=100)] = 10

    def per_line(self, cart: tuple[CartLine, ...], costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        bases = [
            cost if self.counts(line) else 0 for line, cost in zip(cart, costs_fen, strict=True)
        ]
        return shares(sum(bases) * self.percent // 100, bases)
