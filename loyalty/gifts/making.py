"""Gifts that are ready to be sent: what she redeemed for a friend."""

from datetime import datetime
from uuid import UUID

from models import db

_HOLD = "UPDATE coupon SET state = 'given' WHERE id = $1 AND state = 'issued'"

_READY = """
INSERT INTO gift (uuid, member_id, kind, coupon_id, redemption_id, state, made_at, lapses_at)
SELECT CASE WHEN EXISTS (SELECT FROM gift WHERE uuid = $1) THEN gen_random_uuid() ELSE $1 END,
       redemption.member_id, 'coupon', coupon.id, redemption.id, 'ready', $2,
       coupon.expires_at
FROM redemption JOIN coupon ON coupon.id = redemption.coupon_id
WHERE redemption.uuid = $1
"""


async def make_ready(redemption_uuid: UUID, coupon_id: int, *, at: datetime) -> None:
    """Let the coupon of a redemption be a gift of its name, to be sent; of another, if it is taken.

    The caller has written both in this transaction. A phone may have given that name to a gift
    while the redemption awaited its money.
    """
    await db.fetch(_HOLD, coupon_id)
    await db.fetch(_READY, redemption_uuid, at)
