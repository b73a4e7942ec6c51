"""Send a gift: what it holds leaves her hands, and a link is there for the friend."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty import coupons, ledger, programme
from loyalty.again import in_transaction
from loyalty.calendar import days_good
from loyalty.discounts import DISCOUNTS
from loyalty.errors import Conflict, Refused
from loyalty.gifts.cards import chosen
from loyalty.gifts.limits import allowance
from loyalty.gifts.links import Links, digest
from loyalty.gifts.reading import FullGift, find, named
from loyalty.programme import Programme
from loyalty.roots import HER_IDS
from models import GiftState, db

_HOLD = f"""
UPDATE coupon SET state = 'given'
WHERE uuid = $2 AND member_id = ANY({HER_IDS}) AND state = 'issued' AND expires_at > $3
RETURNING id, expires_at
"""

# The first of the points to lapse: what is claimed later would be worth less than was promised.
_FIRST_LAPSE = """
SELECT min(coalesce(lot.expires_at, member.idle_expires_at)) AS lapses_at
FROM entry JOIN draw ON draw.member_id = entry.member_id AND draw.entry_number = entry.number
           JOIN lot ON lot.member_id = draw.member_id AND lot.number = draw.lot_number
           JOIN member ON member.id = entry.member_id
WHERE entry.key = $1
"""

_SEND_NEW = """
INSERT INTO gift (uuid, member_id, kind, points, coupon_id, state, link_digest, card_version_id,
                  words, giver_name, made_at, sent_at, lapses_at)
VALUES ($1, $2, $3, $4, $5, 'sent', $6, $7, $8, $9, $10, $10, $11)
"""

_SEND_READY = """
UPDATE gift SET state = 'sent', link_digest = $2, card_version_id = $3, words = $4,
                giver_name = $5, sent_at = $6, lapses_at = $7
WHERE id = $1
"""


@dataclass(frozen=True, slots=True)
class GiftWish:
    """What she wants to send: points, a coupon, or, with neither, the ready gift of that name.

    ``card_slot`` is the card's rule; ``words`` are hers, of at most 60 characters, as is the name
    that she signs with, of at most 20. Both were looked at before they come here.
    """

    points: int | None = None
    coupon_uuid: UUID | None = None
    card_slot: str | None = None
    words: str = ""
    giver_name: str = ""


def key_of(uuid: UUID) -> str:
    """Return the key of all that a gift moves."""
    return f"gift:{uuid}"


async def sent_before(
    member_id: int, uuid: UUID, wish: GiftWish, *, at: datetime
) -> FullGift | None:
    """Return the gift of that name as it stands, where it was sent; None where it is yet to be.

    Raises:
        Conflict: ``key_reused``: the name stands for another gift, hers or another's.
    """
    known = await named(uuid, at=at)
    if known is None:
        return None
    if known.giver_id != member_id:
        raise Conflict("key_reused")
    holds = (known.points, None if known.is_for_friend else known.coupon_uuid)
    if holds != (wish.points, wish.coupon_uuid):
        raise Conflict("key_reused")
    if known.state is GiftState.READY:
        return None
    said = (known.card_slot, known.words, known.giver_name)
    if said != (wish.card_slot, wish.words, wish.giver_name):
        raise Conflict("key_reused")
    return known


async def send(
    member_id: int, uuid: UUID, wish: GiftWish, *, links: Links, at: datetime
) -> FullGift:
    """Send a gift under a name of hers; a retry is answered as it stands.

    Raises:
        NotFound: ``no_such_gift``, ``no_such_coupon``, ``no_such_card``, ``no_such_member``.
        Conflict: ``key_reused``.
        Refused: ``not_enough_points``, ``coupon_not_giftable``, ``coupon_locked`` and its like, or
            what bounds gifts: ``too_new_for_gifts``, ``gifts_of_today_sent``,
            ``gift_points_limit``, ``gift_points_too_new``.
    """
    return await in_transaction(lambda: _send(member_id, uuid, wish, links=links, at=at))


async def _send(
    member_id: int, uuid: UUID, wish: GiftWish, *, links: Links, at: datetime
) -> FullGift:
    await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", member_id)
    known = await sent_before(member_id, uuid, wish, at=at)
    if known is not None:
        return known
    rules = await programme.load()
    card = chosen(rules, wish.card_slot, at=at)
    (await allowance(member_id, rules, at=at)).check(wish.points)
    until = days_good(at, rules.gifts(at).days_to_claim)
    said = (digest(links.secret(uuid)), card, wish.words, wish.giver_name, at)
    if wish.points is not None:
        until = min(until, await _take_points(member_id, uuid, wish.points, rules, at=at) or until)
        await db.fetch(_SEND_NEW, uuid, member_id, "points", wish.points, None, *said, until)
    elif wish.coupon_uuid is not None:
        coupon_id, expires_at = await _take_coupon(member_id, wish.coupon_uuid, rules, at=at)
        until = min(until, expires_at)
        await db.fetch(_SEND_NEW, uuid, member_id, "coupon", None, coupon_id, *said, until)
    else:
        ready = await find(uuid, member_id=member_id, at=at)
        await db.fetch(_SEND_READY, ready.id, *said, min(until, ready.lapses_at))
    return await find(uuid, member_id=member_id, at=at)


async def _take_points(
    member_id: int, uuid: UUID, points: int, rules: Programme, *, at: datetime
) -> datetime | None:
    """Draw points from their lots; return when the first of them lapses, if one ever does."""
    key = key_of(uuid)
    spend = ledger.Spend(
        member_id=member_id,
        key=key,
        at=at,
        cause=key,
        points=points,
        idle_expires_at=rules.expiry(at).idle_expires_at(at),
    )
    await ledger.record_one(spend)
    (row,) = await db.fetch(_FIRST_LAPSE, key)
    lapses_at: datetime | None = row["lapses_at"]
    return lapses_at


async def _take_coupon(
    member_id: int, uuid: UUID, rules: Programme, *, at: datetime
) -> tuple[int, datetime]:
    """Hold a coupon for a gift; return its id and when it expires."""
    held = await coupons.find(uuid, member_id=member_id, at=at)
    if refusal := held.refusal():
        raise refusal
    batch = rules.version(held.rule_version_id, DISCOUNTS)
    if batch is None or not batch.body.is_giftable:
        raise Refused("coupon_not_giftable")
    rows = await db.fetch(_HOLD, member_id, uuid, at)
    if not rows:  # locked, used or given since we looked
        now = await coupons.find(uuid, member_id=member_id, at=at)
        raise now.refusal() or Refused("coupon_locked")
    return rows[0]["id"], rows[0]["expires_at"]
