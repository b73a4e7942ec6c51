"""The more units, the more percent off: 满 3 件 8 折."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.allocation import percent_of
from loyalty.discounts import DISCOUNTS, Cart, Discount, rising
from loyalty.errors import Refused
from loyalty.wording import Worded, percent_off


class VolumeStep(Struct, frozen=True, forbid_unknown_fields=True):
    """From so many units on, so many percent off all of them."""

    quantity: Annotated[int, Meta(ge=1, le=10_000)]
    percent: Annotated[int, Meta(ge=1, le=100)]


@DISCOUNTS.add("volume_steps")
class VolumeSteps(Discount, frozen=True):
    """The more units of its goods, the more percent off all of them. The highest step counts."""

    volume_steps: Annotated[tuple[VolumeStep, ...], Meta(min_length=1, max_length=20)] = (
        VolumeStep(2, 5),
        VolumeStep(3, 10),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        rising([one.quantity for one in self.volume_steps], "volume_steps")
        rising([one.percent for one in self.volume_steps], "volume_steps")

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        told = [(one.quantity, percent_off(one.percent)) for one in self.volume_steps]
        return Worded(
            "，".join(f"满 {quantity} 件 {off.zh}" for quantity, off in told),
            ", ".join(f"{quantity} or more: {off.en}" for quantity, off in told),
        )

    def refusal(self, cart: Cart) -> Refused | None:
        """Return None from the first step on, else how many units are missing."""
        if refusal := super().refusal(cart):
            return refusal
        return self.next_step(cart) if self._reached(cart) is None else None

    def next_step(self, cart: Cart) -> Refused | None:
        """Return how many units more reach the next step."""
        units = self.units(cart)
        above = [one for one in self.volume_steps if one.quantity > units]
        return Refused("quantity_short", short=above[0].quantity - units) if above else None

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        step = self._reached(goods)
        return percent_of(costs_fen, step.percent if step else 0)

    def _reached(self, cart: Cart) -> VolumeStep | None:
        units = self.units(cart)
        reached = [one for one in self.volume_steps if one.quantity <= units]
        return reached[-1] if reached else None
