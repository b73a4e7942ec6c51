"""Windows of time that end today, and how people say them."""

from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from loyalty.calendar import months_later
from loyalty.wording import Worded

Unit = Literal["days", "months", "calendar_year"]
_COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Span(Struct, frozen=True):
    """The last so many days or months with today, or this calendar year; days are Shanghai's."""

    length: int
    unit: Unit

    def begins_on(self, today: date) -> date:
        """Return its first day: for months the same day of the month, or that month's last."""
        if self.unit == "days":
            return today - timedelta(days=self.length)
        if self.unit == "months":
            return months_later(today, -self.length)
        return today.replace(month=1, day=1)

    def wording(self) -> Worded:
        """Return how people say it: 近 6 个月, in six months."""
        if self.unit == "calendar_year":
            return Worded("今年", "this year")
        count = _COUNTS[self.length - 1] if self.length <= len(_COUNTS) else str(self.length)
        unit = self.unit if self.length > 1 else self.unit.removesuffix("s")
        name = "个月" if self.unit == "months" else "天"
        return Worded(f"近 {self.length} {name}", f"in {count} {unit}")
