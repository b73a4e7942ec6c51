"""Product reviews: stars and a text of a member for a product of a purchase that is completed.

Her phone names a review by a uuid, so that a retry is free. There is one a purchase and SKU: two
lines of the same product are reviewed together. She may change hers once a day, and take it back.
Staff hide it, with a reason, and show it again. No points come of it: what was reviewed stands.

Locks: the member, then her review.
"""

from loyalty.product_reviews.moderating import hide, show_again
from loyalty.product_reviews.reading import (
    FullProductReview,
    ProductStars,
    find,
    named,
    newest,
    of_product,
    stars_of,
)
from loyalty.product_reviews.reviewable import ReviewableGoods, of_purchases
from loyalty.product_reviews.writing import ReviewWish, review, reviewed_before, take_back

__all__ = [
    "FullProductReview",
    "ProductStars",
    "ReviewWish",
    "ReviewableGoods",
    "find",
    "hide",
    "named",
    "newest",
    "of_product",
    "of_purchases",
    "review",
    "reviewed_before",
    "show_again",
    "stars_of",
    "take_back",
]
