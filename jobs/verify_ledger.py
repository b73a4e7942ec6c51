"""Prove every night that the ledger and the budgets add up."""

from datetime import datetime

import structlog

from jobs.metrics import LEDGER_FINDINGS
from jobs.registry import daily
from loyalty import budgets, gifts, ledger
from web.context import Context

log = structlog.get_logger(__name__)

TOLD = 100


@daily(at="03:10")
async def verify_ledger(context: Context, at: datetime) -> int:
    """Check the ledger of all members, their gifts and all budgets; log what does not agree."""
    findings = await ledger.verify()
    overdrawn = await budgets.verify()
    for one in overdrawn[:TOLD]:
        log.error("budget_disagrees", slot=one.slot, told=one.told)
    for finding in findings[:TOLD]:
        log.error("ledger_disagrees", member_id=finding.member_id, rule=finding.rule)
    astray = await gifts.verify()
    for gift in astray[:TOLD]:
        log.error("gift_disagrees", gift_id=gift.gift_id, rule=gift.rule)
    count = len(findings) + len(overdrawn) + len(astray)
    LEDGER_FINDINGS.set(count)
    return count
