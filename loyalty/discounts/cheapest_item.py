"""Of so many units the cheapest one for less: 第二件半价."""

from typing import Annotated

from msgspec import Meta

from loyalty.allocation import cheapest_units, percent_of
from loyalty.discounts import DISCOUNTS, Cart, ManyTimes
from loyalty.errors import Refused
from loyalty.wording import Worded, percent_off


@DISCOUNTS.add("cheapest_item")
class CheapestItem(ManyTimes, frozen=True):
    """Of every so many units the cheapest one costs so many percent less.

    Every second one for half: of 2, 50 percent. Of five units two are for half then, the two
    cheapest ones of all. At most ``most_times`` in a cart; empty: as often as it comes out.
    """

    of: Annotated[int, Meta(ge=2, le=100)] = 2
    percent: Annotated[int, Meta(ge=1, le=100)] = 50

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        off = percent_off(self.percent)
        return Worded(f"每 {self.of} 件，最低价一件 {off.zh}", f"Cheapest of {self.of}: {off.en}")

    def held(self, cart: Cart) -> int:
        """Return how many units become cheaper."""
        return self.units(cart) // self.of

    def missing(self, cart: Cart, times: int) -> Refused:
        """Return how many units more make so many cheaper."""
        return Refused("quantity_short", short=times * self.of - self.units(cart))

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        quantities = [line.quantity for line in goods]
        chosen = cheapest_units(costs_fen, quantities, self.times(goods))
        return percent_of(chosen, self.percent)
