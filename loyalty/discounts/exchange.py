"""A reward for nothing: 兑换券."""

from typing import Annotated, ClassVar

from msgspec import Meta

from loyalty.discounts import DISCOUNTS, Cart, Discount
from loyalty.errors import Refused
from loyalty.facts import CartLine
from loyalty.wording import Worded


@DISCOUNTS.add("exchange")
class Exchange(Discount, frozen=True):
    """A coupon that is exchanged for a reward of the catalogue, without points or money.

    It takes a piece of the reward's stock, but neither its conditions nor its limit for each member
    hold: whoever has the coupon has earned it. Cancelled, or not fetched in time, the coupon comes
    back and ends when it would have. It takes nothing off a cart.
    """

    is_for_carts: ClassVar[bool] = False
    unused: ClassVar[tuple[str, ...]] = ("lane", "skus", "categories", "brands", "budgets")

    reward_slot: Annotated[str, Meta(pattern="^reward:[a-z0-9_]{1,40}$")] = "reward:gift"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.unused:
            if getattr(self, name):
                raise ValueError(f"Not for carts - at `$.{name}`")

    def worth(self) -> Worded:
        """Return how a member reads what it is good for."""
        return Worded("免费兑换", "Free")

    def touches(self, line: CartLine) -> bool:
        """Return no: nothing in a cart becomes cheaper by it."""
        return False

    def counts(self, line: CartLine) -> bool:
        """Return no: it is for nothing in a cart."""
        return False

    @property
    def is_by_name(self) -> bool:
        """Return no: it is for no goods, whatever they are called."""
        return False

    def refusal(self, cart: Cart) -> Refused | None:
        """Return that it is for the rewards, whatever the cart."""
        return Refused("coupon_for_reward")

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return nothing for each line."""
        return [0] * len(goods)
