"""A gift with an order of a certain worth: 满额赠."""

from typing import Annotated

from msgspec import Meta

from loyalty.allocation import cheapest_units
from loyalty.discounts import DISCOUNTS, Cart, Discount
from loyalty.errors import Refused
from loyalty.facts import CartLine
from loyalty.wording import Worded, yuan


@DISCOUNTS.add("free_gift")
class FreeGift(Discount, frozen=True):
    """So many units of the gift cost nothing once the other goods cost enough before any discount.

    The gift is a product like any other, so that its stock and its cost are known; she puts it
    into the cart, and reads that it is free. Its own price does not count towards what is spent.
    """

    gift_skus: tuple[str, ...] = ()
    gift_quantity: Annotated[int, Meta(ge=1, le=100)] = 1
    spend_fen: Annotated[int, Meta(ge=0, le=10**9)] = 20_000

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        spend = yuan(self.spend_fen)
        return Worded(
            f"满 {spend} 元赠 {self.gift_quantity} 件",
            f"{self.gift_quantity} free with ¥{spend} or more",
        )

    @property
    def is_by_name(self) -> bool:
        """Return no: it has goods of its own."""
        return False

    def counts(self, line: CartLine) -> bool:
        """Say whether a line counts towards what is to be spent: the gift does not."""
        return line.sku not in self.gift_skus and super().counts(line)

    def touches(self, line: CartLine) -> bool:
        """Say whether a line is the gift: nothing else becomes cheaper by it."""
        return line.sku in self.gift_skus

    def refusal(self, cart: Cart) -> Refused | None:
        """Return None where a gift in the cart is free, else what is missing for it."""
        spent = sum(line.goods_fen for line in cart if self.counts(line))
        if not self.gift_skus or not spent:
            return Refused("no_goods_for_discount")
        if spent < self.spend_fen:
            short = self.spend_fen - spent
            return Refused("min_spend_not_met", short_fen=short, wanted_fen=self.spend_fen)
        if not any(map(self.touches, cart)):
            return Refused("gift_not_in_cart", sku=self.gift_skus[0])
        return None

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        return cheapest_units(costs_fen, [line.quantity for line in goods], self.gift_quantity)
