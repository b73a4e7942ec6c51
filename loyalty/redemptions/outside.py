"""Cash coupons that are hers: what WeChat Pay says became of them, used or expired.

A notice tells of a use at once where it comes; whatever it is, each is asked after once a day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from models import PayCouponState, db

LOOK_AGAIN_AFTER = timedelta(hours=24)


class SentCoupon(Struct, frozen=True):
    """A cash coupon that WeChat Pay is to be asked about."""

    app_id: str
    openid: str
    stock_id: str
    coupon_id: str


class CouponFate(Struct, frozen=True):
    """What WeChat Pay says of a cash coupon; ``used_at`` where it is used."""

    stock_id: str
    coupon_id: str
    state: PayCouponState
    ends_at: datetime | None = None
    used_at: datetime | None = None


async def coupons_to_read(*, at: datetime, limit: int) -> list[SentCoupon]:
    """Take cash coupons to ask about, the longest unseen first; they come again in a day."""
    rows = await db.fetch(
        "WITH due AS (SELECT redemption_id FROM pay_coupon WHERE look_at <= $1"
        "  ORDER BY look_at, redemption_id LIMIT $2 FOR UPDATE SKIP LOCKED)"
        " UPDATE pay_coupon SET look_at = $3 FROM due"
        " WHERE pay_coupon.redemption_id = due.redemption_id"
        " RETURNING app_id, openid, stock_id, coupon_id",
        at,
        limit,
        at + LOOK_AGAIN_AFTER,
    )
    return [SentCoupon(**dict(row)) for row in rows]


_TELL = """
WITH told AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
        AS told (stock_id, coupon_id, state, ends_at, used_at)
)
UPDATE pay_coupon SET state = told.state, ends_at = coalesce(told.ends_at, pay_coupon.ends_at),
    used_at = told.used_at, look_at = CASE WHEN told.state = 'usable' THEN look_at END
FROM told
WHERE pay_coupon.coupon_id = told.coupon_id AND pay_coupon.stock_id = told.stock_id
  AND (pay_coupon.state = 'usable' OR pay_coupon.state = 'expired' AND told.state = 'used')
RETURNING pay_coupon.redemption_id
"""


async def tell_coupons(fates: Sequence[CouponFate]) -> int:
    """Keep what became of cash coupons; return how many of them we know and had open.

    What is used stays so. One that was used just before its end, of which we hear later, counts as
    used. Said again, or of a coupon that is none of ours, it changes nothing.
    """
    rows = await db.fetch(
        _TELL,
        [one.stock_id for one in fates],
        [one.coupon_id for one in fates],
        [one.state.value for one in fates],
        [one.ends_at for one in fates],
        [one.used_at for one in fates],
    )
    return len(rows)
