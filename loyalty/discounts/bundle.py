"""Goods that cost less together."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.allocation import shares
from loyalty.discounts import DISCOUNTS, Cart, ManyTimes
from loyalty.errors import Refused
from loyalty.facts import CartLine
from loyalty.wording import Worded, yuan

SKU = Annotated[str, Meta(min_length=1, max_length=100)]


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """So many units of a SKU in each set."""

    sku: SKU
    quantity: Annotated[int, Meta(ge=1, le=100)] = 1


@DISCOUNTS.add("bundle")
class Bundle(ManyTimes, frozen=True):
    """A set of goods for a price of its own, as often as the cart holds all of its parts.

    What costs less already stays as it is. A set that is not named is in no cart.
    """

    parts: Annotated[tuple[Part, ...], Meta(max_length=20)] = ()
    fen: Annotated[int, Meta(ge=0, le=10**9)] = 19_900

    def __post_init__(self) -> None:
        super().__post_init__()
        if len({one.sku for one in self.parts}) != len(self.parts):
            raise ValueError("Repeated - at `$.parts`")

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        return Worded(f"组合价 {yuan(self.fen)} 元", f"Together ¥{yuan(self.fen)}")

    @property
    def is_by_name(self) -> bool:
        """Return no: it has goods of its own."""
        return False

    def counts(self, line: CartLine) -> bool:
        """Say whether a line is part of the set."""
        return any(line.sku == one.sku for one in self.parts)

    def held(self, cart: Cart) -> int:
        """Return how many whole sets a cart holds."""
        held = _quantities(cart)
        return min((held.get(one.sku, 0) // one.quantity for one in self.parts), default=0)

    def missing(self, cart: Cart, times: int) -> Refused:
        """Return how many units of what make so many sets."""
        held = _quantities(cart)
        short = {one.sku: one.quantity * times - held.get(one.sku, 0) for one in self.parts}
        sku = max(short, key=lambda one: short[one], default="")
        return Refused("bundle_incomplete", sku=sku, short=short.get(sku, 0))

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper.

        A unit of a line costs as much as any other of it, rounded up where that does not come out.
        """
        times, wanted = self.times(goods), {one.sku: one.quantity for one in self.parts}
        together = [
            -(-cost * wanted.get(line.sku, 0) * times // line.quantity) if line.quantity else 0
            for line, cost in zip(goods, costs_fen, strict=True)
        ]
        return shares(max(0, sum(together) - self.fen * times), together)


def _quantities(cart: Cart) -> dict[str, int]:
    return {line.sku: line.quantity for line in cart}
