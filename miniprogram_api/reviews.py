"""Product reviews: hers, under a name that her phone gives, and those of a product."""

from datetime import date
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from loyalty import product_reviews as verbs
from loyalty import products
from loyalty.calendar import day_of
from loyalty.errors import NotFound
from loyalty.product_reviews import FullProductReview, ReviewWish
from miniprogram_api.paging import PageQuery, cut
from web import content
from web.context import Context
from web.masks import masked
from web.session import Shopper
from web.typed import Moment
from wechat.miniprogram import ContentScene

# Lines may be broken; no other sign that is not written.
WRITTEN = "^[^\\x00-\\x09\\x0b-\\x1f\\x7f]*$"

Sku = Annotated[
    str,
    Meta(
        pattern="^[^\\x00-\\x1f\\x7f]{1,100}$",
        min_length=1,
        max_length=100,
        description="The `sku` of a product or of a line of a purchase",
    ),
]
Stars = Annotated[int, Meta(ge=1, le=5)]
Text = Annotated[str, Meta(max_length=500, pattern=WRITTEN, description="May be empty")]


class ReviewBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What I say of a product that I bought: one review a purchase and SKU."""

    purchase: UUID
    sku: Sku
    stars: Stars
    text: Text = ""


class MyReview(Struct, frozen=True):
    """A review of mine. ``is_hidden``: the brand hid it, and only I see it.

    ``is_taken_back``: I took it back, and its text is gone.
    """

    uuid: UUID
    purchase: UUID
    sku: str
    name: str
    stars: int
    text: str
    written_at: Moment
    changed_at: Moment | None
    is_hidden: bool
    is_taken_back: bool


class ReviewLine(Struct, frozen=True):
    """One review of a product; others' names are masked. ``written_on`` is a day in Shanghai."""

    uuid: UUID
    name: str
    stars: int
    text: str
    written_on: date
    is_mine: bool


class ProductReviewList(Struct, frozen=True):
    """Newest first; ``next_before`` asks for the next page, and is null on the last.

    ``average`` is that of all reviews, to one digit, null where there is none; ``stars`` counts
    those with 1, 2, 3, 4 and 5 stars. ``shared`` is the one that was asked for, if all may read it.
    """

    sku: str
    name: str
    average: float | None
    count: int
    stars: list[int]
    reviews: list[ReviewLine]
    shared: ReviewLine | None
    next_before: UUID | None


class ReviewQuery(PageQuery, frozen=True, forbid_unknown_fields=True):
    """A page, and one review of the product that somebody shared."""

    shared: UUID | None = None


async def of_product(shopper: Shopper, query: ReviewQuery, sku: Sku) -> ProductReviewList:
    """Read what members say of a product.

    Raises:
        NotFound: ``no_such_product``.
    """
    names = await products.names([sku])
    if sku not in names:
        raise NotFound("no_such_product", sku=sku)
    counted = await verbs.stars_of(sku)
    found = await verbs.of_product(sku, before=query.before, limit=query.limit + 1)
    shown, next_before = cut([_line(one, shopper) for one in found], query.limit)
    return ProductReviewList(
        sku=sku,
        name=names[sku].spoken(shopper.language),
        average=counted.average,
        count=counted.reviews,
        stars=list(counted.counts),
        reviews=list(shown),
        shared=await _shared(query.shared, sku, shopper) if query.shared else None,
        next_before=next_before,
    )


async def _shared(uuid: UUID, sku: str, shopper: Shopper) -> ReviewLine | None:
    one = await verbs.named(uuid)
    if one is None or one.sku != sku or one.taken_back_at or one.hidden_at:
        return None
    return _line(one, shopper)


async def read(shopper: Shopper, uuid: UUID) -> MyReview:
    """Read one of my reviews.

    Raises:
        NotFound: ``no_such_review``.
    """
    return await _mine(await verbs.find(uuid, member_id=shopper.customer_id), shopper)


async def write(
    shopper: Shopper, context: Context, uuid: UUID, body: ReviewBody, request: web.Request
) -> MyReview:
    """Review a product of a completed purchase of mine, or change what I said: once a day.

    Name it by a UUID of your own, and send the same again when in doubt: it is answered as it
    stands. What I write is looked at by WeChat first.

    Raises:
        NotFound: ``no_such_purchase``, ``not_in_purchase``.
        Conflict: ``key_reused``: this name stands for something else.
        Refused: ``purchase_not_completed``, ``goods_refunded``, ``already_reviewed``,
            ``review_changed_today``, ``review_taken_back``, ``content_not_allowed``,
            ``content_doubtful``.
        Unavailable: ``content_check_away``.
        NotSignedIn: ``session_expired``: WeChat did not see me for two hours.
        TooManyRequests: ``too_many_requests``.
    """
    wish = ReviewWish(body.purchase, body.sku, body.stars, body.text.strip())
    found = await verbs.reviewed_before(shopper.customer_id, uuid, wish)
    if found is None:
        await content.check(wish.text, shopper, request=request, scene=ContentScene.COMMENT)
        found = await verbs.review(shopper.customer_id, uuid, wish, at=context.clock())
    return await _mine(found, shopper)


async def take_back(shopper: Shopper, context: Context, uuid: UUID) -> MyReview:
    """Take a review of mine back: its text is gone; taking it back again changes nothing.

    Raises:
        NotFound: ``no_such_review``.
    """
    found = await verbs.take_back(shopper.customer_id, uuid, at=context.clock())
    return await _mine(found, shopper)


async def _mine(review: FullProductReview, shopper: Shopper) -> MyReview:
    named = (await products.names([review.sku])).get(review.sku)
    return MyReview(
        uuid=review.uuid,
        purchase=review.purchase_uuid,
        sku=review.sku,
        name=named.spoken(shopper.language) if named else review.title,
        stars=review.stars,
        text=review.text,
        written_at=review.written_at,
        changed_at=review.changed_at,
        is_hidden=review.hidden_at is not None,
        is_taken_back=review.taken_back_at is not None,
    )


def _line(review: FullProductReview, shopper: Shopper) -> ReviewLine:
    is_mine = review.member_id == shopper.customer_id
    return ReviewLine(
        uuid=review.uuid,
        name=masked(review.member_uuid, shopper.language, is_me=is_mine),
        stars=review.stars,
        text=review.text,
        written_on=day_of(review.written_at),
        is_mine=is_mine,
    )
