"""Giving a redemption back: points to their lots, its piece to the stock, money and coupon to her.

The rows of its members are locked by whoever calls, in id order; then redemptions, then coupons,
then their batches, then the stock.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from loyalty import coupons, ledger
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


_HOLD = "SELECT FROM redemption WHERE with_coupon_id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"

_HOLD_COUPONS = "SELECT FROM coupon WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"

_UNFETCHED = """
UPDATE redemption SET state = 'cancelled', ended_at = $2, ended_why = 'reward_taken_back'
FROM customer
WHERE with_coupon_id = ANY($1::bigint[]) AND customer.id = member_id
  AND (state = 'issued' AND used = 0 AND store_order_id IS NULL OR state = 'to_ship'
       OR redemption.id = ANY($3::bigint[]))
RETURNING redemption.uuid, coalesce(merged_into_id, customer.id) AS member_id, slot, points,
    cash_fen, with_coupon_id
"""

_COUPONS = """
SELECT id, coupon_id FROM redemption
WHERE with_coupon_id = ANY($1::bigint[]) AND state = 'handed_over' AND coupon_id IS NOT NULL
"""

# An order that awaits payment has it, or gave it back a moment ago.
_WAITING = """
SELECT id FROM coupon
WHERE id = ANY($1::bigint[]) AND state IN ('issued', 'given', 'locked')
UNION
SELECT with_coupon_id FROM redemption LEFT JOIN coupon ON coupon.id = coupon_id
WHERE with_coupon_id = ANY($1::bigint[])
  AND (redemption.state = 'issued' AND store_order_id IS NOT NULL
       OR redemption.state = 'handed_over' AND coupon.state IN ('issued', 'given', 'locked'))
"""

# What is on its way may yet come back.
_LAPSE = """
UPDATE coupon SET expires_at = greatest(least(expires_at, $2), issued_at + interval '1 us')
WHERE id = ANY($1::bigint[]) AND state = 'used' AND locked_by IS NULL
"""


def key_of(uuid: UUID) -> str:
    """Return the key of all that a redemption moves."""
    return f"redemption:{uuid}"


class Taken(NamedTuple):
    """The coupons that are void now, and those that wait for an order that awaits payment."""

    void: frozenset[int]
    waiting: frozenset[int]


NONE_TAKEN = Taken(frozenset(), frozenset())


async def take(coupon_ids: Sequence[int], *, at: datetime) -> Taken:
    """Take coupons back, and cancel what they were exchanged for and nobody fetched.

    The caller holds the members who were given them; a friend may have them by now. A coupon whose
    reward is on its way, or in somebody's hands, has ended, also if that reward should come back.
    """
    void = frozenset(await coupons.void(coupon_ids, at=at))
    ids = [one for one in coupon_ids if one not in void]
    return await _take_used(ids, void, at=at) if ids else Taken(void, frozenset())


async def _take_used(ids: list[int], void: frozenset[int], *, at: datetime) -> Taken:
    """Take back what is not void yet; what comes back meanwhile, or just did, is void, too."""
    await db.fetch(_HOLD, ids)
    await db.fetch(_HOLD_COUPONS, ids)
    rows = await db.fetch(_COUPONS, ids)
    gone = set(await coupons.void([row["coupon_id"] for row in rows], at=at)) if rows else set()
    undone = [row["id"] for row in rows if row["coupon_id"] in gone]
    ended = await db.fetch(_UNFETCHED, ids, at, undone)
    if ended:
        await coupons.give_back_exchanged([row["with_coupon_id"] for row in ended], at=at)
    void |= frozenset(await coupons.void(ids, at=at))
    await _give_back(ended, why="taken_back", at=at)
    waiting = frozenset(row["id"] for row in await db.fetch(_WAITING, ids))
    await db.fetch(_LAPSE, [one for one in ids if one not in waiting], at)
    return Taken(void, waiting)


async def give_back(ended: Sequence[db.Row], *, why: str, at: datetime) -> None:
    """Give back what redemptions took.

    ``ended`` are rows of uuid, member_id, slot, points, cash_fen and with_coupon_id.
    ``why`` ends the key of the movement: "cancelled", "expired", "returned".
    """
    exchanged = [row["with_coupon_id"] for row in ended if row["with_coupon_id"]]
    if exchanged:
        await coupons.give_back_exchanged(exchanged, at=at)
    await _give_back(ended, why=why, at=at)


async def _give_back(ended: Sequence[db.Row], *, why: str, at: datetime) -> None:
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
