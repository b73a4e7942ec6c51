"""Days and months as customers in China count them: Asia/Shanghai, whatever the host's zone."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(moment: datetime) -> date:
    """Return the Shanghai calendar day of a moment."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """Return the first moment of a Shanghai day."""
    return datetime.combine(day, time(), SHANGHAI)


def days_good(moment: datetime, days: int) -> datetime:
    """Return when something is over that is good for so many days: at the end of a Shanghai day."""
    return start_of(day_of(moment) + timedelta(days=days + 1))


def period_of(moment: datetime, per: Literal["day", "week", "month"]) -> tuple[datetime, datetime]:
    """Return the Shanghai day, week (from Monday) or month [from, until) of a moment."""
    first = day_of(moment)
    last = first + timedelta(days=1)
    if per == "week":
        first -= timedelta(days=first.weekday())
        last = first + timedelta(days=7)
    elif per == "month":
        first = first.replace(day=1)
        last = months_later(first, 1)
    return start_of(first), start_of(last)


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where the month is too short.

    31 January + 1 month = 28 or 29 February; 29 February + 12 months = 28 February.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
