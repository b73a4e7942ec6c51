"""What redemptions become once they are hers: to be fetched against a code, or coupons at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from loyalty import codes, coupons, gifts
from loyalty.coupons import Issue, Reason
from loyalty.errors import Refused
from loyalty.giving_back import key_of
from loyalty.outcomes import Outcome
from loyalty.payments import PAYABLE_FOR
from loyalty.rewards import Reward
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.friend_gift import FriendGift
from models import RedemptionState, db


class Due(NamedTuple):
    """A redemption that a member is to have now, for so many points; 0 is for a coupon."""

    reward: Reward
    member_id: int
    uuid: UUID
    points: int


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """How a redemption stands from now on; that of a coupon expires with its coupon."""

    state: RedemptionState
    expires_at: datetime
    code: str | None = None
    coupon_id: int | None = None
    coupon_uuid: UUID | None = None


def coupon_of(one: Due, reward: CouponReward) -> Issue:
    """Return the coupon that a redemption becomes."""
    for_points = Reason(code="coupon_for_points", figures={"points": one.points})
    reason = for_points if one.points else Reason(code="coupon_redeemed")
    return Issue(key_of(one.uuid), one.member_id, reward.coupon_slot, reason)


def reserved(at: datetime) -> Fulfilled:
    """Return what awaits its payment."""
    return Fulfilled(RedemptionState.RESERVED, at + PAYABLE_FOR)


async def fulfilled(due: Sequence[Due], *, at: datetime) -> list[Fulfilled]:
    """Return what redemptions become; their coupons are issued in the open transaction.

    Raises:
        Refused: ``reward_unavailable``: a coupon batch is no longer in force, ``coupons_all_gone``
            and whatever else ``coupons.issue`` refuses.
    """
    issued = await _coupons(due, at=at)
    ends_at = {id(one.reward): one.reward.ends_at(at).astimezone(UTC) for one in due}
    return [
        issued.get(one.uuid)
        or Fulfilled(
            one.reward.becomes,
            ends_at[id(one.reward)],
            code=codes.digits() if one.reward.has_code else None,
        )
        for one in due
    ]


async def _coupons(due: Sequence[Due], *, at: datetime) -> dict[UUID, Fulfilled]:
    wanted = [
        (one, coupon_of(one, one.reward)) for one in due if isinstance(one.reward, CouponReward)
    ]
    if not wanted:
        return {}
    outcomes = await coupons.issue([issue for _, issue in wanted], at=at)
    ids = {one.uuid: _id(outcome) for (one, _), outcome in zip(wanted, outcomes, strict=True)}
    rows = await db.fetch(
        "SELECT id, uuid, expires_at FROM coupon WHERE id = ANY($1::bigint[])", [*ids.values()]
    )
    made = {row["id"]: row for row in rows}
    return {
        one.uuid: Fulfilled(
            one.reward.becomes,
            made[ids[one.uuid]]["expires_at"],
            coupon_id=ids[one.uuid],
            coupon_uuid=made[ids[one.uuid]]["uuid"],
        )
        for one, _ in wanted
    }


def _id(outcome: Outcome[int]) -> int:
    if outcome.refusal is not None and outcome.refusal.code == "no_such_coupon_batch":
        raise Refused("reward_unavailable")
    return outcome.unwrap()


async def made_ready(due: Sequence[Due], found: Sequence[Fulfilled], *, at: datetime) -> None:
    """Let what was redeemed for a friend be hers to send, once the redemptions are written."""
    ready = [
        (one.uuid, what.coupon_id)
        for one, what in zip(due, found, strict=True)
        if isinstance(one.reward, FriendGift) and what.coupon_id is not None
    ]
    if ready:
        await gifts.make_ready(ready, at=at)
