"""What Douyin's open platform answers and pushes, as far as we use it. Money in fen, unix seconds.

Numbers come as numbers and as texts, ids beyond 2^53 as both: `Number` and `Id` take either.
Nothing of the receiver is kept: names, numbers and addresses are ciphered or masked there.
"""

import msgspec
from msgspec import Struct

from connectors.reading.texts import Id, Number


class SkuAfterSale(Struct, frozen=True, omit_defaults=True):
    """How the newest after-sale of a sub-order stands; all 0 where there never was one."""

    after_sale_status: Number = 0
    refund_status: Number = 0

    def is_there(self) -> bool:
        """Say whether there is or was one."""
        return any(map(int, (self.after_sale_status, self.refund_status)))


class SkuOrder(Struct, frozen=True, omit_defaults=True):
    """A sub-order: one SKU with its own attribution. ``pay_amount`` is what was paid for it."""

    order_id: Id
    product_name: str = ""
    sku_id: Id = 0
    code: str = ""
    out_sku_id: Id = ""
    item_num: Number = 1
    origin_amount: Number = 0
    sum_amount: Number = 0
    pay_amount: Number = 0
    post_amount: Number = 0
    promotion_pay_amount: Number = 0
    author_id: Id = 0
    author_name: str = ""
    room_id: Id = 0
    room_id_str: str = ""
    video_id: Id = ""
    after_sale_info: SkuAfterSale = SkuAfterSale()


class ShopOrder(Struct, frozen=True, omit_defaults=True):
    """A shop order with its sub-orders."""

    order_id: Id
    order_status: Number
    pay_amount: Number = 0
    post_amount: Number = 0
    promotion_shop_amount: Number = 0
    promotion_platform_amount: Number = 0
    promotion_talent_amount: Number = 0
    promotion_pay_amount: Number = 0
    create_time: Number = 0
    pay_time: Number = 0
    update_time: Number = 0
    finish_time: Number = 0
    doudian_open_id: str = ""
    sku_order_list: list[SkuOrder] = []


class GivenBack(Struct, frozen=True, omit_defaults=True):
    """An after-sale as its detail tells it: ``real_refund_amount`` is what was given back."""

    after_sale_id: Id = 0
    after_sale_status: Number = 0
    refund_status: Number = 0
    real_refund_amount: Number = 0
    update_time: Number = 0


class Told(Struct, frozen=True, omit_defaults=True):
    """An order with its after-sales, by the id of the sub-order that each is about."""

    order: ShopOrder
    after_sales: list[tuple[str, GivenBack]] = []


class ShopMember(Struct, frozen=True):
    """Whether a buyer is a member of the shop; her number as it is, where it may be told."""

    open_id: str
    success: bool = False
    mobile: str = ""
    err_code: Id = 0


class MemberUpdate(Struct, frozen=True, omit_defaults=True):
    """What a member is by now, or that she is none; points in hundredths, or in points."""

    open_id: str
    level: int | None = None
    pointCent: int | None = None
    integral: int | None = None
    unbind: bool = False


class Push(Struct, frozen=True):
    """One message; ``data`` is JSON in a text, or JSON."""

    tag: Id
    data: str | dict[str, object]
    msg_id: str = ""
    msgId: str = ""


class PushedOrder(Struct, frozen=True):
    """Of what order of which shop a message speaks, whatever it says."""

    p_id: Id
    shop_id: Id


told_of = msgspec.json.Decoder(Told).decode
