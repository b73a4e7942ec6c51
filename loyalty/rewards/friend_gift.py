"""A gift for a friend."""

from loyalty.rewards import REWARDS
from loyalty.rewards.coupon import CouponReward


@REWARDS.add("friend_gift")
class FriendGift(CouponReward, frozen=True):
    """A gift for a friend: whoever redeems it sends it on with a card.

    It holds a coupon of the batch that is named, good as long as such a coupon is from the day on
    which it was redeemed. The friend claims it by the link; unclaimed, it may be sent again.
    """
