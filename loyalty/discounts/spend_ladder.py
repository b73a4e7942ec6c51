"""The more is spent, the more off: 满 300 减 50."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.allocation import percent_of, shares
from loyalty.discounts import DISCOUNTS, Cart, Discount, rising
from loyalty.errors import Refused
from loyalty.wording import Worded, percent_off, yuan

Fen = Annotated[int, Meta(ge=0, le=10**9)]


class SpendStep(Struct, frozen=True, forbid_unknown_fields=True):
    """From so many fen on, so many fen off or so many percent, one of the two."""

    spend_fen: Annotated[int, Meta(ge=1, le=10**9)]
    off_fen: Fen = 0
    percent: Annotated[int, Meta(ge=0, le=100)] = 0

    def __post_init__(self) -> None:
        if bool(self.off_fen) == bool(self.percent):
            raise ValueError("Either a sum or percent - at `$.off_fen`")


@DISCOUNTS.add("spend_ladder")
class SpendLadder(Discount, frozen=True):
    """The more its goods cost before any discount, the more off. The highest step counts.

    With ``repeats`` the last step's sum comes again for each time that its goods cost as much:
    每满 300 减 50.
    """

    spend_steps: Annotated[tuple[SpendStep, ...], Meta(min_length=1, max_length=20)] = (
        SpendStep(30_000, 3_000),
        SpendStep(50_000, 6_000),
    )
    repeats: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        rising([one.spend_fen for one in self.spend_steps], "spend_steps")
        if self.repeats and self.spend_steps[-1].percent:
            raise ValueError("Percent do not repeat - at `$.repeats`")

    def worth(self) -> Worded:
        """Return how a member reads what it takes off."""
        told = [(yuan(one.spend_fen), _off(one)) for one in self.spend_steps]
        zh = "，".join(f"满 {spend} 元 {off.zh}" for spend, off in told)
        if self.repeats:
            return Worded(f"每{zh}", ", ".join(f"Each ¥{spend}: {off.en}" for spend, off in told))
        return Worded(zh, ", ".join(f"¥{spend} or more: {off.en}" for spend, off in told))

    def refusal(self, cart: Cart) -> Refused | None:
        """Return None from the first step on, else how many fen are missing."""
        if refusal := super().refusal(cart):
            return refusal
        return self.next_step(cart) if self._reached(cart) is None else None

    def next_step(self, cart: Cart) -> Refused | None:
        """Return how many fen more reach the next step."""
        spent, last = self._spent(cart), self.spend_steps[-1].spend_fen
        above = [one.spend_fen for one in self.spend_steps if one.spend_fen > spent]
        if not above and self.repeats:
            above = [(spent // last + 1) * last]
        if not above:
            return None
        return Refused("min_spend_not_met", short_fen=above[0] - spent, wanted_fen=above[0])

    def off(self, goods: Cart, costs_fen: list[int]) -> list[int]:
        """Return the fen that each line becomes cheaper."""
        step = self._reached(goods)
        if step is None or step.percent:
            return percent_of(costs_fen, step.percent if step else 0)
        is_last = step == self.spend_steps[-1]
        times = self._spent(goods) // step.spend_fen if self.repeats and is_last else 1
        return shares(min(step.off_fen * times, sum(costs_fen)), costs_fen)

    def _spent(self, cart: Cart) -> int:
        return sum(line.goods_fen for line in cart if self.counts(line))

    def _reached(self, cart: Cart) -> SpendStep | None:
        spent = self._spent(cart)
        reached = [one for one in self.spend_steps if one.spend_fen <= spent]
        return reached[-1] if reached else None


def _off(step: SpendStep) -> Worded:
    if step.percent:
        return percent_off(step.percent)
    return Worded(f"减 {yuan(step.off_fen)} 元", f"¥{yuan(step.off_fen)} off")
