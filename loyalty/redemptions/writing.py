"""Write the redemptions that were granted: a batch in a constant number of statements."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from loyalty import coupons
from loyalty.redemptions import sending, shipping
from loyalty.redemptions.deciding import Granted
from loyalty.redemptions.fulfilling import Due, Fulfilled, fulfilled, made_ready, reserved
from loyalty.redemptions.paying import await_payments
from loyalty.redemptions.reading import Redeemed
from loyalty.rewards import REWARDS
from loyalty.rewards.pay_coupon import PayCoupon
from loyalty.wording import Worded
from models import RedemptionPaymentState, RedemptionState, db

# What redemptions of one reward have in common is told once. A stock that was not held is compared
# here, as it is once its row is ours.
_REDEEM = """
WITH reward AS (
    SELECT * FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::integer[], $6::integer[])
        AS reward (slot, pieces, rule_version_id, uses, stock)
), stock AS (
    UPDATE reward_stock SET taken = reward_stock.taken + reward.pieces
    FROM reward WHERE reward_stock.slot = reward.slot
      AND (reward.stock IS NULL OR reward_stock.taken + reward.pieces <= reward.stock)
    RETURNING reward.*
)
INSERT INTO redemption (uuid, member_id, slot, rule_version_id, points, cash_fen, code, uses, state,
                        coupon_id, with_coupon_id, redeemed_at, expires_at, ended_at)
SELECT uuid, member_id, slot, rule_version_id, points, cash_fen, code, uses, state,
       coupon_id, with_coupon_id, $1::timestamptz, expires_at,
       CASE WHEN state = 'handed_over' THEN $1 END
FROM unnest($7::uuid[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[], $12::text[],
            $13::text[], $14::bigint[], $15::bigint[], $16::timestamptz[])
     WITH ORDINALITY
     AS new (uuid, member_id, slot, points, cash_fen, code, state, coupon_id, with_coupon_id,
             expires_at, place)
JOIN stock USING (slot)
ORDER BY place
RETURNING id
"""


async def write(granted: Sequence[Granted], *, at: datetime) -> dict[UUID, Redeemed]:
    """Write redemptions with all that they become, and return them by their names.

    Their points are paid: whoever granted them holds her members, and stocks that are scarce.

    Raises:
        db.Collision: a name or a code is another's, or others took what was left of a stock.
    """
    free = [one for one in granted if not one.cash_fen]
    due = [Due(one.reward, one.wish.member_id, one.wish.uuid, one.points) for one in free]
    became = dict(zip((one.uuid for one in due), await fulfilled(due, at=at), strict=True))
    found = [became.get(one.wish.uuid) or reserved(at) for one in granted]
    if exchanged := [one.coupon.id for one in granted if one.coupon]:
        await coupons.exchange(exchanged, at=at)
    await _insert(granted, found, at=at)
    await made_ready(due, [*became.values()], at=at)
    await _follow(granted, at=at)
    told_at = at.astimezone(UTC)  # as it is read
    return {
        one.wish.uuid: _redeemed(one, what, at=told_at)
        for one, what in zip(granted, found, strict=True)
    }


async def _insert(granted: Sequence[Granted], found: Sequence[Fulfilled], *, at: datetime) -> None:
    pieces = Counter(one.wish.slot for one in granted)
    rules = {one.wish.slot: one.rule for one in granted}
    rewards = [rules[slot].body for slot in pieces]
    rows = await db.fetch(
        _REDEEM,
        at,
        list(pieces),
        list(pieces.values()),
        [rules[slot].version_id for slot in pieces],
        [reward.times for reward in rewards],
        [reward.stock for reward in rewards],
        [one.wish.uuid for one in granted],
        [one.wish.member_id for one in granted],
        [one.wish.slot for one in granted],
        [one.points for one in granted],
        [one.cash_fen for one in granted],
        [what.code for what in found],
        [what.state.value for what in found],
        [what.coupon_id for what in found],
        [one.coupon and one.coupon.id for one in granted],
        [what.expires_at for what in found],
    )
    if len(rows) < len(granted):
        raise db.Outdated


async def _follow(granted: Sequence[Granted], *, at: datetime) -> None:
    """Write what is to be paid, to be asked for at WeChat Pay, and to be shipped."""
    payments, planned, destinations = [], [], []
    for one in granted:
        wish, reward = one.wish, one.reward
        if wish.payer is not None and one.cash_fen:
            payments.append((wish.uuid, wish.payer, one.cash_fen))
        if wish.payer is not None and isinstance(reward, PayCoupon):
            planned.append((wish.uuid, wish.payer, reward.stock_id))
        if wish.destination is not None and reward.wants_address:
            destinations.append((wish.uuid, wish.destination))
    if payments:
        await await_payments(payments, at=at)
    if planned:
        await sending.plan(planned, at=at)
    if destinations:
        await shipping.keep(destinations)


def _redeemed(one: Granted, what: Fulfilled, *, at: datetime) -> Redeemed:
    wish, reward = one.wish, one.reward
    kind = REWARDS.kind_of(reward)
    assert kind is not None, "it was read from the registry"
    return Redeemed(
        uuid=wish.uuid,
        member_id=wish.member_id,
        slot=wish.slot,
        kind=kind,
        name=Worded(reward.name_zh, reward.name_en),
        points=one.points,
        cash_fen=one.cash_fen,
        with_coupon_uuid=wish.coupon_uuid,
        uses=reward.times,
        used=0,
        state=what.state,
        code=what.code,
        coupon_uuid=what.coupon_uuid,
        redeemed_at=at,
        expires_at=what.expires_at,
        ended_at=at if what.state is RedemptionState.HANDED_OVER else None,
        ended_why=None,
        payment_state=RedemptionPaymentState.AWAITING if one.cash_fen else None,
        handed_over_by=None,
        carrier=None,
        tracking_number=None,
        shipped_at=None,
        address_erased_at=None,
        pay_coupon_state=None,
        pay_coupon_ends_at=None,
        pay_coupon_used_at=None,
    )
