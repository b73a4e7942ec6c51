"""A cash coupon of WeChat Pay."""

from typing import Annotated, ClassVar

from msgspec import Meta

from loyalty.rewards import REWARDS, Reward
from models import RedemptionState


@REWARDS.add("pay_coupon")
class PayCoupon(Reward, frozen=True):
    """A cash coupon of a batch made at WeChat Pay: it comes off by itself when she pays.

    WeChat Pay is asked for it at once. Where it refuses, because the batch is used up, she has
    as many as she may, or her account cannot take one, points and money are given back.
    """

    becomes: ClassVar[RedemptionState] = RedemptionState.SENDING
    has_code: ClassVar[bool] = False
    wants_wechat: ClassVar[bool] = True

    stock_id: Annotated[str, Meta(pattern="^[0-9]{1,20}$")] = "10000000"
