"""What a redemption becomes once it is hers: to be fetched against a code, or a coupon at once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty import codes, coupons, gifts
from loyalty.coupons import Issue, Reason
from loyalty.errors import Refused
from loyalty.payments import PAYABLE_FOR
from loyalty.rewards import Reward
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.friend_gift import FriendGift
from models import RedemptionState


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """How a redemption stands from now on; that of a coupon expires with its coupon."""

    state: RedemptionState
    expires_at: datetime
    code: str | None = None
    coupon_id: int | None = None


def key_of(uuid: UUID) -> str:
    """Return the key of all that a redemption moves."""
    return f"redemption:{uuid}"


def reserved(at: datetime) -> Fulfilled:
    """Return what awaits its payment."""
    return Fulfilled(RedemptionState.RESERVED, at + PAYABLE_FOR)


async def fulfilled(reward: Reward, member_id: int, uuid: UUID, *, at: datetime) -> Fulfilled:
    """Return what a redemption becomes; its coupon is issued in the open transaction.

    Raises:
        Refused: ``reward_unavailable``: its coupon batch is no longer in force.
    """
    return Fulfilled(
        reward.becomes,
        reward.ends_at(at),
        code=codes.digits() if reward.has_code else None,
        coupon_id=await _coupon(reward, member_id, uuid, at=at),
    )


async def _coupon(reward: Reward, member_id: int, uuid: UUID, *, at: datetime) -> int | None:
    if not isinstance(reward, CouponReward):
        return None
    reason = Reason(code="coupon_for_points", figures={"points": reward.points})
    (issued,) = await coupons.issue(
        [Issue(key_of(uuid), member_id, reward.coupon_slot, reason)], at=at
    )
    if issued.refusal is not None and issued.refusal.code == "no_such_coupon_batch":
        raise Refused("reward_unavailable")
    return issued.unwrap()


async def made_ready(reward: Reward, found: Fulfilled, uuid: UUID, *, at: datetime) -> None:
    """Let what was redeemed for a friend be hers to send, once the redemption is written."""
    if isinstance(reward, FriendGift) and found.coupon_id is not None:
        await gifts.make_ready(uuid, found.coupon_id, at=at)
