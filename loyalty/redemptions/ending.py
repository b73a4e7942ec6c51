"""How a redemption ends: handed over by staff, cancelled by the member, or not fetched in time.

What is not handed over gives its points back to their lots, with their old expiry, and its piece
back to the stock. Locks: members in id order, then redemptions, then the stock.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from loyalty import codes, ledger
from loyalty.errors import Refused
from loyalty.redemptions.reading import Redeemed, by_code, find
from loyalty.redemptions.redeeming import key_of
from loyalty.roots import HER_IDS
from models import RedemptionState, db

_HAND_OVER = """
UPDATE redemption SET state = 'handed_over', ended_at = $3, handed_over_by = $2
WHERE code = $1 AND state = 'issued' AND expires_at > $3
RETURNING id
"""

_CANCEL = f"""
UPDATE redemption SET state = 'cancelled', ended_at = $3
WHERE uuid = $2 AND member_id = ANY({HER_IDS}) AND state = 'issued'
RETURNING uuid, $1::bigint AS member_id, slot, points
"""

_DUE = """
SELECT redemption.id, coalesce(merged_into_id, customer.id) AS member_id
FROM redemption JOIN customer ON customer.id = member_id
WHERE state = 'issued' AND expires_at <= $1
ORDER BY expires_at LIMIT $2
"""

_EXPIRE = """
UPDATE redemption SET state = 'expired', ended_at = expires_at
FROM customer
WHERE redemption.id = ANY($1::bigint[]) AND state = 'issued' AND customer.id = member_id
RETURNING redemption.uuid, coalesce(merged_into_id, customer.id) AS member_id, slot, points
"""

_LOCK_STOCK = "SELECT FROM reward_stock WHERE slot = ANY($1::text[]) ORDER BY slot FOR UPDATE"

_RESTOCK = """
UPDATE reward_stock SET taken = reward_stock.taken - back.pieces
FROM unnest($1::text[], $2::integer[]) AS back (slot, pieces)
WHERE reward_stock.slot = back.slot
"""


async def hand_over(told: str, *, staff_member_id: int, at: datetime) -> Redeemed:
    """Hand over what a code stands for, once; ``told`` as it was scanned or typed.

    Raises:
        NotFound: ``no_such_redemption_code``.
        Refused: ``already_handed_over`` with who and when, ``redemption_cancelled``,
            ``redemption_expired``.
    """
    rows = await db.fetch(_HAND_OVER, codes.typed(told), staff_member_id, at)
    redeemed = await by_code(told, at=at)
    if not rows:
        raise _not_to_hand_over(redeemed)
    return redeemed


def _not_to_hand_over(redeemed: Redeemed) -> Refused:
    if redeemed.state is RedemptionState.HANDED_OVER:
        return Refused(
            "already_handed_over",
            by=redeemed.handed_over_by or "?",
            handed_over_at=redeemed.ended_at,
        )
    if redeemed.state is RedemptionState.CANCELLED:
        return Refused("redemption_cancelled")
    return Refused("redemption_expired")


async def cancel(member_id: int, uuid: UUID, *, at: datetime) -> Redeemed:
    """Cancel what she did not fetch yet; cancelling again changes nothing.

    Raises:
        NotFound: ``no_such_redemption``: none, or another member's.
        Refused: ``redemption_over``: it is handed over, or was not fetched in time.
    """
    async with db.transaction():
        await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", member_id)
        ended = await db.fetch(_CANCEL, member_id, uuid, at)
        await _undo(ended, why="cancelled", at=at)
        redeemed = await find(uuid, member_id=member_id, at=at)
    if redeemed.state is not RedemptionState.CANCELLED:
        raise Refused("redemption_over")
    return redeemed


async def expire(*, at: datetime, limit: int) -> int:
    """End redemptions that were not fetched in time, at most so many, and return how many."""
    async with db.transaction():
        due = await db.fetch(_DUE, at, limit)
        await db.fetch(
            "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
            [row["member_id"] for row in due],
        )
        ended = await db.fetch(_EXPIRE, [row["id"] for row in due])
        await _undo(ended, why="expired", at=at)
    return len(ended)


async def _undo(ended: Sequence[db.Row], *, why: str, at: datetime) -> None:
    """Give points and pieces of redemptions back; their members' rows are locked."""
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
