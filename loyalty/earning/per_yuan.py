"""Points for money spent."""

from typing import Annotated

from msgspec import Meta

from loyalty.allocation import shares
from loyalty.earning import EARNING, EarningCase, EarningRule
from loyalty.wording import Worded

FEN_PER_YUAN = 100


@EARNING.add("per_yuan")
class PerYuan(EarningRule, frozen=True, forbid_unknown_fields=True):
    """So many points for every whole so-many yuan paid for goods.

    Freight, platform subsidies, points and gift cards are no money paid. Part yuan are dropped once
    per order, not once per line, so that splitting an order never earns more. Where brands,
    categories or SKUs are named, only lines of these count, and lines of what is excepted never;
    where shops or tiers are named, only orders of these. The tier is the one she had when she paid.
    Several such rules add up.
    """

    points: Annotated[int, Meta(ge=1, le=1000)] = 1
    every_yuan: Annotated[int, Meta(ge=1, le=100_000)] = 1

    def told(self) -> Worded:
        """Return what it gives: 每消费 1 元得 1 积分."""
        zh, en = (
            f"每消费 {self.every_yuan:,} 元得 {self.points:,} 积分",
            ("1 point" if self.points == 1 else f"{self.points:,} points"),
        )
        return Worded(zh, f"{en} for every ¥{self.every_yuan:,} that you pay")

    def per_line(self, case: EarningCase) -> list[int]:
        """Return the order's points, shared out over the lines by what was paid for each."""
        bases = self.bases(case)
        whole = sum(bases) // (FEN_PER_YUAN * self.every_yuan) * self.points
        return shares(whole, bases)
