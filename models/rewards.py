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
    """How far a redemption is.

    Reserved: points and piece are held until the money comes. Issued: hers to fetch or use. Handed
    over: fetched, or used up. Sending: WeChat Pay is asked for her cash coupon. To ship, shipped,
    received: on its way to her address. Cancelled,
    expired and returned by the carrier: points and money are given back.
    """

    RESERVED = "reserved"
    ISSUED = "issued"
    SENDING = "sending"
    TO_SHIP = "to_ship"
    SHIPPED = "shipped"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Redemption(Model):
    """One member's exchange of points for a reward; ``uuid`` is the name that her phone gave it.

    ``code`` is what staff scan or type, ``uses`` how often they may and ``used`` how often they
    did. Where the reward is a coupon there is no code: that redemption is handed over at once, and
    ``coupon_id`` is the coupon it became. ``expires_at`` is when its state ends by itself;
    ``store_order_id`` is the order that a right to buy early is for, ``ended_why`` the code of why
    it did not come to its end. One made ``with_coupon_id`` cost that coupon, and nothing else.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    member_id = fields.BigIntField()
    slot = fields.TextField()
    rule_version_id = fields.BigIntField()
    points = fields.BigIntField()
    cash_fen = fields.BigIntField(default=0)
    code = fields.TextField(null=True)
    uses = fields.IntField(default=1)
    used = fields.IntField(default=0)
    state = fields.CharEnumField(RedemptionState)
    coupon_id = fields.BigIntField(null=True)
    with_coupon_id = fields.BigIntField(null=True)
    store_order_id = fields.BigIntField(null=True)
    redeemed_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    ended_why = fields.TextField(null=True)
    handed_over_by = fields.BigIntField(null=True)

    class Meta:
        table = "redemption"


class Shipment(Model):
    """Where a redemption is sent, sealed with the master key, and how it went on its way.

    The address is deleted (``erased_at``) some time after it has come or was cancelled.
    """

    redemption_id = fields.BigIntField(primary_key=True)
    sealed_address = fields.BinaryField(null=True)
    erased_at = fields.DatetimeField(null=True)
    carrier = fields.TextField(null=True)
    tracking_number = fields.TextField(null=True)
    shipped_at = fields.DatetimeField(null=True)
    shipped_by = fields.BigIntField(null=True)

    class Meta:
        table = "shipment"


class PayCouponState(StrEnum):
    """What became of a cash coupon at WeChat Pay: hers to use, used in a payment, or expired."""

    USABLE = "usable"
    USED = "used"
    EXPIRED = "expired"


class PayCoupon(Model):
    """A cash coupon that WeChat Pay is asked for, by ``request_number`` (out_request_no).

    ``due_at`` is when it is to be asked (again); ``coupon_id`` is the platform's, once it is hers,
    and ``look_at`` when WeChat Pay is next asked what became of it. It is good until ``ends_at``.
    """

    redemption_id = fields.BigIntField(primary_key=True)
    request_number = fields.CharField(max_length=100, unique=True)
    app_id = fields.TextField()
    openid = fields.TextField()
    stock_id = fields.TextField()
    coupon_id = fields.TextField(null=True)
    due_at = fields.DatetimeField(null=True)
    state = fields.CharEnumField(PayCouponState, null=True)
    ends_at = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(null=True)
    look_at = fields.DatetimeField(null=True)

    class Meta:
        table = "pay_coupon"


class RedemptionUse(Model):
    """One use of a redemption's code by staff; ``name`` is that of the form, so it counts once."""

    name = fields.UUIDField(primary_key=True)
    redemption_id = fields.BigIntField()
    staff_member_id = fields.BigIntField()
    used_at = fields.DatetimeField()

    class Meta:
        table = "redemption_use"


class RedemptionPaymentState(StrEnum):
    """Awaiting the money, paid, or closed; then perhaps given back, or staff must settle it."""

    AWAITING = "awaiting"
    PAID = "paid"
    CLOSED = "closed"
    REFUNDING = "refunding"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"


class RedemptionPayment(Model):
    """The money of a redemption: ``number`` is what WeChat Pay knows it by (out_trade_no).

    ``payer_fen`` of ``total_fen`` was her own. It is given back whole or not at all.
    """

    redemption_id = fields.BigIntField(primary_key=True)
    number = fields.CharField(max_length=32, unique=True)
    app_id = fields.TextField()
    openid = fields.TextField()
    total_fen = fields.BigIntField()
    payer_fen = fields.BigIntField(null=True)
    state = fields.CharEnumField(RedemptionPaymentState)
    prepay_id = fields.TextField(null=True)
    payment_id = fields.TextField(null=True)
    paid_at = fields.DatetimeField(null=True)
    refund_due_at = fields.DatetimeField(null=True)

    class Meta:
        table = "redemption_payment"


class CouponState(StrEnum):
    """Issued 发放, locked to an order 锁定, in a gift 赠送中, used 核销, void 作废, expired."""

    ISSUED = "issued"
    GIVEN = "given"
    LOCKED = "locked"
    USED = "used"
    VOID = "void"
    EXPIRED = "expired"


class Coupon(Model):
    """One member's right to a discount; ``slot`` is its coupon batch ("coupon:vip_20").

    ``key`` names why she has it ("campaign:third_order:v1:71"), so it is issued once; ``reason``
    says it to her: a code with its figures. ``locked_by`` is the store order that holds it; one
    that was used without an order was exchanged for a reward. Where she has it as a gift,
    ``issued_to`` is the member to whom we gave it.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    key = fields.CharField(max_length=255, unique=True)
    member_id = fields.BigIntField()
    issued_to = fields.BigIntField(null=True)
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
