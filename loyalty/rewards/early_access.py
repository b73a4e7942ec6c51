"""The right to buy before everybody else."""

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import Meta

from loyalty.rewards import BEGINNING, REWARDS, Reward


@REWARDS.add("early_access")
class EarlyAccess(Reward, frozen=True):
    """The right to order the named products once before they open for everybody.

    As long as this reward is offered nobody else can buy them before ``opens_at``; with a stock of
    0 nobody can at all. What was not used by then gives its points back.
    """

    has_code: ClassVar[bool] = False

    skus: tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...] = ()
    opens_at: Annotated[datetime, Meta(tz=True)] = BEGINNING

    def ends_at(self, at: datetime) -> datetime:
        """Return until when a redemption made at a moment is hers: until all may buy."""
        return self.opens_at

    def closes(self, sku: str, at: datetime) -> bool:
        """Say whether a product is not open for everybody yet."""
        return sku in self.skus and at < self.opens_at
