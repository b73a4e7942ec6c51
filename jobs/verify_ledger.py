"""Prove every night that the ledger adds up."""

from datetime import datetime

import structlog

from jobs.metrics import LEDGER_FINDINGS
from jobs.registry import daily
from loyalty import ledger
from web.context import Context

log = structlog.get_logger(__name__)

TOLD = 100


@daily(at="03:10")
async def verify_ledger(context: Context, at: datetime) -> int:
    """Check the ledger of all members, and log what does not agree; return how much that is."""
    findings = await ledger.verify()
    for finding in findings[:TOLD]:
        log.error("ledger_disagrees", member_id=finding.member_id, rule=finding.rule)
    LEDGER_FINDINGS.set(len(findings))
    return len(findings)
