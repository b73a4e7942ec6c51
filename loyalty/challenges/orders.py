"""So many orders in the round."""

from typing import Annotated

from msgspec import Meta

from loyalty.challenges import CHALLENGES, Challenge, Happenings


@CHALLENGES.add("orders")
class Orders(Challenge, frozen=True):
    """So many paid orders of at least so many fen, net of refunds."""

    min_fen: Annotated[int, Meta(ge=0, le=10**9)] = 0

    def reached(self, happenings: Happenings) -> int:
        """Return how many orders count."""
        return sum(order.kept_fen >= max(self.min_fen, 1) for order in happenings.orders)
