"""So much money spent in the round."""

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.kept_orders import KeptOrder


@CHALLENGES.add("spend")
class Spend(Challenge, frozen=True):
    """So many yuan spent in the round in all shops, net of refunds and freight.

    The targets are whole yuan.
    """

    looks_at = (KeptOrder,)
    unit = "yuan"

    def reached(self, happenings: Happenings) -> int:
        """Return the full yuan that she kept of her orders."""
        return sum(one.kept_fen for one in happenings.of(KeptOrder)) // 100
