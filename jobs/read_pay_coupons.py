"""What became of the cash coupons that WeChat Pay sent: used or expired, asked once a day each."""

import asyncio
from datetime import datetime

import structlog

from jobs.registry import every
from loyalty import redemptions
from loyalty.redemptions import CouponFate, SentCoupon
from web.context import Context
from web.pay_coupons import fate_of
from wechat.errors import CallFailed
from wechat.pay import PayRefused

log = structlog.get_logger(__name__)

AT_ONCE = 10
# What is left comes first in the next hour.
MOST_A_RUN = 1000


@every(minutes=60)
async def read_pay_coupons(context: Context, at: datetime) -> int:
    """Ask WeChat Pay about the cash coupons that were not used yet; return how many it told of."""
    told = 0
    for _ in range(MOST_A_RUN // AT_ONCE):
        due = await redemptions.coupons_to_read(at=at, limit=AT_ONCE)
        fates = await asyncio.gather(*(_asked(context, one, at=at) for one in due))
        told += await redemptions.tell_coupons([one for one in fates if one is not None])
        if len(due) < AT_ONCE:
            break
    return told


async def _asked(context: Context, one: SentCoupon, *, at: datetime) -> CouponFate | None:
    merchant = context.merchants.get(one.app_id)
    if merchant is None:
        log.error("coupon_without_merchant", coupon_id=one.coupon_id)
        return None
    try:
        told = await merchant.client.find_coupon(one.app_id, one.openid, one.coupon_id)
    except PayRefused as refused:
        log.error("pay_coupon_not_told", coupon_id=one.coupon_id, code=refused.reason)
        return None
    except CallFailed as failed:
        log.warning("pay_coupon_unknown", coupon_id=one.coupon_id, code=failed.code)
        return None
    if (told.stock_id, told.coupon_id) != (one.stock_id, one.coupon_id):
        log.error("pay_coupon_of_another", coupon_id=one.coupon_id)
        return None
    fate = fate_of(told, context, at=at)
    if fate is None:
        log.error("pay_coupon_not_told", coupon_id=one.coupon_id, code=told.status)
    return fate
