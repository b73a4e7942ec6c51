"""What a member does with a review of hers: write it, change it, take it back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty.again import in_transaction
from loyalty.calendar import day_of, start_of
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.product_reviews.reading import FullProductReview, find, named
from loyalty.product_reviews.reviewable import bought
from models import db

_WRITE = """
INSERT INTO product_review (uuid, member_id, purchase_id, sku, stars, text, written_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

_CHANGE = "UPDATE product_review SET stars = $2, text = $3, changed_at = $4 WHERE id = $1"

_STANDS = "SELECT FROM member WHERE id = $1 AND deleted_at IS NULL FOR UPDATE"

_TAKE_BACK = "UPDATE product_review SET taken_back_at = $2, text = '' WHERE id = $1"

_TAKEN_BACK_SINCE = """
SELECT FROM product_review WHERE purchase_id = $1 AND sku = $2 AND taken_back_at >= $3 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class ReviewWish:
    """What she says of a product of a purchase; the text of at most 500 was looked at before."""

    purchase_uuid: UUID
    sku: str
    stars: int
    text: str = ""


async def reviewed_before(member_id: int, uuid: UUID, wish: ReviewWish) -> FullProductReview | None:
    """Return the review of that name where it says this already; None where it is to be written.

    Raises:
        Conflict: ``key_reused``: the name stands for a review of something else, or of another's.
    """
    known = await named(uuid)
    if known is None:
        return None
    is_hers = known.member_id == member_id
    if not is_hers or (known.purchase_uuid, known.sku) != (wish.purchase_uuid, wish.sku):
        raise Conflict("key_reused")
    says_this = (known.stars, known.text) == (wish.stars, wish.text)
    return known if says_this and known.taken_back_at is None else None


async def review(
    member_id: int, uuid: UUID, wish: ReviewWish, *, at: datetime
) -> FullProductReview:
    """Write a review under a name of hers, or change it; said again, it is answered as it stands.

    Of one that staff hid, what she changes stays hidden. Where she took one back, she may write
    another under a new name from the next day on, since that is a change, too.

    Raises:
        NotFound: ``no_such_purchase``, ``not_in_purchase``, ``no_such_member``.
        Conflict: ``key_reused``.
        Refused: ``purchase_not_completed``, ``goods_refunded``, ``already_reviewed``,
            ``review_changed_today``, ``review_taken_back``.
    """
    return await in_transaction(lambda: _review(member_id, uuid, wish, at=at))


async def _review(
    member_id: int, uuid: UUID, wish: ReviewWish, *, at: datetime
) -> FullProductReview:
    await _lock(member_id)
    if said := await reviewed_before(member_id, uuid, wish):
        return said
    if known := await named(uuid):
        await _change(known, wish, at=at)
    else:
        await _write(member_id, uuid, wish, at=at)
    return await find(uuid, member_id=member_id)


async def _write(member_id: int, uuid: UUID, wish: ReviewWish, *, at: datetime) -> None:
    goods = await bought(member_id, wish.purchase_uuid, wish.sku)
    if refusal := goods.refusal():
        raise refusal
    today = start_of(day_of(at))
    if await db.fetch(_TAKEN_BACK_SINCE, goods.purchase_id, goods.sku, today):
        raise Refused("review_changed_today")
    said = (wish.stars, wish.text, at)
    await db.fetch(_WRITE, uuid, goods.owner_id, goods.purchase_id, goods.sku, *said)


async def _change(known: FullProductReview, wish: ReviewWish, *, at: datetime) -> None:
    if known.taken_back_at is not None:
        raise Refused("review_taken_back")
    if known.changed_at is not None and day_of(known.changed_at) >= day_of(at):
        raise Refused("review_changed_today")
    await db.fetch(_CHANGE, known.id, wish.stars, wish.text, at)


async def take_back(member_id: int, uuid: UUID, *, at: datetime) -> FullProductReview:
    """Take a review back: its text is gone; taking it back again changes nothing.

    Raises:
        NotFound: ``no_such_review``: none, or another's. ``no_such_member``.
    """
    return await in_transaction(lambda: _take_back(member_id, uuid, at=at))


async def _take_back(member_id: int, uuid: UUID, *, at: datetime) -> FullProductReview:
    await _lock(member_id)
    known = await find(uuid, member_id=member_id)
    if known.taken_back_at is None:
        await db.fetch(_TAKE_BACK, known.id, at)
    return await find(uuid, member_id=member_id)


async def _lock(member_id: int) -> None:
    if not await db.fetch(_STANDS, member_id):
        raise NotFound("no_such_member", member_id=member_id)
