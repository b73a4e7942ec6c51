"""What members and their friends get for an invitation that ends in a purchase."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.policies import POLICIES

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Points = Annotated[int, Meta(ge=0, le=10**6)]
CouponSlot = Annotated[str, Meta(pattern="^(coupon:[a-z0-9_]{1,40})?$")]
Days = Annotated[int, Meta(ge=1, le=365)]


class UnlockStep(Struct, frozen=True, forbid_unknown_fields=True):
    """So many friends let what she buys earn so many percent of the points, for so many days."""

    friends: Annotated[int, Meta(ge=1, le=1000)] = 2
    times_percent: Annotated[int, Meta(ge=101, le=1000)] = 200
    days: Annotated[int, Meta(ge=1, le=90)] = 7


@POLICIES.add("referral")
class ReferralPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """Both get their reward when the friend bought for the first time and kept it.

    Nothing is given for sharing a link or opening it: that is what WeChat forbids. A friend counts
    once for ever, if she became a member no more than ``new_for_days`` before she opened the
    invitation, never bought before it, and within ``window_days`` of it bought for at least
    ``least_order_fen``; from when that can be given back no more. What is given back all the same
    undoes the rewards. Friends beyond the most of a day or month do not count. Each unlock step
    gives a boost, once.
    """

    name_zh: Name = "邀请好友"
    name_en: Name = "Invite friends"
    window_days: Days = 30
    new_for_days: Annotated[int, Meta(ge=0, le=30)] = 1
    least_order_fen: Annotated[int, Meta(ge=1, le=10**9)] = 1
    inviter_points: Points = 0
    inviter_coupon_slot: CouponSlot = ""
    friend_points: Points = 0
    friend_coupon_slot: CouponSlot = ""
    most_friends_a_day: Annotated[int, Meta(ge=1, le=1000)] = 10
    most_friends_a_month: Annotated[int, Meta(ge=1, le=10_000)] = 50
    unlock_steps: Annotated[tuple[UnlockStep, ...], Meta(max_length=10)] = (UnlockStep(),)

    def __post_init__(self) -> None:
        friends = [step.friends for step in self.unlock_steps]
        if friends != sorted(set(friends)):
            raise ValueError("Steps do not rise - at `$.unlock_steps`")
