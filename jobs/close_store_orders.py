"""Orders of the own store that were not paid in time are closed, or found to be paid after all."""

from collections.abc import Sequence
from datetime import datetime

from jobs.registry import every
from jobs.settling import settle_lapsed
from loyalty import checkout
from web.context import Context
from web.payments import Payable


@every(minutes=1)
async def close_store_orders(context: Context, at: datetime) -> int:
    """Ask WeChat Pay for each order whose time is over: take its payment, or close it.

    An order that cannot be settled now waits for the next time.
    """

    async def lapsed(limit: int) -> Sequence[Payable]:
        return await checkout.lapsed(at=at, limit=limit)

    return await settle_lapsed(context, lapsed, waits="store_order_waits", at=at)
