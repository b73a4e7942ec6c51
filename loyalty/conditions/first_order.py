"""For members who have not bought yet."""

from loyalty.conditions import CONDITIONS, Personal
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("first_order")
class FirstOrder(Personal, frozen=True):
    """Only members without an order in any shop of the brand, net of refunds.

    An order of the own store that awaits its payment counts as one.
    """

    def hers(self, case: Case) -> Refused | None:
        """Return None for whoever has no order, neither kept nor under way."""
        if case.facts.last_paid_at is not None or case.facts.is_under_way:
            return Refused("not_first_order")
        return None

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded("限首单", "For the first order")

    def why(self, case: Case) -> Worded:
        """Return that it is her first order."""
        return Worded("这是您的首单", "This is your first order")

    def used_up(self, case: Case) -> Refused | None:
        """Return the refusal where another order was first."""
        return self.hers(case)
