"""So many percent off."""

from typing import Annotated

from msgspec import Meta

from loyalty.allocation import percent_of
from loyalty.discounts import DISCOUNTS, Cart, Discount
from loyalty.wording import Worded, percent_off


@DISCOUNTS.add("percent")
class Percent(Discount, frozen=True):
    """So many percent off what the lines still cost: 20 is what a Chinese reader calls 8 折.

    Rounded once, down to the fen, over all its lines together, then shared out over them.
    """

    percent: Annotated[int, Meta(ge=1, le=100)] = 10

    def worth(self) -> Worded:
        """Return how a member reads what it takes off: 20 percent is 8 折, 15 is 8.5 折."""
        return percent_off(self.percent)

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        return percent_of(costs_fen, self.percent)
