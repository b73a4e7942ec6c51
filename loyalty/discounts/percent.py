"""So many percent off."""

from typing import Annotated

from msgspec import Meta

from loyalty.allocation import shares
from loyalty.discounts import DISCOUNTS, Discount
from loyalty.facts import CartLine
from loyalty.wording import Worded


@DISCOUNTS.add("percent")
class Percent(Discount, frozen=True):
    """So many percent off what the lines still cost: 20 is what a Chinese reader calls 8 折.

    Rounded once, down to the fen, over all its lines together, then shared out over them.
    """

    percent: Annotated[int, Meta(ge=1, le=100)] = 10

    def worth(self) -> Worded:
        """Return how a member reads what it takes off: 20 percent is 8 折, 15 is 8.5 折."""
        if self.percent == 100:
            return Worded("免费", "Free")
        return Worded(f"{(100 - self.percent) / 10:g} 折", f"{self.percent}% off")

    def per_line(self, cart: tuple[CartLine, ...], costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        bases = [
            cost if self.counts(line) else 0 for line, cost in zip(cart, costs_fen, strict=True)
        ]
        return shares(sum(bases) * self.percent // 100, bases)
