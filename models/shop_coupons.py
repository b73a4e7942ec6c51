"""Coupons that members have at shops on platforms (店铺券), for what they reached on a ladder."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class ShopCouponBatchState(StrEnum):
    """Whether the shop has a batch.

    ``ASKED``: its platform was asked to make it, and has not told us the outcome.
    """

    WANTED = "wanted"
    ASKED = "asked"
    MADE = "made"
    REFUSED = "refused"


class ShopCouponState(StrEnum):
    """Whether she has a coupon there.

    ``WAITING`` for its batch, or for her to be known there. ``ASKED``: its platform was asked to
    give it to her, and has not told us the outcome. ``WITHDRAWN`` before it was given to her:
    orders were given back. ``LAPSED``: nobody could be given it in time.
    """

    WAITING = "waiting"
    ASKED = "asked"
    SENT = "sent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class ShopCouponBatch(Model):
    """Coupons of one rung that a shop's platform was to make, and what it calls them (``number``).

    They are given out from ``starts_at`` until ``given_until``, and used before ``ends_at``.
    ``asked_at`` is the wire's time. ``error`` is why it was refused, or is not made yet.
    """

    id = fields.BigIntField(primary_key=True)
    connection_id = fields.BigIntField()
    slot = fields.TextField()
    rung = fields.TextField()
    coupon_fen = fields.BigIntField()
    least_order_fen = fields.BigIntField()
    starts_at = fields.DatetimeField()
    given_until = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    rule_version_id = fields.BigIntField()
    state = fields.CharEnumField(ShopCouponBatchState)
    number = fields.TextField(null=True)
    error = fields.TextField(null=True)
    asked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "shop_coupon_batch"
        unique_together = (
            (
                "connection_id",
                "slot",
                "rung",
                "coupon_fen",
                "least_order_fen",
                "starts_at",
                "ends_at",
            ),
            ("connection_id", "number"),
        )


class ShopCoupon(Model):
    """What one member has for one rung that she reached, once a ``round`` of the ladder's window.

    ``shop`` is that of the rule. ``name`` is what its platform calls her, ``number`` what it calls
    the coupon. ``below_at``: since it was given to her, or asked for, she is below the rung again.
    """

    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    slot = fields.TextField()
    round = fields.TextField()
    rung = fields.TextField()
    shop = fields.TextField()
    coupon_fen = fields.BigIntField()
    least_order_fen = fields.BigIntField()
    rule_version_id = fields.BigIntField()
    state = fields.CharEnumField(ShopCouponState)
    batch_id = fields.BigIntField(null=True)
    name = fields.TextField(null=True)
    number = fields.TextField(null=True)
    error = fields.TextField(null=True)
    reached_at = fields.DatetimeField()
    given_at = fields.DatetimeField()
    lapses_at = fields.DatetimeField()
    asked_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    below_at = fields.DatetimeField(null=True)

    class Meta:
        table = "shop_coupon"
        unique_together = (("member_id", "slot", "round", "rung"),)
