"""Claim a gift by its link: once, by one member, and never by the giver."""

from datetime import datetime

import msgspec

from loyalty import ledger, programme
from loyalty.again import in_transaction
from loyalty.coupons import Reason
from loyalty.errors import NotFound, Refused
from loyalty.gifts.limits import check_receiving
from loyalty.gifts.links import digest
from loyalty.gifts.reading import FullGift, read
from loyalty.gifts.sending import key_of
from loyalty.gifts.telling import tell
from loyalty.ledger.movements import is_writable
from models import GiftKind, GiftState, db

_HAND_OVER = """
UPDATE coupon SET state = 'issued', issued_to = coalesce(issued_to, member_id), member_id = $2,
       reason = $3::jsonb
WHERE id = $1 AND state = 'given' AND expires_at > $4
RETURNING id
"""

_CLAIM = """
UPDATE gift SET state = 'claimed', claimed_by = $2, ended_at = $3
WHERE id = $1 AND state = 'sent'
RETURNING id
"""


async def look(secret: str, *, at: datetime) -> FullGift:
    """Return the gift of a link.

    Raises:
        NotFound: ``no_such_gift``.
    """
    found = await read("WHERE gift.link_digest = $2", at, _digest(secret))
    if not found:
        raise NotFound("no_such_gift")
    return found[0]


def refusal_of(gift: FullGift, member_id: int) -> Refused | None:
    """Return why a member cannot claim a gift now; None where she can, or has.

    ``gift_is_yours``: she gave it. ``gift_claimed``: another was first. ``gift_over``: it went
    back, or its coupon is over.
    """
    if gift.giver_id == member_id:
        return Refused("gift_is_yours")
    if gift.state is GiftState.CLAIMED:
        return None if gift.claimed_by == member_id else Refused("gift_claimed")
    return None if gift.state is GiftState.SENT else Refused("gift_over")


async def claim(member_id: int, secret: str, *, at: datetime) -> FullGift:
    """Let a member have the gift of a link; claimed again by her, it is answered as it stands.

    The giver is told by a delivery. Joins the caller's transaction; then a ``db.Collision`` with
    another process is the caller's to try again.

    Raises:
        NotFound: ``no_such_gift``, ``no_such_member``.
        Refused: ``gift_is_yours``, ``gift_claimed``, ``gift_over``, ``received_points_limit``.
    """
    return await in_transaction(lambda: _claim(member_id, secret, at=at))


async def _claim(member_id: int, secret: str, *, at: datetime) -> FullGift:
    gift = await _locked(member_id, secret, at=at)
    refusal = refusal_of(gift, member_id)
    if refusal is not None:
        raise refusal
    if gift.state is GiftState.CLAIMED:
        return gift
    if gift.kind is GiftKind.POINTS:
        await _hand_points(gift, member_id, at=at)
    else:
        await _hand_coupon(gift, member_id, at=at)
    rows = await db.fetch(_CLAIM, gift.id, member_id, at)
    assert rows, "its row is locked, and it was sent"
    claimed = await look(secret, at=at)
    await tell([claimed], at=at)
    return claimed


async def _locked(member_id: int, secret: str, *, at: datetime) -> FullGift:
    """Lock giver and claimer in id order, then the gift, and return it as it stands."""
    gift = await look(secret, at=at)
    while True:
        giver_id = gift.giver_id
        locked = await db.fetch(
            "SELECT id FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
            [giver_id, member_id],
        )
        if member_id not in [row["id"] for row in locked]:
            raise NotFound("no_such_member", member_id=member_id)
        await db.fetch("SELECT FROM gift WHERE id = $1 FOR UPDATE", gift.id)
        gift = await look(secret, at=at)
        if gift.giver_id == giver_id:  # else she was merged while we waited
            return gift


async def _hand_points(gift: FullGift, member_id: int, *, at: datetime) -> None:
    assert gift.points is not None, "a gift of points has some"
    await check_receiving(member_id, gift.points, await programme.load(), at=at)
    key = key_of(gift.uuid)
    receive = ledger.Receive(
        member_id=member_id,
        key=f"{key}:claimed",
        at=at,
        cause=f"{key}:claimed",
        from_member_id=gift.giver_id,
        spend_key=key,
    )
    await ledger.record_one(receive)


async def _hand_coupon(gift: FullGift, member_id: int, *, at: datetime) -> None:
    reason = msgspec.json.encode(Reason(code="coupon_as_gift")).decode()
    if not await db.fetch(_HAND_OVER, gift.coupon_id, member_id, reason, at):
        raise Refused("gift_over")  # what it was given for was undone: the coupon is void


def _digest(secret: str) -> bytes:
    return digest(secret) if is_writable(secret) else b""
