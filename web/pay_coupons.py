"""What WeChat Pay tells of cash coupons, by notice or asked, as the verbs want it."""

from datetime import datetime

from loyalty.redemptions import CouponFate
from models import PayCouponState
from web.context import Context
from wechat.pay import CashCouponTold

STATES = {
    "SENDED": PayCouponState.USABLE,
    "USED": PayCouponState.USED,
    "EXPIRED": PayCouponState.EXPIRED,
}


def fate_of(told: CashCouponTold, context: Context, *, at: datetime) -> CouponFate | None:
    """Return what became of a coupon; None where WeChat Pay says what we do not know.

    A use whose moment is not told, or lies ahead, was until now.
    """
    state = STATES.get(told.status)
    if state is None:
        return None
    used_at = None
    if state is PayCouponState.USED:
        used_at = min(context.moment_of(told.used_at), at) if told.used_at else at
    ends_at = told.available_end_time and context.moment_of(told.available_end_time)
    return CouponFate(told.stock_id, told.coupon_id, state, ends_at, used_at)
