"""When a job is due: the slots of its timetable, the same whoever computes them and whenever."""

from datetime import UTC, datetime, time, timedelta

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from msgspec import Struct

from loyalty.calendar import SHANGHAI, day_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Daily(Struct, frozen=True):
    """Once a day, at a time of the Shanghai clock."""

    at: time

    def newest(self, at: datetime) -> datetime:
        """Return the last slot that is not after ``at``."""
        today = day_of(at)
        slot = datetime.combine(today, self.at, SHANGHAI)
        if slot > at:
            slot = datetime.combine(today - timedelta(days=1), self.at, SHANGHAI)
        return slot.astimezone(UTC)

    def trigger(self) -> BaseTrigger:
        """Return the alarm of these slots."""
        return CronTrigger(  # type: ignore[no-untyped-call]
            hour=self.at.hour, minute=self.at.minute, second=self.at.second, timezone=SHANGHAI
        )


class Every(Struct, frozen=True):
    """Every so many seconds, counted from a full hour."""

    seconds: int

    def newest(self, at: datetime) -> datetime:
        """Return the last slot that is not after ``at``."""
        return EPOCH + (at - EPOCH) // self._gap * self._gap

    def trigger(self) -> BaseTrigger:
        """Return the alarm of these slots."""
        return IntervalTrigger(  # type: ignore[no-untyped-call]
            seconds=self.seconds, start_date=EPOCH, timezone=UTC
        )

    @property
    def _gap(self) -> timedelta:
        return timedelta(seconds=self.seconds)


Slots = Daily | Every
