"""For carts of a certain worth."""

from typing import Annotated

from msgspec import Meta

from loyalty.conditions import CONDITIONS, Condition
from loyalty.errors import Refused
from loyalty.facts import Case, subtotal_fen
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded, yuan


@CONDITIONS.add("min_spend")
class MinSpend(Condition, frozen=True):
    """Only carts whose goods cost at least so many fen before any discount."""

    fen: Annotated[int, Meta(ge=1, le=10**9)] = 100

    def refusal(self, case: Case) -> Refused | None:
        """Return None for carts of that worth; where there is no cart, nothing is refused yet."""
        if case.cart is None:
            return None
        short = self.fen - subtotal_fen(case.cart)
        return (
            Refused("min_spend_not_met", short_fen=short, wanted_fen=self.fen)
            if short > 0
            else None
        )

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        return Worded(f"满 {yuan(self.fen)} 元可用", f"On orders of ¥{yuan(self.fen)} or more")
