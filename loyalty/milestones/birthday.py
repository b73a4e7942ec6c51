"""Her birthday, once a year."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, ClassVar

from msgspec import Meta

from loyalty.calendar import day_of, start_of
from loyalty.conditions.birthday import in_year
from loyalty.milestones import MILESTONES, Crossing, History, Milestone, Step


@MILESTONES.add("birthday")
class Birthday(Milestone, frozen=True):
    """Her birthday, or so many days before it, once a year.

    She tells it herself, and before: who tells it on the day, or changes it to today, has it next
    year. It changes once a year at most. 29 February is 28 February in other years. What was given
    stays, also where she takes her birthday back.
    """

    of_orders: ClassVar[bool] = False
    looks_at_profile: ClassVar[bool] = True
    unused: ClassVar[tuple[str, ...]] = ("on_refund",)

    days_before: Annotated[int, Meta(ge=0, le=60)] = 0

    def crossings(self, history: History) -> Iterator[Crossing]:
        """Go through the years in which it has come since she told it."""
        for day in self._days(history):
            reached_at = start_of(day - timedelta(days=self.days_before))
            if reached_at > history.at:
                return
            assert history.birthday_told_at is not None, "she told it"
            if reached_at > history.birthday_told_at:
                yield Crossing(str(day.year), reached_at)

    def step(self, history: History) -> Step | None:
        """Return how many days of the year to the next time have passed; that she has to tell it.

        What she told too late for this year counts for the next.
        """
        today, before = day_of(history.at), timedelta(days=self.days_before)
        coming = [day for day in self._days(history) if day - before > today]
        if not coming or history.birthday is None:
            return Step(0, 1, "fields")
        due = coming[0] - before
        last = in_year(history.birthday, coming[0].year - 1) - before
        return Step((today - last).days, (due - last).days, "days")

    def _days(self, history: History) -> Iterator[date]:
        """Go through her birthdays from the year in which she told it to the one after next."""
        if history.birthday is None or history.birthday_told_at is None:
            return
        for year in range(day_of(history.birthday_told_at).year, day_of(history.at).year + 3):
            yield in_year(history.birthday, year)
