"""Orders that were delivered, or that nobody spoke of for so long that they must have been."""

from collections.abc import Sequence
from datetime import datetime

from loyalty import purchases
from loyalty.again import in_transaction
from loyalty.checkout.locking import locked
from loyalty.checkout.settling import refunded_of, told
from loyalty.errors import Refused
from loyalty.outcomes import Fate, Outcome
from loyalty.purchases import Recorded
from models import PurchaseState, db

_OPEN = """
FROM purchase JOIN shop ON shop.id = shop_id AND shop.kind = 'own_store'
JOIN store_order ON store_order.app_id = shop.code AND store_order.number = purchase.number
WHERE purchase.completed_at IS NULL AND purchase.state <> 'refunded'
"""
_DUE = f"SELECT purchase.number {_OPEN} AND paid_at <= $1 ORDER BY paid_at, purchase.id LIMIT $2"
_KNOWN = f"""
SELECT store_order.id, purchase.platform_updated_at AS updated_at {_OPEN}
 AND store_order.id = ANY($1::bigint[])
"""


async def uncompleted(*, paid_by: datetime, limit: int) -> list[str]:
    """Return the numbers of orders that were paid by then and never completed, oldest first."""
    return [row["number"] for row in await db.fetch(_DUE, paid_by, limit)]


async def complete(numbers: Sequence[str], *, at: datetime) -> list[Outcome[Recorded]]:
    """Complete paid orders, so that their points settle when the return window is over.

    Already done: completed before, or wholly refunded. Refused: ``order_not_paid``, and what
    ``purchases.record`` refuses.
    """
    return await in_transaction(lambda: _complete(numbers, at=at))


async def _complete(numbers: Sequence[str], *, at: datetime) -> list[Outcome[Recorded]]:
    orders = [one for one in await locked(numbers) if one.ended_at and one.state == "paid"]
    updated_at = {
        row["id"]: row["updated_at"] for row in await db.fetch(_KNOWN, [one.id for one in orders])
    }
    still_open = [one for one in orders if one.id in updated_at]
    refunded = await refunded_of(still_open)
    asked = [
        told(
            one,
            state=PurchaseState.COMPLETED,
            at=max(at, updated_at[one.id] or at),  # a clock that was set back makes nothing older
            refunded=refunded[one.id],
            completed_at=at,
        )
        for one in still_open
    ]
    outcomes = await purchases.record(asked, at=at)
    ended = {one.number: Outcome[Recorded](Fate.ALREADY_DONE) for one in orders}
    ended |= {one.number: outcome for one, outcome in zip(still_open, outcomes, strict=True)}
    not_paid = Outcome[Recorded](Fate.REFUSED, refusal=Refused("order_not_paid"))
    return [ended.get(number, not_paid) for number in numbers]
