"""For members around their birthday."""

from datetime import date, timedelta
from typing import Annotated

from msgspec import Meta

from loyalty.conditions import CONDITIONS, Personal
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded

Around = Annotated[int, Meta(ge=0, le=60)]


@CONDITIONS.add("birthday")
class Birthday(Personal, frozen=True):
    """Only members around their birthday: so many days before it, and after it.

    She enters it herself. 29 February is 28 February in other years.
    """

    days_before: Around = 3
    days_after: Around = 3

    def hers(self, case: Case) -> Refused | None:
        """Return None around the day."""
        if case.facts.birthday is None:
            return Refused("birthday_unknown")
        away = _days_away(case)
        if not -self.days_after <= away <= self.days_before:
            return Refused("not_birthday", before=self.days_before, after=self.days_after)
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        before, after = self.days_before, self.days_after
        if not before and not after:
            return Worded("限生日当天", "On your birthday")
        return Worded(
            f"生日前 {before} 天至后 {after} 天",
            f"From {before} days before your birthday to {after} days after it",
        )

    def why(self, case: Case) -> Worded:
        """Return how far her birthday is."""
        away = _days_away(case)
        if not away:
            return Worded("今天是您的生日", "Today is your birthday")
        if away > 0:
            return Worded(f"{away} 天后是您的生日", f"Your birthday is in {away} days")
        return Worded(f"您的生日是 {-away} 天前", f"Your birthday was {-away} days ago")


def in_year(birthday: str, year: int) -> date:
    """Return the day of a birthday (MM-DD) in a year; 29 February is the 28th in others."""
    month, day = map(int, birthday.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 2, 28)


def _days_away(case: Case) -> int:
    """Return the days to her nearest birthday; less than 0 where it was."""
    today, birthday = case.facts.today, case.facts.birthday
    assert birthday is not None, "she entered it"
    nearest = min(
        (in_year(birthday, today.year + years) - today for years in (-1, 0, 1)),
        key=lambda away: (abs(away), away),
    )
    return nearest // timedelta(days=1)
