"""Buy so many, get others for less: 买二送一."""

from typing import Annotated

from msgspec import Meta

from loyalty.allocation import cheapest_units, percent_of
from loyalty.discounts import DISCOUNTS, Cart, ManyTimes
from loyalty.errors import Refused
from loyalty.facts import CartLine
from loyalty.wording import Worded, percent_off


@DISCOUNTS.add("buy_x_get_y")
class BuyXGetY(ManyTimes, frozen=True):
    """For every so many bought, so many others for so many percent less; 100 is free.

    Where no SKUs to get are named, they are of the same goods: buy 2 get 1 is that of every three
    units the cheapest is free. Where some are named, units of these are for less once enough of
    the other goods are in the cart, cheapest first. At most ``most_times`` in a cart.
    """

    buy: Annotated[int, Meta(ge=1, le=100)] = 2
    get: Annotated[int, Meta(ge=1, le=100)] = 1
    percent: Annotated[int, Meta(ge=1, le=100)] = 100
    get_skus: tuple[str, ...] = ()

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        if self.percent == 100:
            return Worded(f"买 {self.buy} 送 {self.get}", f"Buy {self.buy}, get {self.get} free")
        off = percent_off(self.percent)
        return Worded(
            f"买 {self.buy} 件，另 {self.get} 件 {off.zh}",
            f"Buy {self.buy}, get {self.get} more {off.en}",
        )

    @property
    def is_by_name(self) -> bool:
        """Say whether what is got is of the same goods."""
        return not self.get_skus

    def counts(self, line: CartLine) -> bool:
        """Say whether units of a line count as bought: what is got for less does not."""
        return line.sku not in self.get_skus and super().counts(line)

    def touches(self, line: CartLine) -> bool:
        """Say whether a line is bought, or got for less."""
        return self.counts(line) or line.sku in self.get_skus

    def refusal(self, cart: Cart) -> Refused | None:
        """Return None where something is for less, else how many units are missing of what."""
        if not any(map(self.touches, cart)):
            return Refused("no_goods_for_discount")
        if not self.held(cart):
            return self.missing(cart, 1)
        if self.get_skus and not any(line.sku in self.get_skus for line in cart):
            return Refused("gift_not_in_cart", sku=self.get_skus[0])
        return None

    def held(self, cart: Cart) -> int:
        """Return how many times enough is bought."""
        return self.units(cart) // self._block()

    def missing(self, cart: Cart, times: int) -> Refused:
        """Return how many units more make more of them cheaper."""
        return Refused("quantity_short", short=times * self._block() - self.units(cart))

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        is_got = [
            line.sku in self.get_skus if self.get_skus else self.counts(line) for line in goods
        ]
        chosen = cheapest_units(
            [cost if got else 0 for cost, got in zip(costs_fen, is_got, strict=True)],
            [line.quantity if got else 0 for line, got in zip(goods, is_got, strict=True)],
            self.times(goods) * self.get,
        )
        return percent_of(chosen, self.percent)

    def _block(self) -> int:
        return self.buy if self.get_skus else self.buy + self.get
