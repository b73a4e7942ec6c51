"""Of so many units the cheapest one for less: 第二件半价."""

from typing import Annotated

from msgspec import Meta

from loyalty.allocation import cheapest_units, percent_of
from loyalty.discounts import DISCOUNTS, Cart, Discount
from loyalty.errors import Refused
from loyalty.wording import Worded, percent_off


@DISCOUNTS.add("cheapest_item")
class CheapestItem(Discount, frozen=True):
    """Of every so many units the cheapest one costs so many percent less.

    Every second one for half: of 2, 50 percent. Of five units two are for half then, the two
    cheapest ones of all. At most ``most_times`` in a cart; empty: as often as it comes out.
    """

    of: Annotated[int, Meta(ge=2, le=100)] = 2
    percent: Annotated[int, Meta(ge=1, le=100)] = 50
    most_times: Annotated[int, Meta(ge=1, le=1000)] | None = None

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        off = percent_off(self.percent)
        return Worded(f"每 {self.of} 件，最低价一件 {off.zh}", f"Cheapest of {self.of}: {off.en}")

    def refusal(self, cart: Cart) -> Refused | None:
        """Return None where the cart holds enough units, else how many are missing."""
        return super().refusal(cart) or _short(self.of - self.units(cart))

    def next_step(self, cart: Cart) -> Refused | None:
        """Return how many units more make one more cheaper."""
        times = self.units(cart) // self.of
        if self.most_times is not None and times >= self.most_times:
            return None
        return _short((times + 1) * self.of - self.units(cart))

    def per_line(self, cart: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        times = self.units(cart) // self.of
        if self.most_times is not None:
            times = min(times, self.most_times)
        quantities = [line.quantity if self.counts(line) else 0 for line in cart]
        chosen = cheapest_units(self.bases(cart, costs_fen), quantities, times)
        return percent_of(chosen, self.percent)


def _short(missing: int) -> Refused | None:
    return Refused("quantity_short", short=missing) if missing > 0 else None
