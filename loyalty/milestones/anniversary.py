"""The day on which she joined, or first bought, a year later."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from loyalty.calendar import day_of, months_later, start_of
from loyalty.milestones import MILESTONES, Crossing, History, Milestone, Step


@MILESTONES.add("anniversary")
class Anniversary(Milestone, frozen=True):
    """A year since she joined, or since her first purchase that she kept; or every year.

    Who began on 29 February has her day on the 28th in other years.
    """

    since: Literal["joined", "first_purchase"] = "joined"
    repeats: bool = True

    def crossings(self, history: History) -> Iterator[Crossing]:
        """Go through the years that are full by now."""
        begun_on = self._begun_on(history)
        if begun_on is None:
            return
        years = 1
        while (day := months_later(begun_on, 12 * years)) <= day_of(history.at):
            yield Crossing(str(years), start_of(day))
            if not self.repeats:
                return
            years += 1

    def step(self, history: History) -> Step | None:
        """Return how many days of the year that runs have passed."""
        begun_on = self._begun_on(history)
        past = len(list(self.crossings(history)))
        if begun_on is None or (past and not self.repeats):
            return None
        last, due = (months_later(begun_on, 12 * years) for years in (past, past + 1))
        return Step((day_of(history.at) - last).days, (due - last).days, "days")

    def _begun_on(self, history: History) -> date | None:
        if self.since == "joined":
            return day_of(history.joined_at)
        return day_of(history.orders[0].paid_at) if history.orders else None
