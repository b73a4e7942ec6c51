"""A fixed sum off."""

from typing import Annotated

from msgspec import Meta

from loyalty.allocation import shares
from loyalty.discounts import DISCOUNTS, Cart, Discount
from loyalty.wording import Worded, yuan


@DISCOUNTS.add("fen_off")
class FenOff(Discount, frozen=True):
    """A fixed sum off, never more than what its lines still cost."""

    fen: Annotated[int, Meta(ge=1, le=10**9)] = 1000

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        return Worded(f"减 {yuan(self.fen)} 元", f"¥{yuan(self.fen)} off")

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        return shares(min(self.fen, sum(costs_fen)), costs_fen)
