"""Rounds of challenges and seasons of boards: named spans of Shanghai days."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from msgspec import Struct

from loyalty.calendar import day_of, months_later, start_of
from loyalty.festivals import FIRST_YEAR, LAST_YEAR, Festival, span_of
from loyalty.policies.seasons import Seasons

Calendar = Literal["daily", "weekly", "monthly"]
SeasonKind = Calendar | Festival

USUAL = Seasons()
SECOND = timedelta(seconds=1)


class Season(Struct, frozen=True):
    """A span of time [starts_at, ends_at) with its name: "2026-W47", "2026-11", "2027-cny"."""

    name: str
    starts_at: datetime
    ends_at: datetime

    def holds(self, moment: datetime) -> bool:
        """Say whether a moment is in it."""
        return self.starts_at <= moment < self.ends_at


def season(kind: SeasonKind, moment: datetime, seasons: Seasons = USUAL) -> Season:
    """Return the day, week (from Monday on) or month in Shanghai that holds a moment.

    Of a festival: the season that holds it, else the last one before it.
    """
    day = day_of(moment)
    if kind == "daily":
        return _season(day.isoformat(), day, day + timedelta(days=1))
    if kind == "weekly":
        monday = day - timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        return _season(f"{year}-W{week:02}", monday, monday + timedelta(days=7))
    if kind == "monthly":
        first = day.replace(day=1)
        return _season(f"{day:%Y-%m}", first, months_later(first, 1))
    return [one for one in _around(kind, moment, seasons) if one.starts_at <= moment][-1]


def running(kind: SeasonKind, moment: datetime, seasons: Seasons = USUAL) -> Season | None:
    """Return the season that holds a moment; None between those of a festival."""
    found = season(kind, moment, seasons)
    return found if found.holds(moment) else None


def coming(kind: Festival, moment: datetime, seasons: Seasons = USUAL) -> Season:
    """Return the next season of a festival that begins after a moment."""
    return next(one for one in _around(kind, moment, seasons) if one.starts_at > moment)


def before(kind: SeasonKind, one: Season, seasons: Seasons = USUAL) -> Season:
    """Return the season before one."""
    return season(kind, one.starts_at - SECOND, seasons)


def _around(kind: Festival, moment: datetime, seasons: Seasons) -> Iterator[Season]:
    """Go through a festival's seasons of the years around a moment, in their order."""
    year = min(max(day_of(moment).year, FIRST_YEAR + 2), LAST_YEAR - 2)
    for at in range(year - 2, year + 3):
        first, end = span_of(kind, at, seasons.around(kind, at))
        yield _season(f"{at}-{kind}", first, end)


def _season(name: str, first: date, end: date) -> Season:
    return Season(name, start_of(first), start_of(end))
