"""What members get for their points: redemptions with their stock, and coupons."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class RewardStock(Model):
    """How many of a reward's stock are taken; ``slot`` is the reward's rule ("reward:tote_bag").

    The most there may be stands in the rule; whoever takes one raises ``taken`` in the same
    statement that compares it, so the stock is never overshot.
    """

    slot = fields.CharField(max_length=100, primary_key=True)
    taken = fields.IntField()

    class Meta:
        table = "reward_stock"


class RedemptionState(StrEnum):
    """Issued: hers to fetch. Handed over by staff, cancelled (points given back), or expired."""

    ISSUED = "issued"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Redemption(Model):
    """One member's exchange of points for a reward; ``uuid`` is the name that her phone gave it.

    ``code`` is what staff scan or type to hand a gift over. Where the reward is a coupon there is
    none: that redemption is handed over at once, and ``coupon_id`` is the coupon it became.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    member_id = fields.BigIntField()
    slot = fields.TextField()
    rule_version_id = fields.BigIntField()
    points = fields.BigIntField()
    code = fields.TextField(null=True)
    state = fields.CharEnumField(RedemptionState)
    coupon_id = fields.BigIntField(null=True)
    redeemed_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    handed_over_by = fields.BigIntField(null=True)

    class Meta:
        table = "redemption"


class CouponState(StrEnum):
    """Issued 发放, locked to an order 锁定, used 核销, void 作废, expired."""

    ISSUED = "issued"
    LOCKED = "locked"
    USED = "used"
    VOID = "void"
    EXPIRED = "expired"


class Coupon(Model):
    """One member's right to a discount; ``slot`` is its coupon batch ("coupon:vip_20").

    ``key`` names why she has it ("campaign:third_order:v1:71"), so it is issued once; ``reason``
    says it to her: a code with its figures. ``locked_by`` is the store order that holds it.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    key = fields.CharField(max_length=255, unique=True)
    member_id = fields.BigIntField()
    slot = fields.TextField()
    rule_version_id = fields.BigIntField()
    code = fields.TextField()
    reason: fields.Field[object] = fields.JSONField()
    state = fields.CharEnumField(CouponState)
    locked_by = fields.BigIntField(null=True)
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "coupon"


class CouponStock(Model):
    """How many coupons of a batch there are, without void ones; ``slot`` is the batch.

    A row stands from the first coupon on that was given while the batch had a limit. The most there
    may be stands in the rule.
    """

    slot = fields.CharField(max_length=100, primary_key=True)
    taken = fields.IntField()

    class Meta:
        table = "coupon_stock"


class CouponDeedKind(StrEnum):
    """What a staff member did: to one coupon, or to a run of codes."""

    GIVEN = "given"
    VOIDED = "voided"
    CODES_MADE = "codes_made"
    CODES_DOWNLOADED = "codes_downloaded"
    CODES_VOIDED = "codes_voided"
    CODES_ENDED = "codes_ended"


class CouponDeed(Model):
    """What a staff member did with coupons or codes of a batch, when, and why; never changed."""

    id = fields.BigIntField(primary_key=True)
    slot = fields.TextField()
    kind = fields.CharEnumField(CouponDeedKind)
    coupon_id = fields.BigIntField(null=True)
    run_id = fields.BigIntField(null=True)
    reason = fields.TextField()
    staff_member_id = fields.BigIntField()
    done_at = fields.DatetimeField()

    class Meta:
        table = "coupon_deed"
