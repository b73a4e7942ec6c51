"""All points lapse together when nothing is earned or spent for a time."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.calendar import day_of, months_later, start_of
from loyalty.expiry import EXPIRY
from loyalty.wording import Worded, months


@EXPIRY.add("inactivity")
class Inactivity(Struct, frozen=True, forbid_unknown_fields=True):
    """Points stay as long as something is earned or spent at least once in so many months."""

    months: Annotated[int, Meta(ge=1, le=120)] = 12

    def told(self) -> Worded:
        """Return when points expire, as members read it."""
        return Worded(
            f"{self.months} 个月内没有获得或使用积分，积分全部过期",
            f"All points expire when you earn and spend none for {months(self.months)}",
        )

    def expires_at(self, earned_at: datetime) -> datetime | None:
        """Return None: the lot has no expiry of its own."""
        return None

    def idle_expires_at(self, active_at: datetime) -> datetime | None:
        """Return the end of the day ``months`` after the last activity."""
        return start_of(months_later(day_of(active_at), self.months) + timedelta(days=1))
