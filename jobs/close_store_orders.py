"""Orders of the own store that were not paid in time are closed, or found to be paid after all."""

from datetime import datetime

import structlog

from jobs.pages import PAGE
from jobs.registry import every
from loyalty import checkout
from loyalty.errors import LoyaltyError
from web.context import Context
from web.payments import settle
from web.refusals import Unavailable
from wechat.errors import CallFailed

log = structlog.get_logger(__name__)


@every(minutes=1)
async def close_store_orders(context: Context, at: datetime) -> int:
    """Ask WeChat Pay for each order whose time is over: take its payment, or close it.

    An order that cannot be settled now waits for the next time.
    """
    things = 0
    aside: set[str] = set()
    while page := await checkout.lapsed(at=at, limit=PAGE + len(aside)):
        waiting = [order for order in page if order.number not in aside]
        if not waiting:
            break
        for order in waiting:
            aside.add(order.number)
            try:
                await settle(context, order, at=at)
                things += 1
            except (CallFailed, Unavailable, LoyaltyError) as failed:
                log.warning("store_order_waits", number=order.number, code=failed.code)
    return things
