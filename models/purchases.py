"""Paid orders in our shape, whatever shop they came from, with their lines."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model


class ShopKind(StrEnum):
    """Where it was bought."""

    TMALL = "tmall"
    TAOBAO = "taobao"
    JD = "jd"
    DOUYIN = "douyin"
    WECHAT_SHOP = "wechat_shop"
    XIAOHONGSHU = "xiaohongshu"
    YOUZAN = "youzan"
    SHOPIFY = "shopify"
    OWN_STORE = "own_store"
    POS = "pos"


class PurchaseState(StrEnum):
    """How far a paid order has come. A refunded one was paid and is wholly given back.

    A replaced one (已拆分) was split up by its platform: its money stands in its parts.
    """

    PAID = "paid"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    REFUNDED = "refunded"
    REPLACED = "replaced"


class AttributionKind(StrEnum):
    """What or who brought a sale about."""

    LIVE_ROOM = "live_room"  # 直播间
    VIDEO = "video"  # 短视频
    TALENT = "talent"  # 达人, 主播
    GUIDE = "guide"  # 导购: the user id of a staff member
    SHARER = "sharer"  # a customer who passed it on


class Shop(Model):
    """One shop of the brand on one platform, or one of its own."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharEnumField(ShopKind)
    code = fields.TextField()
    name = fields.TextField()

    class Meta:
        table = "shop"
        unique_together = (("kind", "code"),)


class Purchase(Model):
    """A paid order. Money in minor units of ``currency`` (fen for CNY).

    ``revision`` counts accepted changes from 1; ``points_earned`` is what the order has earned net
    of refunds, and ``earned`` the entries that hold it as [[key, points], ...]; ``tier`` is the
    code of the tier she had when she paid, and ``paid_as_id`` the member she was then, whoever she
    was merged with since; ``digest`` is the content of the newest accepted revision.
    ``parent_number`` is the order that she placed, of which it is a part; "" for most.
    """

    id = fields.BigIntField(primary_key=True)
    uuid = fields.UUIDField(unique=True)
    shop_id = fields.BigIntField()
    number = fields.TextField()
    parent_number = fields.TextField(default="")
    customer_id = fields.BigIntField(null=True)
    state = fields.CharEnumField(PurchaseState)
    currency = fields.TextField()
    goods_fen = fields.BigIntField()
    discount_shop_fen = fields.BigIntField()
    discount_platform_fen = fields.BigIntField()
    discount_talent_fen = fields.BigIntField()
    points_deduct_fen = fields.BigIntField()
    freight_fen = fields.BigIntField()
    paid_fen = fields.BigIntField()
    refunded_fen = fields.BigIntField()
    ordered_at = fields.DatetimeField()
    paid_at = fields.DatetimeField()
    completed_at = fields.DatetimeField(null=True)
    platform_updated_at = fields.DatetimeField(null=True)
    source = fields.TextField()
    revision = fields.IntField()
    points_earned = fields.BigIntField()
    earned: fields.Field[object] = fields.JSONField()
    tier = fields.TextField(null=True)
    paid_as_id = fields.BigIntField(null=True)
    digest = fields.BinaryField()
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "purchase"
        unique_together = (("shop_id", "number"),)


class PurchaseLine(Model):
    """One line of a purchase: ``goods_fen`` before discounts, ``paid_fen`` of the buyer's money.

    ``attributed_to`` is what brought the sale about, as [{kind, code, name}, ...]; null for none.
    The table's key is (purchase_id, number); Tortoise wants one column and is told the first.
    """

    purchase_id = fields.BigIntField(primary_key=True)
    number = fields.IntField()
    key = fields.TextField()
    sku = fields.TextField()
    title = fields.TextField()
    category = fields.TextField()
    brand = fields.TextField()
    quantity = fields.BigIntField()
    goods_fen = fields.BigIntField()
    paid_fen = fields.BigIntField()
    refunded_fen = fields.BigIntField()
    attributed_to: fields.Field[object] = fields.JSONField(null=True)

    class Meta:
        table = "purchase_line"
        unique_together = (("purchase_id", "number"),)
