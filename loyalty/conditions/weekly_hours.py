"""For certain days and hours: a member's day."""

from typing import Annotated

from msgspec import Meta

from loyalty.calendar import SHANGHAI
from loyalty.conditions import CONDITIONS, Condition
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded

Weekday = Annotated[str, Meta(pattern="^(mon|tue|wed|thu|fri|sat|sun)$")]
MonthDay = Annotated[str, Meta(pattern="^([1-9]|[12][0-9]|3[01])$")]
ClockTime = Annotated[str, Meta(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ZH = dict(zip(WEEKDAYS, "一二三四五六日", strict=True))
EN = dict(zip(WEEKDAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


@CONDITIONS.add("weekly_hours")
class WeeklyHours(Condition, frozen=True):
    """Only on these days of the week and of the month, and in these hours, by Shanghai's clock.

    Where none is named, every day. From a time of day (08:00) until before another (24:00).
    """

    weekdays: tuple[Weekday, ...] = ()
    month_days: tuple[MonthDay, ...] = ()
    from_time: ClockTime = "00:00"
    until_time: ClockTime = "24:00"

    def __post_init__(self) -> None:
        if self.until_time <= self.from_time:
            raise ValueError("Ends before it starts - at `$.until_time`")

    def refusal(self, case: Case) -> Refused | None:
        """Return None at such a time."""
        now = case.facts.at.astimezone(SHANGHAI)
        is_day = (not self.weekdays or WEEKDAYS[now.weekday()] in self.weekdays) and (
            not self.month_days or str(now.day) in self.month_days
        )
        if is_day and self.from_time <= f"{now:%H:%M}" < self.until_time:
            return None
        return Refused("not_at_this_time", when=self._when())

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        when = self._when()
        return Worded(f"限{when.zh}", f"Only {when.en}")

    def _when(self) -> Worded:
        zh, en = [], []
        if self.month_days:
            zh.append(f"每月 {'、'.join(self.month_days)} 日")
            en.append(f"on day {', '.join(self.month_days)} of the month")
        if self.weekdays:
            zh.append(f"周{'、'.join(ZH[one] for one in self.weekdays)}")
            en.append(f"on {', '.join(EN[one] for one in self.weekdays)}")
        if (self.from_time, self.until_time) != ("00:00", "24:00") or not zh:
            zh.append(f"{self.from_time}–{self.until_time}")
            en.append(f"{self.from_time}–{self.until_time}")
        return Worded(" ".join(zh), ", ".join(en))
