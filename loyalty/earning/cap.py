"""No more points than so many."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from loyalty.calendar import period_of
from loyalty.earning import EARNING, EarningRule
from loyalty.wording import Worded

Per = Literal["order", "day", "week", "month", "campaign"]
# Narrow ones limit first: what a day's cap cuts uses nothing of the month's.
NARROW_FIRST: tuple[Per, ...] = ("order", "day", "week", "month", "campaign")
Period = tuple[datetime, datetime]
_PERIODS: dict[Per, tuple[str, str]] = {
    "order": ("每笔订单", "an order"),
    "day": ("每天", "a day"),
    "week": ("每周", "a week"),
    "month": ("每月", "a month"),
    "campaign": ("活动期间", "in the campaign"),
}


@EARNING.add("cap")
class Cap(EarningRule, frozen=True, forbid_unknown_fields=True):
    """At most so many points: per order, or per member and day, week, month or campaign.

    Days are those of Shanghai, weeks begin on Monday, and a campaign is the time from the cap's
    own first to its last moment. Where earning rules are named, only what these give is limited,
    such as the extra points of a campaign. Orders use up the room in the sequence in which they
    were paid; points that a refund takes back make room for the orders paid after it.
    """

    most: Annotated[int, Meta(ge=0, le=10**9)] = 1000
    per: Per = "order"
    limited_slots: tuple[Annotated[str, Meta(pattern="^earning:[a-z0-9_]{1,40}$")], ...] = ()

    def __post_init__(self) -> None:
        EarningRule.__post_init__(self)
        if self.per == "campaign" and not (self.starts_at and self.ends_at):
            wanted = "ends_at" if self.starts_at else "starts_at"
            raise ValueError(f"Campaign without its time - at `$.{wanted}`")

    def told(self) -> Worded:
        """Return the most that it leaves: 每天最多 1,000 积分."""
        zh, en = _PERIODS[self.per]
        return Worded(f"{zh}最多得 {self.most:,} 积分", f"At most {self.most:,} points {en}")

    @property
    def is_over_orders(self) -> bool:
        """Say whether it limits several orders of a member together."""
        return self.per != "order"

    @property
    def width(self) -> int:
        """Return the place of its period among periods, the narrowest first."""
        return NARROW_FIRST.index(self.per)

    def limits(self, slot: str) -> bool:
        """Say whether it limits what the rule in a slot gives."""
        return not self.limited_slots or slot in self.limited_slots

    def period(self, moment: datetime) -> Period:
        """Return the period [from, until) that a moment lies in; of a campaign, the campaign."""
        if self.per == "campaign":
            assert self.starts_at is not None, "a campaign has its first moment"
            assert self.ends_at is not None, "a campaign has its last moment"
            return self.starts_at, self.ends_at
        assert self.per != "order", "an order is no period"
        return period_of(moment, self.per)
