"""For new members."""

from loyalty.calendar import day_of
from loyalty.conditions import CONDITIONS, Days, Personal
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("joined_within")
class JoinedWithin(Personal, frozen=True):
    """Only members who joined within the last so many days; the day itself counts as none."""

    days: Days = 30

    def hers(self, case: Case) -> Refused | None:
        """Return None for whoever joined that lately."""
        return None if _days_since(case) <= self.days else Refused("joined_before", days=self.days)

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded(f"入会 {self.days} 天内", f"Within {self.days} days of joining")

    def why(self, case: Case) -> Worded:
        """Return how long ago she joined."""
        days = _days_since(case)
        if not days:
            return Worded("您今天入会", "You joined today")
        return Worded(f"您 {days} 天前入会", f"You joined {days} days ago")


def _days_since(case: Case) -> int:
    joined_at = case.facts.joined_at
    assert joined_at is not None, "it is known of every member"
    return (case.facts.today - day_of(joined_at)).days
