"""Ask WeChat Pay for the cash coupons that are due, each by a number of its own."""

from datetime import datetime

import structlog

from loyalty import redemptions
from loyalty.redemptions import ToSend
from web.context import Context
from wechat.errors import CallFailed
from wechat.pay import CouponAsk, PayRefused

log = structlog.get_logger(__name__)

AT_ONCE = 20
# What asking again cannot change, and what she reads. Anything else is asked again: a key or a
# right that is missing is the brand's to mend.
REFUSALS = {
    "NOT_ENOUGH": "pay_coupons_gone",
    "RULE_LIMIT": "pay_coupon_limit",
    "USER_ACCOUNT_ABNORMAL": "pay_account_abnormal",
    "RESOURCE_NOT_EXISTS": "pay_coupon_refused",
    "PARAM_ERROR": "pay_coupon_refused",
    "INVALID_REQUEST": "pay_coupon_refused",
}


async def send_coupons(context: Context, at: datetime) -> int:
    """Ask for a batch of cash coupons; one that is not answered is asked for again."""
    due = await redemptions.due_coupons(at=at, limit=AT_ONCE)
    for one in due:
        await _send(context, one, at=at)
    return len(due)


async def _send(context: Context, one: ToSend, *, at: datetime) -> None:
    merchant = context.merchants.get(one.app_id)
    if merchant is None:
        log.error("coupon_without_merchant", number=one.request_number)
        return
    asked = CouponAsk(one.app_id, one.openid, one.stock_id, one.request_number)
    try:
        coupon_id = await merchant.client.send_coupon(asked)
    except PayRefused as refused:
        log.error("pay_coupon_refused", number=one.request_number, code=refused.reason)
        if refused.reason in REFUSALS:
            why = REFUSALS[refused.reason]
            await redemptions.coupon_refused(one.request_number, why, at=at)
        return
    except CallFailed as failed:
        log.warning("pay_coupon_unknown", number=one.request_number, code=failed.code)
        return
    await redemptions.coupon_sent(one.request_number, coupon_id, at=at)
    log.info("pay_coupon_sent", number=one.request_number)
