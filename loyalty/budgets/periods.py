"""The periods of budgets, by the Shanghai calendar: a day, a week from Monday on, a month."""

from datetime import date, timedelta

from loyalty.calendar import months_later
from loyalty.discounts import Per

EVER_BEGINS_ON = date(2000, 1, 1)


def begins_on(per: Per, day: date) -> date:
    """Return the first day of the period that holds a day."""
    match per:
        case "daily":
            return day
        case "weekly":
            return day - timedelta(days=day.weekday())
        case "monthly":
            return day.replace(day=1)
    return EVER_BEGINS_ON


def next_on(per: Per, day: date) -> date | None:
    """Return the first day of the period after the one that holds a day; None: there is none."""
    begun = begins_on(per, day)
    match per:
        case "daily":
            return begun + timedelta(days=1)
        case "weekly":
            return begun + timedelta(days=7)
        case "monthly":
            return months_later(begun, 1)
    return None
