"""How a gift comes back: the giver takes it back, or nobody claims it in time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from loyalty import ledger
from loyalty.again import in_transaction
from loyalty.errors import Refused
from loyalty.gifts.reading import FullGift, find, read
from loyalty.gifts.sending import key_of
from loyalty.gifts.telling import tell
from models import GiftKind, GiftState, db

_DUE = """
SELECT gift.id, coalesce(merged_into_id, customer.id) AS giver_id
FROM gift JOIN customer ON customer.id = gift.member_id
WHERE gift.state IN ('ready', 'sent') AND gift.lapses_at <= $1
ORDER BY gift.lapses_at LIMIT $2
"""

_LOCK = "SELECT FROM gift WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"

_END = """
UPDATE gift SET state = $2, ended_at = CASE WHEN $2 = 'returned' THEN lapses_at ELSE $3 END
WHERE id = ANY($1::bigint[]) AND state IN ('ready', 'sent')
RETURNING id
"""

# What was redeemed for a friend is ready to be sent again, unless its coupon is over.
_AGAIN = """
INSERT INTO gift (member_id, kind, coupon_id, redemption_id, state, made_at, lapses_at)
SELECT gift.member_id, 'coupon', gift.coupon_id, gift.redemption_id, 'ready', $2, coupon.expires_at
FROM gift JOIN coupon ON coupon.id = gift.coupon_id
WHERE gift.id = ANY($1::bigint[]) AND gift.redemption_id IS NOT NULL
  AND coupon.state = 'given' AND coupon.expires_at > $2
ORDER BY gift.id
"""

_BACK = """
UPDATE coupon SET state = CASE WHEN expires_at > $2 THEN 'issued' ELSE 'expired' END,
       ended_at = CASE WHEN expires_at > $2 THEN NULL ELSE expires_at END
WHERE state = 'given' AND id IN (
    SELECT coupon_id FROM gift WHERE id = ANY($1::bigint[]))
  AND NOT EXISTS (SELECT FROM gift WHERE coupon_id = coupon.id AND state = 'ready')
"""


async def take_back(member_id: int, uuid: UUID, *, at: datetime) -> FullGift:
    """Take back what nobody claimed yet; taking it back again changes nothing.

    Points go back to their lots with their old expiry, a coupon is hers to use again, and what she
    redeemed for a friend is ready to be sent again, as another gift.

    Raises:
        NotFound: ``no_such_gift``: none, or another's.
        Refused: ``gift_claimed``: the friend has it. ``gift_not_sent``.
    """
    return await in_transaction(lambda: _take_back(member_id, uuid, at=at))


async def _take_back(member_id: int, uuid: UUID, *, at: datetime) -> FullGift:
    await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", member_id)
    gift = await find(uuid, member_id=member_id, at=at)
    await db.fetch(_LOCK, [gift.id])
    gift = await find(uuid, member_id=member_id, at=at)
    if gift.state is GiftState.CLAIMED:
        raise Refused("gift_claimed")
    if gift.state is GiftState.READY:
        raise Refused("gift_not_sent")
    if gift.state is GiftState.SENT:
        await _end([gift.id], GiftState.TAKEN_BACK, at=at)
    return await find(uuid, member_id=member_id, at=at)


async def return_unclaimed(*, at: datetime, limit: int) -> int:
    """Return gifts that nobody claimed in time, at most so many, and return how many.

    Their givers are told by a delivery.
    """
    return await in_transaction(lambda: _return(at=at, limit=limit))


async def _return(*, at: datetime, limit: int) -> int:
    due = await db.fetch(_DUE, at, limit)
    if not due:
        return 0
    await db.fetch(
        "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
        [row["giver_id"] for row in due],
    )
    ids = [row["id"] for row in due]
    await db.fetch(_LOCK, ids)
    ended = await _end(ids, GiftState.RETURNED, at=at)
    await tell([gift for gift in ended if gift.sent_at is not None], at=at)
    return len(ids)


async def _end(ids: Sequence[int], state: GiftState, *, at: datetime) -> list[FullGift]:
    """End gifts whose rows and givers are locked; return those that were not over."""
    ended = [row["id"] for row in await db.fetch(_END, list(ids), state, at)]
    if not ended:
        return []
    gifts = await read("WHERE gift.id = ANY($2::bigint[]) ORDER BY gift.id", at, ended)
    await _restore([gift for gift in gifts if gift.kind is GiftKind.POINTS], at=at)
    await db.fetch(_AGAIN, ended, at)
    await db.fetch(_BACK, ended, at)
    return gifts


async def _restore(gifts: Sequence[FullGift], *, at: datetime) -> None:
    restores = [
        ledger.Restore(
            member_id=gift.giver_id,
            key=f"{key_of(gift.uuid)}:{gift.state.value}",
            at=at,
            cause=f"{key_of(gift.uuid)}:{gift.state.value}",
            spend_key=key_of(gift.uuid),
        )
        for gift in gifts
    ]
    for outcome in await ledger.record(restores) if restores else ():
        outcome.unwrap()
