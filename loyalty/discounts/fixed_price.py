"""Goods at a price of their own."""

from typing import Annotated

from msgspec import Meta

from loyalty.discounts import DISCOUNTS, Cart, Discount
from loyalty.wording import Worded, yuan


@DISCOUNTS.add("fixed_price")
class FixedPrice(Discount, frozen=True):
    """Each unit for so many fen; what costs less already stays as it is."""

    fen: Annotated[int, Meta(ge=0, le=10**9)] = 9900

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        if not self.fen:
            return Worded("免费", "Free")
        return Worded(f"每件 {yuan(self.fen)} 元", f"¥{yuan(self.fen)} each")

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        return [
            max(0, cost - self.fen * line.quantity)
            for line, cost in zip(goods, costs_fen, strict=True)
        ]
