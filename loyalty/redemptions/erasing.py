"""Addresses of gifts that are no longer needed: deleted by the clock, or as she takes hers back.

What is on its way, or to be sent still, keeps its address: without it there is no gift.
"""

from datetime import datetime

from loyalty.roots import ids_of
from models import db

_ERASE = """
WITH gone AS (
    SELECT redemption_id FROM shipment JOIN redemption ON redemption.id = redemption_id
    WHERE sealed_address IS NOT NULL AND state IN ('received', 'returned', 'cancelled', 'expired')
      AND {whose} ORDER BY redemption_id LIMIT $2 FOR UPDATE OF shipment SKIP LOCKED
)
UPDATE shipment SET sealed_address = NULL, erased_at = $1 FROM gone
WHERE shipment.redemption_id = gone.redemption_id RETURNING shipment.redemption_id
"""


async def erase_addresses(*, ended_before: datetime, at: datetime, limit: int) -> int:
    """Delete the addresses of what ended by then, at most so many; return how many."""
    rows = await db.fetch(_ERASE.format(whose="ended_at <= $3"), at, limit, ended_before)
    return len(rows)


async def erase_addresses_of(customer_id: int, *, at: datetime, limit: int = 1000) -> int:
    """Delete the addresses of whatever of hers has ended; return how many."""
    whose = f"redemption.member_id = ANY({ids_of('$3::bigint')})"
    rows = await db.fetch(_ERASE.format(whose=whose), at, limit, customer_id)
    return len(rows)
