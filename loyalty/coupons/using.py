"""What becomes of a coupon: locked to an order, used, given back, void, expired; each once.

A coupon's row is what callers at once wait for: whoever comes second finds it taken.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from loyalty.coupons.holding import find
from loyalty.errors import Refused
from loyalty.roots import HER_IDS
from models import CouponState, db

_LOCK = f"""
UPDATE coupon SET state = 'locked', locked_by = $3
WHERE uuid = $2 AND member_id = ANY({HER_IDS}) AND state = 'issued' AND expires_at > $4
RETURNING id
"""

_USE = """
UPDATE coupon SET state = 'used', ended_at = $2
WHERE id IN (SELECT id FROM coupon WHERE locked_by = ANY($1::bigint[]) AND state = 'locked'
             ORDER BY id FOR UPDATE)
RETURNING id
"""

_GIVE_BACK = """
UPDATE coupon SET locked_by = NULL,
       state = CASE WHEN expires_at > $2 THEN 'issued' ELSE 'expired' END,
       ended_at = CASE WHEN expires_at > $2 THEN NULL ELSE expires_at END
WHERE id IN (SELECT id FROM coupon WHERE locked_by = ANY($1::bigint[]) AND state = 'locked'
             ORDER BY id FOR UPDATE)
RETURNING id
"""

_EXCHANGE = """
UPDATE coupon SET state = 'used', ended_at = $2
WHERE id = ANY($1::bigint[]) AND state = 'issued' RETURNING id
"""

# One used by an order is another thing.
_GIVE_BACK_EXCHANGED = """
UPDATE coupon SET state = CASE WHEN expires_at > $2 THEN 'issued' ELSE 'expired' END,
       ended_at = CASE WHEN expires_at > $2 THEN NULL ELSE expires_at END
WHERE id IN (SELECT id FROM coupon WHERE id = ANY($1::bigint[]) AND state = 'used'
             AND locked_by IS NULL ORDER BY id FOR UPDATE)
RETURNING id
"""

# What is void can be given to another.
_VOID = """
WITH gone AS (
    UPDATE coupon SET state = 'void', ended_at = $2
    WHERE id IN (SELECT id FROM coupon WHERE id = ANY($1::bigint[])
                 AND state IN ('issued', 'given')
                 ORDER BY id FOR UPDATE)
    RETURNING id, slot
), counted AS (
    UPDATE coupon_stock SET taken = greatest(taken - void.coupons, 0)
    FROM (SELECT slot, count(*) AS coupons FROM gone GROUP BY slot) AS void
    WHERE coupon_stock.slot = void.slot
)
SELECT id FROM gone
"""

_EXPIRE = """
UPDATE coupon SET state = 'expired', ended_at = expires_at
WHERE id = ANY(ARRAY(SELECT id FROM coupon WHERE state = 'issued' AND expires_at <= $1
                     ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING id
"""


async def lock(uuid: UUID, *, member_id: int, order_id: int, at: datetime) -> int:
    """Hold a coupon for a store order and return its id; joins the caller's transaction.

    The same order again is answered as before.

    Raises:
        NotFound: ``no_such_coupon``: none, or another member's.
        Refused: ``coupon_locked`` (another order has it), ``coupon_used``, ``coupon_void``,
            ``coupon_expired``.
    """
    rows = await db.fetch(_LOCK, member_id, uuid, order_id, at)
    if rows:
        coupon_id: int = rows[0]["id"]
        return coupon_id
    held = await find(uuid, member_id=member_id, at=at)
    if held.state is CouponState.LOCKED and held.locked_by == order_id:
        return held.id
    # given back between our two statements, it was another's at the first
    raise held.refusal() or Refused("coupon_locked")


async def use(order_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Use the coupons that these orders hold, now that they are paid; return those used now."""
    return await _ids(_USE, list(order_ids), at)


async def give_back(order_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Give the coupons of orders that were closed back to their members; return those given now.

    One whose time is over meanwhile is expired.
    """
    return await _ids(_GIVE_BACK, list(order_ids), at)


async def exchange(coupon_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Use coupons for what they are exchanged for; the caller holds them. Return those used now."""
    return await _ids(_EXCHANGE, list(coupon_ids), at)


async def give_back_exchanged(coupon_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Give coupons back whose exchange came to nothing; return those given now.

    One whose time is over meanwhile is expired.
    """
    return await _ids(_GIVE_BACK_EXCHANGED, list(coupon_ids), at)


async def void(coupon_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Take coupons back that are neither locked nor used; return those taken now.

    One that is in a gift, or that a friend has by now, is taken back as well.
    """
    return await _ids(_VOID, list(coupon_ids), at)


async def expire(*, at: datetime, limit: int) -> int:
    """Let coupons expire whose time is over, at most so many, and return how many.

    Nobody could use them any more since it was. A locked one waits for its order's end.
    """
    return len(await _ids(_EXPIRE, at, limit))


async def _ids(sql: str, *arguments: object) -> list[int]:
    return [row["id"] for row in await db.fetch(sql, *arguments)]
