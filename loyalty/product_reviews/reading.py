"""Product reviews as they stand: hers, those of a product, and all of them for staff."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty.errors import NotFound
from models import db


@dataclass(frozen=True, slots=True)
class FullProductReview:
    """A review; ``member_id`` and ``member_uuid`` are whoever she is by now.

    ``purchase_uuid`` and ``sku`` are what it is of, ``title`` what that shop called it.
    ``text`` is "" once it was taken back.
    """

    id: int
    uuid: UUID
    member_id: int
    member_uuid: UUID
    purchase_uuid: UUID
    sku: str
    title: str
    stars: int
    text: str
    written_at: datetime
    changed_at: datetime | None
    taken_back_at: datetime | None
    hidden_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProductStars:
    """How many reviews of a product gave 1, 2, 3, 4 and 5 stars, in this order."""

    counts: tuple[int, int, int, int, int]

    @property
    def reviews(self) -> int:
        """Return how many there are."""
        return sum(self.counts)

    @property
    def average(self) -> float | None:
        """Return the average of the stars to one digit; None where there is no review."""
        if not self.reviews:
            return None
        stars = sum(stars * count for stars, count in enumerate(self.counts, 1))
        # halves go up: in tenths, of whole numbers, since round() goes to the even digit
        return (20 * stars + self.reviews) // (2 * self.reviews) / 10


_REVIEWS = """
SELECT review.id, review.uuid, root.id AS member_id, root.uuid AS member_uuid,
       purchase.uuid AS purchase_uuid, review.sku,
       coalesce((SELECT title FROM purchase_line AS line
                 WHERE line.purchase_id = purchase.id AND line.sku = review.sku
                 ORDER BY number LIMIT 1), review.sku) AS title,
       review.stars, review.text, review.written_at, review.changed_at,
       review.taken_back_at, review.hidden_at
FROM product_review AS review
JOIN customer ON customer.id = review.member_id
JOIN customer AS root ON root.id = coalesce(customer.merged_into_id, customer.id)
JOIN purchase ON purchase.id = review.purchase_id
"""

_OF_PRODUCT = f"""
{_REVIEWS}
WHERE review.sku = $1 AND review.taken_back_at IS NULL AND review.hidden_at IS NULL
  AND ($2::uuid IS NULL OR (review.written_at, review.id) < (
      SELECT written_at, id FROM product_review WHERE uuid = $2 AND sku = $1))
ORDER BY review.written_at DESC, review.id DESC LIMIT $3
"""

_STARS = """
SELECT stars, count(*) AS reviews FROM product_review
WHERE sku = $1 AND taken_back_at IS NULL AND hidden_at IS NULL GROUP BY stars
"""

_NEWEST = f"""
{_REVIEWS}
WHERE review.taken_back_at IS NULL AND ($1::integer IS NULL OR review.stars = $1)
  AND ($2::uuid IS NULL OR (review.written_at, review.id) < (
      SELECT written_at, id FROM product_review WHERE uuid = $2))
ORDER BY review.written_at DESC, review.id DESC LIMIT $3
"""


async def find(uuid: UUID, *, member_id: int) -> FullProductReview:
    """Return a review of a member's.

    Raises:
        NotFound: ``no_such_review``: none, or another's.
    """
    found = await named(uuid)
    if found is None or found.member_id != member_id:
        raise NotFound("no_such_review")
    return found


async def named(uuid: UUID) -> FullProductReview | None:
    """Return the review of that name, whosever it is; None where there is none."""
    rows = await db.fetch(f"{_REVIEWS} WHERE review.uuid = $1", uuid)
    return FullProductReview(*rows[0]) if rows else None


async def of_product(sku: str, *, before: UUID | None, limit: int) -> list[FullProductReview]:
    """Return the reviews of a product that all may read, newest first, those after ``before``."""
    return [FullProductReview(*row) for row in await db.fetch(_OF_PRODUCT, sku, before, limit)]


async def stars_of(sku: str) -> ProductStars:
    """Return how often which stars were given to a product."""
    found = {row["stars"]: row["reviews"] for row in await db.fetch(_STARS, sku)}
    one, two, three, four, five = (found.get(stars, 0) for stars in range(1, 6))
    return ProductStars((one, two, three, four, five))


async def newest(*, stars: int | None, before: UUID | None, limit: int) -> list[FullProductReview]:
    """Return the newest reviews of all products, hidden ones, too, or those with these stars."""
    return [FullProductReview(*row) for row in await db.fetch(_NEWEST, stars, before, limit)]
