"""So many orders in the round."""

from typing import Annotated

from msgspec import Meta

from loyalty.challenges import CHALLENGES, Challenge
from loyalty.happenings import Happenings
from loyalty.happenings.kept_orders import KeptOrder


@CHALLENGES.add("orders")
class Orders(Challenge, frozen=True):
    """So many paid orders of at least so many fen, net of refunds."""

    looks_at = (KeptOrder,)
    unit = "orders"

    min_fen: Annotated[int, Meta(ge=0, le=10**9)] = 0

    def reached(self, happenings: Happenings) -> int:
        """Return how many orders count."""
        return sum(one.kept_fen >= max(self.min_fen, 1) for one in happenings.of(KeptOrder))
