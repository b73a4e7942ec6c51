"""A coupon of one of the brand's coupon batches."""

from typing import Annotated

from msgspec import Meta

from loyalty.rewards import REWARDS, Reward


@REWARDS.add("coupon")
class CouponReward(Reward, frozen=True):
    """A coupon of the batch that is named; it is hers at once, and used at checkout."""

    coupon_slot: Annotated[str, Meta(pattern="^coupon:[a-z0-9_]{1,40}$")] = "coupon:ten_off"
