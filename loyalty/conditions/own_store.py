"""For certain stores of the brand's own."""

from loyalty.conditions import CONDITIONS, Condition, Name
from loyalty.errors import Refused
from loyalty.facts import Case
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded


@CONDITIONS.add("own_store")
class InOwnStore(Condition, frozen=True):
    """Only in these stores of the brand's own, by their codes; a mini-program's is its app id."""

    stores: tuple[Name, ...] = ()

    def refusal(self, case: Case) -> Refused | None:
        """Return None in such a store; outside any store, nothing is refused yet."""
        if case.store is None or case.store in self.stores:
            return None
        return Refused("other_store")

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded("限指定门店", "In certain stores")
