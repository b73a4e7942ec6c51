"""Orders of the own store count as completed when the brand's time for it has passed."""

from collections.abc import Sequence
from datetime import datetime

from jobs.pages import work_through
from jobs.registry import every
from loyalty import checkout, programme
from loyalty.outcomes import Outcome
from loyalty.purchases import Recorded
from web.context import Context


@every(minutes=60)
async def complete_store_orders(context: Context, at: datetime) -> int:
    """Complete orders that were paid so long ago; their return window begins now."""
    paid_by = (await programme.load()).points(at).completes_if_paid_by(at)

    async def due(limit: int) -> Sequence[str]:
        return await checkout.uncompleted(paid_by=paid_by, limit=limit)

    async def do(numbers: Sequence[str]) -> Sequence[Outcome[Recorded]]:
        return await checkout.complete(numbers, at=at)

    return await work_through(due, do, job="complete_store_orders")
