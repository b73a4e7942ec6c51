"""Gifts that are ready to be sent: what she redeemed for a friend."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from models import db

_HOLD = """
UPDATE coupon SET state = 'given' WHERE id = ANY($1::bigint[]) AND state = 'issued'
"""

_READY = """
INSERT INTO gift (uuid, member_id, kind, coupon_id, redemption_id, state, made_at, lapses_at)
SELECT CASE WHEN EXISTS (SELECT FROM gift WHERE uuid = redemption.uuid) THEN gen_random_uuid()
            ELSE redemption.uuid END,
       redemption.member_id, 'coupon', coupon.id, redemption.id, 'ready', $2,
       coupon.expires_at
FROM redemption JOIN coupon ON coupon.id = redemption.coupon_id
WHERE redemption.uuid = ANY($1::uuid[]) ORDER BY redemption.id
"""


async def make_ready(redeemed: Sequence[tuple[UUID, int]], *, at: datetime) -> None:
    """Let the coupons of redemptions be gifts of their names, to be sent; of others, if taken.

    ``redeemed`` are (name, coupon id). The caller has written both in this transaction. A phone
    may have given such a name to a gift while the redemption awaited its money.
    """
    await db.fetch(_HOLD, [coupon_id for _, coupon_id in redeemed])
    await db.fetch(_READY, [uuid for uuid, _ in redeemed], at)
