"""For members who bought, and have not for a while."""

from loyalty.calendar import day_of
from loyalty.conditions import CONDITIONS, Days, Personal
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("lapsed")
class Lapsed(Personal, frozen=True):
    """Only members whose last order, net of refunds, was so many days ago or longer.

    Whoever never ordered is not lapsed; an order that awaits its payment ends it.
    """

    days: Days = 90

    def hers(self, case: Case) -> Refused | None:
        """Return None for whoever ordered, and that long ago."""
        facts = case.facts
        if facts.last_paid_at is None:
            return Refused("never_ordered")
        short = self.days - _days_since(case)
        if facts.is_under_way or short > 0:
            return Refused("not_lapsed", days=self.days)
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded(
            f"限 {self.days} 天未下单的会员", f"For members who last ordered {self.days} days ago"
        )

    def why(self, case: Case) -> Worded:
        """Return how long ago she ordered."""
        days = _days_since(case)
        return Worded(f"您上次下单是 {days} 天前", f"You last ordered {days} days ago")

    def used_up(self, case: Case) -> Refused | None:
        """Return the refusal where another order ended it."""
        return self.hers(case)


def _days_since(case: Case) -> int:
    last = case.facts.last_paid_at
    assert last is not None, "she ordered"
    return (case.facts.today - day_of(last)).days
