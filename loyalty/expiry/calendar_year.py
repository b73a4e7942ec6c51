"""All points of a year lapse together."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.calendar import day_of, start_of
from loyalty.expiry import EXPIRY
from loyalty.wording import Worded, ordinal


@EXPIRY.add("calendar_year")
class CalendarYear(Struct, frozen=True, forbid_unknown_fields=True):
    """Points lapse at the end of a calendar year, so many full years after they were earned.

    With 1, what was earned in 2026 is good through 31 December 2027.
    """

    years: Annotated[int, Meta(ge=0, le=10)] = 1

    def told(self) -> Worded:
        """Return when points expire, as members read it."""
        if not self.years:
            return Worded(
                "积分在获得当年年底过期",
                "Points expire at the end of the year in which you earned them",
            )
        return Worded(
            f"积分在获得后第 {self.years} 年的年底过期",
            f"Points expire at the end of the {ordinal(self.years)} year after you earned them",
        )

    def expires_at(self, earned_at: datetime) -> datetime | None:
        """Return the end of the year ``years`` after the one they were earned in."""
        return start_of(date(day_of(earned_at).year + self.years + 1, 1, 1))

    def idle_expires_at(self, active_at: datetime) -> datetime | None:
        """Return None: activity does not matter."""
        return None
