"""What members say of products that they bought, and what staff did with it."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class ProductReviewDeedKind(StrEnum):
    """What a staff member did with a review."""

    HIDDEN = "hidden"
    SHOWN = "shown"


class ProductReview(Model):
    """A product review 商品评价: 1 to 5 stars and a text for one product of one purchase.

    ``uuid`` is the name that her phone gave it, ``member_id`` whose purchase it was: where two are
    one, the root reads it as hers, and it goes with the purchase where they part again.
    Taken back 撤回, its text is gone; hidden 隐藏, only she and staff see it.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    member_id = fields.BigIntField()
    purchase_id = fields.BigIntField()
    sku = fields.TextField()
    stars = fields.IntField()
    text = fields.TextField()
    written_at = fields.DatetimeField()
    changed_at = fields.DatetimeField(null=True)
    taken_back_at = fields.DatetimeField(null=True)
    hidden_at = fields.DatetimeField(null=True)

    class Meta:
        table = "product_review"


class ProductReviewDeed(Model):
    """What a staff member did with a review, when, and why; never changed."""

    id = fields.BigIntField(primary_key=True)
    review_id = fields.BigIntField()
    kind = fields.CharEnumField(ProductReviewDeedKind)
    reason = fields.TextField()
    staff_member_id = fields.BigIntField()
    done_at = fields.DatetimeField()

    class Meta:
        table = "product_review_deed"
