"""Giving a redemption back: points to their lots, its piece to the stock, money to her.

The rows of its members are locked by whoever calls, in id order; then redemptions, then the stock.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from loyalty import ledger
from loyalty.redemptions.fulfilling import key_of
from models import db

_LOCK_STOCK = "SELECT FROM reward_stock WHERE slot = ANY($1::text[]) ORDER BY slot FOR UPDATE"

_RESTOCK = """
UPDATE reward_stock SET taken = reward_stock.taken - back.pieces
FROM unnest($1::text[], $2::integer[]) AS back (slot, pieces)
WHERE reward_stock.slot = back.slot
"""

_REFUND = """
UPDATE redemption_payment SET state = 'refunding', refund_due_at = $2
FROM redemption
WHERE redemption.id = redemption_id AND redemption.uuid = ANY($1::uuid[])
  AND redemption_payment.state = 'paid'
"""


async def give_back(ended: Sequence[db.Row], *, why: str, at: datetime) -> None:
    """Give back what redemptions took: rows of uuid, member_id, slot, points and cash_fen.

    ``why`` ends the key of the movement: "cancelled", "expired" or "returned".
    """
    restores = [
        ledger.Restore(
            member_id=row["member_id"],
            key=f"{key_of(row['uuid'])}:{why}",
            at=at,
            cause=f"{key_of(row['uuid'])}:{why}",
            spend_key=key_of(row["uuid"]),
        )
        for row in ended
        if row["points"]
    ]
    for outcome in await ledger.record(restores) if restores else ():
        outcome.unwrap()
    pieces = Counter(row["slot"] for row in ended)
    if pieces:
        await db.fetch(_LOCK_STOCK, list(pieces))
        await db.fetch(_RESTOCK, list(pieces), list(pieces.values()))
    with_money = [row["uuid"] for row in ended if row["cash_fen"]]
    if with_money:
        await db.fetch(_REFUND, with_money, at)
