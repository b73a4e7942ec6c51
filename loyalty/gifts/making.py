"""Gifts that are ready to be sent: what she redeemed for a friend."""

from datetime import datetime
from uuid import UUID

from models import db

_HOLD = "UPDATE coupon SET state = 'given' WHERE id = $1 AND state = 'issued'"

_READY = """
INSERT INTO gift (uuid, member_id, kind, coupon_id, redemption_id, state, made_at, lapses_at)
SELECT $1, redemption.member_id, 'coupon', coupon.id, redemption.id, 'ready', $2, coupon.expires_at
FROM redemption JOIN coupon ON coupon.id = redemption.coupon_id
WHERE redemption.uuid = $1
"""


async def make_ready(redemption_uuid: UUID, coupon_id: int, *, at: datetime) -> None:
    """Let the coupon of a redemption be a gift of its name, to be sent.

    The caller has written both in this transaction.
    """
    await db.fetch(_HOLD, coupon_id)
    await db.fetch(_READY, redemption_uuid, at)
