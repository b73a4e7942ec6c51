"""All points of a year lapse together."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.calendar import day_of, start_of
from loyalty.expiry import EXPIRY


@EXPIRY.add("calendar_year")
class CalendarYear(Struct, frozen=True, forbid_unknown_fields=True):
    """Points lapse at the end of a calendar year, so many full years after they were earned.

    With 1, what was earned in 2026 is good through 31 December 2027.
    """

    years: Annotated[int, Meta(ge=0, le=10)] = 1

    def expires_at(self, earned_at: datetime) -> datetime | None:
        """Return the end of the year ``years`` after the one they were earned in."""
        return start_of(date(day_of(earned_at).year + self.years + 1, 1, 1))

    def idle_expires_at(self, active_at: datetime) -> datetime | None:
        """Return None: activity does not matter."""
        return None
