"""Tiers as one would work them out by hand, day by day: what the SQL is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.calendar import months_later
from loyalty.policies.tiers import Tiers, Window

DAY = timedelta(days=1)
MONTHS = {Window.CALENDAR_YEAR: 12, Window.CALENDAR_QUARTER: 3, Window.CALENDAR_MONTH: 1}


@dataclass(frozen=True)
class Stands:
    """Where she stands on a day, and what she becomes when that is reviewed."""

    rank: int
    reached: int
    review_on: date | None
    projected: int | None


def since(tiers: Tiers, day: date) -> date:
    """Return the first day that a window holds which ends on a day."""
    match tiers.window:
        case Window.ROLLING_MONTHS:
            return months_later(day, -tiers.window_months)
        case Window.ROLLING_DAYS:
            return day - tiers.window_days * DAY
        case Window.EVER:
            return date(1, 1, 1)
        case _:
            months = MONTHS[tiers.window]
            return date(day.year, (day.month - 1) // months * months + 1, 1)


def reached(tiers: Tiers, brought: Mapping[date, int], day: date) -> int:
    """Return what the window of a day holds."""
    first = since(tiers, day)
    return sum(amount for on_day, amount in brought.items() if first <= on_day <= day)


def stands(tiers: Tiers, brought: Mapping[date, int], today: date) -> Stands:
    """Go through all days and say where she stands on the last."""
    ends = _ends(tiers, brought, today)

    def rank_on(day: date) -> int:
        found = [0]
        for rank, until in ends.items():
            if until is None or day < until:
                found.append(rank)
            elif tiers.step_days:
                found.append(rank - 1 - (day - until).days // tiers.step_days)
        return max(found)

    rank, day = rank_on(today), today
    if rank == 0 or ends.get(rank, today) is None:
        return Stands(rank, reached(tiers, brought, today), None, None)
    while rank_on(day) == rank:
        day += DAY
    return Stands(rank, reached(tiers, brought, today), day, rank_on(day))


def _ends(tiers: Tiers, brought: Mapping[date, int], today: date) -> dict[int, date | None]:
    """Return for each tier that she ever reached the first day on which it is not hers for sure."""
    ends: dict[int, date | None] = {}
    for rank, tier in enumerate(tiers.tiers[1:], 1):
        day = min(brought, default=today)
        last = None
        while day <= today or (last == day - DAY and tiers.is_rolling):
            if reached(tiers, brought, day) >= tier.threshold:
                last = day
            day += DAY
        if last is None:
            continue
        if tiers.window is Window.EVER:
            ends[rank] = None
            continue
        over = last + DAY
        if not tiers.is_rolling:
            months = MONTHS[tiers.window] * (tiers.held_windows + 1)
            over = months_later(since(tiers, last), months)
        ends[rank] = over + tiers.grace_days * DAY
    return ends
