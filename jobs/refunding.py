"""Ask WeChat Pay for the refunds that are due, each under its own number as often as it takes."""

from datetime import datetime

import structlog

from loyalty import checkout, redemptions
from loyalty.payments import ToRefund
from models import StoreRefundState
from web.context import Context
from web.payments import end_refund
from wechat.errors import CallFailed
from wechat.pay import PayRefused, RefundAsk

log = structlog.get_logger(__name__)

AT_ONCE = 20
STATES = {
    "SUCCESS": StoreRefundState.DONE,
    "ABNORMAL": StoreRefundState.FAILED,
    "CLOSED": StoreRefundState.FAILED,
}
# Asking again cannot help: staff must settle it with her.
HOPELESS = frozenset({"INVALID_REQUEST", "PARAM_ERROR", "RESOURCE_NOT_EXISTS"})


async def refund_due(context: Context, at: datetime) -> int:
    """Ask for a batch of refunds; one that is not answered, or not done yet, is asked again."""
    due = await checkout.due_refunds(at=at, limit=AT_ONCE)
    due += await redemptions.due_refunds(at=at, limit=AT_ONCE)
    for one in due:
        state = await _asked(context, one)
        log.info("refund_asked", number=one.number, outcome=state.value if state else "waits")
        if state is not None:
            await end_refund(one.number, state, at=at)
    return len(due)


async def _asked(context: Context, one: ToRefund) -> StoreRefundState | None:
    merchant = context.merchants.get(one.app_id)
    if merchant is None:
        log.error("refund_without_merchant", number=one.number)
        return None
    asked = RefundAsk(
        number=one.number,
        order_number=one.order_number,
        fen=one.fen,
        total_fen=one.total_fen,
        notify_url=merchant.connection.settings.notify_url,
    )
    try:
        return STATES.get((await merchant.client.refund(asked)).state)
    except PayRefused as refused:
        log.error("refund_refused", number=one.number, code=refused.reason)
        return StoreRefundState.FAILED if refused.reason in HOPELESS else None
    except CallFailed as failed:
        log.warning("refund_unknown", number=one.number, code=failed.code)
        return None
