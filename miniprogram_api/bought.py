"""What an order of the own store and a purchase elsewhere are told alike."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from loyalty.product_reviews import ReviewableGoods
from loyalty.products import ForSale
from loyalty.programme import Programme
from web.languages import Language
from web.typed import Moment

Products = Mapping[str, ForSale]


class BoughtPoints(Struct, frozen=True):
    """The points that it brought, net of refunds.

    They can be spent from ``settle_at`` on; that is null until it is completed, and then so many
    ``days_after_completion``.
    """

    points: int
    settle_at: Moment | None
    days_after_completion: int


class Reviewing(Struct, frozen=True):
    """``can_review``: a review can be written; ``review`` names the one that I wrote."""

    can_review: bool
    review: UUID | None


NO_REVIEW = Reviewing(False, None)


def points_of(
    points: int, *, paid_at: datetime, completed_at: datetime | None, rules: Programme
) -> BoughtPoints:
    """Return what it brought, by the policy of the moment when it was paid."""
    policy = rules.points(paid_at)
    settle_at = policy.settles_at(completed_at) if completed_at and points else None
    return BoughtPoints(points, settle_at, policy.return_window_days)


def reviewing(goods: ReviewableGoods | None) -> Reviewing:
    """Say whether goods can be reviewed, or were."""
    if goods is None:
        return NO_REVIEW
    return Reviewing(goods.refusal() is None, goods.review_uuid)


def name_of(sku: str, title: str, *, known: Products, language: Language) -> str:
    """Return what a product is called now; where we sell no such one, as it was sold."""
    return known[sku].name.spoken(language) if sku in known else title


def picture_of(sku: str, known: Products) -> str:
    """Return a product's picture, empty where there is none."""
    return known[sku].picture if sku in known else ""
