"""For carts that nearly reach a sum."""

from loyalty.conditions import CONDITIONS, Fen
from loyalty.conditions.cart_left import Hesitation
from loyalty.errors import Refused
from loyalty.facts import Case, subtotal_fen
from loyalty.policies.tiers import Tiers
from loyalty.wording import Worded, yuan


@CONDITIONS.add("near_threshold")
class NearThreshold(Hesitation, frozen=True):
    """Only carts whose goods cost less than a sum that another offer wants, by at most so much.

    At most one order of hers in so many days has an offer of a cart left or a sum nearly reached.
    """

    threshold_fen: Fen = 20_000
    within_fen: Fen = 2_000

    def hers(self, case: Case) -> Refused | None:
        """Return None for such carts; where there is no cart, nothing is refused yet."""
        if case.cart is None:
            return None
        short_fen = self.threshold_fen - subtotal_fen(case.cart)
        if short_fen > self.within_fen:
            return Refused("min_spend_not_met", short_fen=short_fen - self.within_fen)
        if short_fen <= 0:
            return Refused("threshold_reached", threshold_fen=self.threshold_fen)
        return self.used_up(case)

    def wording(self, tiers: Tiers) -> Worded:
        """Return what a member reads of it."""
        least, most = yuan(self.threshold_fen - self.within_fen), yuan(self.threshold_fen)
        return Worded(f"满 {least} 元、未满 {most} 元", f"On orders from ¥{least} to below ¥{most}")

    def why(self, case: Case) -> Worded:
        """Return how little is missing."""
        short = yuan(self.threshold_fen - subtotal_fen(case.cart or ()))
        return Worded(f"您距满额仅差 {short} 元", f"Your cart is only ¥{short} short")
