"""Rounds of challenges and seasons of boards: named spans of Shanghai days."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from loyalty.calendar import day_of, months_later, start_of


class Season(Struct, frozen=True):
    """A span of time [starts_at, ends_at) with its name: "2026-W47", "2026-11", "2026-11-22"."""

    name: str
    starts_at: datetime
    ends_at: datetime


def season(kind: str, moment: datetime) -> Season:
    """Return the day, week (from Monday on) or month in Shanghai that holds a moment.

    ``kind`` is "daily", "weekly" or "monthly".
    """
    day = day_of(moment)
    if kind == "daily":
        return _season(day.isoformat(), day, day + timedelta(days=1))
    if kind == "weekly":
        monday = day - timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        return _season(f"{year}-W{week:02}", monday, monday + timedelta(days=7))
    assert kind == "monthly", kind
    first = day.replace(day=1)
    return _season(f"{day:%Y-%m}", first, months_later(first, 1))


def before(kind: str, one: Season) -> Season:
    """Return the season before one."""
    return season(kind, one.starts_at - timedelta(seconds=1))


def _season(name: str, first: date, end: date) -> Season:
    return Season(name, start_of(first), start_of(end))
