"""How a redemption ends: handed over by staff, cancelled by the member, or not fetched in time.

What is not handed over gives its points back to their lots, with their old expiry, and its piece
back to the stock. Locks: as ``giving_back``.
"""

from datetime import datetime
from uuid import UUID, uuid4, uuid5

from loyalty import codes
from loyalty.again import in_transaction
from loyalty.errors import Refused
from loyalty.giving_back import give_back
from loyalty.redemptions.reading import Redeemed, by_code, find
from loyalty.roots import HER_IDS
from models import RedemptionState, db

# One form is one use, however often it is sent; the last use ends the redemption.
_HAND_OVER = """
WITH used AS (
    UPDATE redemption SET used = used + 1,
        state = CASE WHEN used + 1 = uses THEN 'handed_over' ELSE state END,
        ended_at = CASE WHEN used + 1 = uses THEN $3::timestamptz END,
        handed_over_by = CASE WHEN used + 1 = uses THEN $2::bigint END
    WHERE code = $1 AND state = 'issued' AND expires_at > $3
    RETURNING id
)
INSERT INTO redemption_use (name, redemption_id, staff_member_id, used_at)
SELECT $4, id, $2, $3 FROM used
RETURNING redemption_id
"""

_KNOWN = """
SELECT FROM redemption_use JOIN redemption ON redemption.id = redemption_id
WHERE name = $1 AND code = $2
"""

_CANCEL = f"""
UPDATE redemption SET state = 'cancelled', ended_at = $3
WHERE uuid = $2 AND member_id = ANY({HER_IDS}) 
  AND (state = 'issued' AND used = 0 AND store_order_id IS NULL OR state = 'to_ship')
RETURNING uuid, $1::bigint AS member_id, slot, points, cash_fen, with_coupon_id
"""

_DUE = """
SELECT redemption.id, coalesce(merged_into_id, customer.id) AS member_id
FROM redemption JOIN customer ON customer.id = member_id
WHERE state = 'issued' AND expires_at <= $1 AND store_order_id IS NULL
ORDER BY expires_at LIMIT $2
"""

_EXPIRE = """
UPDATE redemption SET state = CASE WHEN used = 0 THEN 'expired' ELSE 'handed_over' END,
    ended_at = expires_at
FROM customer
WHERE redemption.id = ANY($1::bigint[]) AND state = 'issued' AND customer.id = member_id
  AND store_order_id IS NULL
RETURNING redemption.uuid, coalesce(merged_into_id, customer.id) AS member_id, slot, points,
    cash_fen, with_coupon_id, used
"""


async def hand_over(
    told: str, *, staff_member_id: int, at: datetime, name: UUID | None = None
) -> Redeemed:
    """Hand over what a code stands for, or count one use of it; ``told`` as scanned or typed.

    ``name`` is that of the form: sent again with this code it is answered as before, and counts
    once. A form that a browser went back to is another one for another code.

    Raises:
        NotFound: ``no_such_redemption_code``.
        Refused: ``already_handed_over`` with who and when, ``redemption_cancelled``,
            ``redemption_expired``, ``privilege_over``.
    """
    code = codes.typed(told)
    name = uuid5(name, str(code)) if name else uuid4()

    async def act() -> Redeemed:
        await db.fetch("SELECT FROM redemption WHERE code = $1 FOR UPDATE", code)
        known = await db.fetch(_KNOWN, name, code)
        rows = known or await db.fetch(_HAND_OVER, code, staff_member_id, at, name)
        redeemed = await by_code(told, at=at)
        if not rows:
            raise _not_to_hand_over(redeemed)
        return redeemed

    return await in_transaction(act)


def _not_to_hand_over(redeemed: Redeemed) -> Refused:
    if redeemed.state is RedemptionState.HANDED_OVER and redeemed.used < redeemed.uses:
        return Refused("privilege_over", used=redeemed.used)
    if redeemed.state is RedemptionState.HANDED_OVER:
        return Refused(
            "already_handed_over",
            by=redeemed.handed_over_by or "?",
            handed_over_at=redeemed.ended_at,
        )
    if redeemed.state is RedemptionState.CANCELLED:
        return Refused("redemption_cancelled")
    return Refused("redemption_expired")


async def cancel(member_id: int, uuid: UUID, *, at: datetime) -> Redeemed:
    """Cancel what she did not fetch yet; cancelling again changes nothing.

    Raises:
        NotFound: ``no_such_redemption``: none, or another member's.
        Refused: ``redemption_over``: it is handed over, or was not fetched in time.
            ``redemption_in_use``: it was used already. ``redemption_shipped``.
            ``coupon_being_sent``. ``early_access_locked``: an order that awaits payment has it.
            ``redemption_awaits_payment``: see ``payment_of``; whoever closes that payment cancels
            it.
    """

    async def act() -> Redeemed:
        await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", member_id)
        ended = await db.fetch(_CANCEL, member_id, uuid, at)
        await give_back(ended, why="cancelled", at=at)
        return await find(uuid, member_id=member_id, at=at)

    redeemed = await in_transaction(act)
    if redeemed.state is RedemptionState.RESERVED:
        raise Refused("redemption_awaits_payment")
    if redeemed.state is RedemptionState.ISSUED and not redeemed.used:
        raise Refused("early_access_locked")
    if redeemed.state is RedemptionState.ISSUED:
        raise Refused("redemption_in_use", used=redeemed.used)
    if redeemed.state is RedemptionState.SENDING:
        raise Refused("coupon_being_sent")
    if redeemed.state is RedemptionState.SHIPPED:
        raise Refused("redemption_shipped")
    if redeemed.state is not RedemptionState.CANCELLED:
        raise Refused("redemption_over")
    return redeemed


async def expire(*, at: datetime, limit: int) -> int:
    """End redemptions that were not fetched in time, at most so many, and return how many."""

    async def act() -> int:
        due = await db.fetch(_DUE, at, limit)
        ids = [row["id"] for row in due]
        await db.fetch(
            "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
            [row["member_id"] for row in due],
        )
        await db.fetch(
            "SELECT FROM redemption WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", ids
        )
        ended = await db.fetch(_EXPIRE, ids)
        await give_back([row for row in ended if not row["used"]], why="expired", at=at)
        return len(ended)

    return await in_transaction(act)
