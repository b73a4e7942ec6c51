"""A coupon of one of the brand's coupon batches."""

from typing import Annotated, ClassVar

from msgspec import Meta

from loyalty.rewards import REWARDS, Reward
from models import RedemptionState


@REWARDS.add("coupon")
class CouponReward(Reward, frozen=True):
    """A coupon of the batch that is named; it is hers at once, and used at checkout."""

    becomes: ClassVar[RedemptionState] = RedemptionState.HANDED_OVER
    has_code: ClassVar[bool] = False
    coupon_slot: Annotated[str, Meta(pattern="^coupon:[a-z0-9_]{1,40}$")] = "coupon:ten_off"
