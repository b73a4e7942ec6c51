"""Something that is sent to her address."""

from typing import Annotated, ClassVar

from msgspec import Meta

from loyalty.rewards import REWARDS, Reward
from models import RedemptionState


@REWARDS.add("shipped_gift")
class ShippedGift(Reward, frozen=True):
    """A thing that is sent to the address that she chooses; she may cancel until it is shipped.

    It counts as received so many days after it was shipped, where she does not say so before.
    """

    becomes: ClassVar[RedemptionState] = RedemptionState.TO_SHIP
    has_code: ClassVar[bool] = False
    wants_address: ClassVar[bool] = True

    received_after_days: Annotated[int, Meta(ge=1, le=90)] = 10
