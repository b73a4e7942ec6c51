"""Redemptions that were not paid in time are given back, or found to be paid after all."""

from collections.abc import Sequence
from datetime import datetime

from jobs.registry import every
from jobs.settling import settle_lapsed
from loyalty import redemptions
from web.context import Context
from web.payments import Payable


@every(minutes=1)
async def close_unpaid_redemptions(context: Context, at: datetime) -> int:
    """Ask WeChat Pay for each reservation whose time is over: take its payment, or give it back.

    One that cannot be settled now waits for the next time.
    """

    async def lapsed(limit: int) -> Sequence[Payable]:
        return await redemptions.lapsed(at=at, limit=limit)

    return await settle_lapsed(context, lapsed, waits="redemption_waits", at=at)
