"""Each lot lapses so many months after it was earned."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.calendar import day_of, months_later, start_of
from loyalty.expiry import EXPIRY
from loyalty.wording import Worded, months

REMEMBERED_DAYS = 10_000


@lru_cache(REMEMBERED_DAYS)
def _end_of(day: date, months: int) -> datetime:
    """Return the end of the day ``months`` after a day."""
    return start_of(months_later(day, months) + timedelta(days=1))


@EXPIRY.add("rolling")
class Rolling(Struct, frozen=True, forbid_unknown_fields=True):
    """Points lapse at the end of the same day, so many months after they were earned.

    Earned on 31 January with 1 month, they are good through 28 (or 29) February.
    """

    months: Annotated[int, Meta(ge=1, le=120)] = 12

    def told(self) -> Worded:
        """Return when points expire, as members read it."""
        return Worded(
            f"积分在获得 {self.months} 个月后过期",
            f"Points expire {months(self.months)} after you earned them",
        )

    def expires_at(self, earned_at: datetime) -> datetime | None:
        """Return the end of the day ``months`` after the day they were earned."""
        return _end_of(day_of(earned_at), self.months)

    def idle_expires_at(self, active_at: datetime) -> datetime | None:
        """Return None: activity does not matter."""
        return None
