"""Prove every night that the own store's prices follow from their rules."""

from datetime import datetime

import structlog

from jobs.metrics import PRICE_DIFFERENCES
from jobs.registry import daily
from loyalty import checkout
from web.context import Context

log = structlog.get_logger(__name__)

TOLD = 100


@daily(at="03:20")
async def audit_prices(context: Context, at: datetime) -> int:
    """Price all placed orders again, and keep and log what differs; return how much that is."""
    done = await checkout.audit(sealer=context.sealer)
    await checkout.keep_audit(done, at=at)
    for one in done.differences[:TOLD]:
        log.error("price_differs", number=one.number, member_id=one.member_id, rule=one.rule)
    PRICE_DIFFERENCES.set(len(done.differences))
    return len(done.differences)
