"""The brand's own store in the mini-program: what it sells, and what is being bought."""

from enum import StrEnum

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model


class Product(Model):
    """Something for sale. Without ``cost_fen`` its cost is unknown, never guessed.

    ``price_fen`` is the own store's: what only shops on platforms sell has none, and is not on sale
    here. ``told_by_shops`` are the fields that the brand left to them.
    """

    sku = fields.CharField(max_length=100, primary_key=True)
    name_zh = fields.TextField()
    name_en = fields.TextField()
    category = fields.TextField()
    brand = fields.TextField()
    price_fen = fields.BigIntField(null=True)
    cost_fen = fields.BigIntField(null=True)
    picture = fields.TextField()
    is_on_sale = fields.BooleanField()
    told_by_shops: fields.Field[object] = ArrayField("text", default=list)

    class Meta:
        table = "product"


class ShopProduct(Model):
    """A product as one shop on a platform sells it; ``item`` is what the platform knows it by.

    Several SKUs of the platform may have one code of the brand's: ``price_fen`` is the lowest.
    ``seen_at`` is when the newest reading that found it began; ``gone_at`` is when two readings in
    a row had not found it. None is ever deleted.
    """

    id = fields.BigIntField(primary_key=True)
    connection_id = fields.BigIntField()
    sku = fields.CharField(max_length=100)
    item = fields.TextField()
    name = fields.TextField()
    category = fields.TextField()
    brand = fields.TextField()
    price_fen = fields.BigIntField(null=True)
    cost_fen = fields.BigIntField(null=True)
    picture = fields.TextField()
    is_on_sale = fields.BooleanField()
    seen_at = fields.DatetimeField()
    gone_at = fields.DatetimeField(null=True)

    class Meta:
        table = "shop_product"
        unique_together = (("connection_id", "sku"),)


class ProductReading(Model):
    """How a shop's products are read: whole, from the first page to the last.

    ``begun_at`` names the reading that has the ``leased_until``, or had it last; ``whole_at`` is
    when the last began that came to its end, at ``ended_at``. ``unread`` are {item, reason} of what
    it could not use; ``error`` is why the newest ended early.
    """

    connection_id = fields.BigIntField(primary_key=True)
    begun_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    whole_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    unread: fields.Field[object] = fields.JSONField()
    error = fields.TextField(null=True)

    class Meta:
        table = "product_reading"


class Cart(Model):
    """The cart kept for a member: ``units`` by SKU, and since when they are as they are."""

    member_id = fields.BigIntField(primary_key=True)
    units: fields.Field[object] = fields.JSONField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "cart"


class StoreOrderState(StrEnum):
    """Awaiting payment, then paid, or closed where it was not paid in time."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    CLOSED = "closed"


class StoreOrder(Model):
    """A checkout of a quote; ``uuid`` is the name that her phone gave it. Paid, it is a purchase.

    ``number`` is what WeChat Pay knows it by (out_trade_no); ``quote`` is what was shown to her,
    ``lines`` what the purchase will have. ``payer_fen`` of ``total_fen`` was her own money.
    One that ``hesitates`` has an offer that waited for her to hesitate. ``grounds`` are what
    decided its price, and ``seal`` proves that nobody changed them, or the quote, since.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    member_id = fields.BigIntField()
    number = fields.CharField(max_length=32, unique=True)
    openid = fields.TextField()
    app_id = fields.TextField()
    quote: fields.Field[object] = fields.JSONField()
    lines: fields.Field[object] = fields.JSONField()
    grounds: fields.Field[object] = fields.JSONField()
    seal = fields.BinaryField()
    hesitates = fields.BooleanField(default=False)
    total_fen = fields.BigIntField()
    payer_fen = fields.BigIntField(null=True)
    coupon_id = fields.BigIntField(null=True)
    state = fields.CharEnumField(StoreOrderState)
    prepay_id = fields.TextField(null=True)
    payment_id = fields.TextField(null=True)
    ordered_at = fields.DatetimeField()
    lapses_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "store_order"


class PriceAudit(Model):
    """One audit of placed orders: how many were priced again, and those that differed.

    ``differences`` are the first hundred, as [{number, member_id, ordered_at, rule, told}, ...].
    """

    id = fields.BigIntField(primary_key=True)
    audited_at = fields.DatetimeField()
    orders = fields.IntField()
    differing = fields.IntField()
    differences: fields.Field[object] = fields.JSONField()

    class Meta:
        table = "price_audit"


class StoreRefundState(StrEnum):
    """Asked of WeChat Pay until it says: done, or failed, which staff must settle with her."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


class StoreRefund(Model):
    """Money given back on a store order; ``number`` is what WeChat Pay knows it by.

    ``name`` is what whoever asked calls it. ``lines`` are {line key: fen of the order's total}.
    """

    id = fields.BigIntField(primary_key=True)
    store_order_id = fields.BigIntField()
    name = fields.TextField()
    number = fields.CharField(max_length=64, unique=True)
    lines: fields.Field[object] = fields.JSONField()
    fen = fields.BigIntField()
    state = fields.CharEnumField(StoreRefundState)
    due_at = fields.DatetimeField()
    asked_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "store_refund"
        unique_together = (("store_order_id", "name"),)


class DiscountUseState(StrEnum):
    """Reserved by an order that awaits payment, used by a paid one, or released by a closed one."""

    RESERVED = "reserved"
    USED = "used"
    RELEASED = "released"


class DiscountUse(Model):
    """What an order took of a discount that has a budget; ``pers`` are the budgets it counts in.

    ``on_day`` is the Shanghai day on which it was placed. What an order once used stays used.
    """

    store_order_id = fields.BigIntField(primary_key=True)
    slot = fields.TextField()
    rule_version_id = fields.BigIntField()
    member_id = fields.BigIntField()
    fen = fields.BigIntField()
    pers: fields.Field[object] = ArrayField("text", default=list)
    on_day = fields.DateField()
    state = fields.CharEnumField(DiscountUseState)

    class Meta:
        table = "discount_use"
        unique_together = (("store_order_id", "slot"),)


class BudgetTaken(Model):
    """How much of a slot's budget is gone in one period, used and reserved together.

    ``most_fen`` and ``most_uses`` are the budget as it was when somebody last took of it.
    """

    slot = fields.CharField(max_length=100, primary_key=True)
    per = fields.TextField()
    begins_on = fields.DateField()
    fen = fields.BigIntField()
    uses = fields.BigIntField()
    most_fen = fields.BigIntField(null=True)
    most_uses = fields.BigIntField(null=True)

    class Meta:
        table = "budget_taken"
        unique_together = (("slot", "per", "begins_on"),)
