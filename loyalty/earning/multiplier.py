"""More points for some orders, times, members or goods."""

from typing import Annotated

from msgspec import Meta

from loyalty.earning import EARNING, EarningRule
from loyalty.wording import Worded

ONCE = 100


def more_by(times_percent: int, points: int) -> int:
    """Return what so many times add to so many points; part points are dropped."""
    return points * (times_percent - ONCE) // ONCE


@EARNING.add("multiplier")
class Multiplier(EarningRule, frozen=True, forbid_unknown_fields=True):
    """Points for money spent, so many times: 200 percent are double points.

    For example double points on 18 June, or 150 percent for gold members. What it adds is counted
    from the points that its lines would earn as an order of their own; part points are dropped.
    Multipliers of one lane compete for each line and the largest counts; those of different lanes
    add up: 150 percent for gold and 200 percent on the day are 250 percent, not 300.
    """

    name_zh: Annotated[str, Meta(min_length=1, max_length=40)] = "多倍积分"
    name_en: Annotated[str, Meta(min_length=1, max_length=40)] = "More points"
    times_percent: Annotated[int, Meta(ge=101, le=10_000)] = 200
    lane: Annotated[str, Meta(pattern="^[a-z0-9_]{1,20}$")] = "campaign"

    def told(self) -> Worded:
        """Return its name and how many times: 会员日：2 倍积分."""
        times = f"{self.times_percent / ONCE:g}"
        zh, en = f"{times} 倍积分", f"{times} times the points"
        return Worded(f"{self.name_zh}：{zh}", f"{self.name_en}: {en}")

    def more(self, points: int) -> int:
        """Return what it adds to so many points."""
        return more_by(self.times_percent, points)
