"""When points become spendable, and what happens when spent ones must come back."""

from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from loyalty.ledger.movements import OnShortfall
from loyalty.policies import POLICIES


@POLICIES.add("points")
class PointsPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """When earned points become spendable, and what happens when spent points must come back.

    Orders of the own store count as completed so many days after their payment.
    """

    return_window_days: Annotated[int, Meta(ge=0, le=365)] = 7
    on_shortfall: OnShortfall = OnShortfall.DEBT
    own_store_completes_after_days: Annotated[int, Meta(ge=0, le=60)] = 15

    def settles_at(self, completed_at: datetime) -> datetime:
        """Return when the points of an order completed then become available."""
        return completed_at + timedelta(days=self.return_window_days)

    def completes_if_paid_by(self, at: datetime) -> datetime:
        """Return by when orders of the own store were paid that are completed at a moment."""
        return at - timedelta(days=self.own_store_completes_after_days)
