"""What TOP answers and its messages say, as far as we use it. Money in yuan with two decimals.

Numbers come as numbers and as texts: `Number` and `Id` take either. Nothing of the receiver is
asked for, and no nick of a buyer kept: they are masked there.
"""

from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from connectors.reading.texts import Id, Number

Yuan = Annotated[str, Meta(pattern=r"^(-?[0-9]{1,12}(\.[0-9]{1,2})?)?\Z")]


def fen(yuan: str) -> int:
    """Return an amount in fen; nothing where nothing is told."""
    return int(Decimal(yuan).scaleb(2)) if yuan else 0


class SubOrder(Struct, frozen=True, omit_defaults=True):
    """A sub-order (子订单): one SKU. ``divide_order_fee`` is what was paid for it, shared out."""

    oid: Id
    num_iid: Id = ""
    sku_id: Id = ""
    outer_iid: str = ""
    outer_sku_id: str = ""
    title: str = ""
    price: Yuan = ""
    num: Number = 1
    total_fee: Yuan = ""
    payment: Yuan = ""
    divide_order_fee: Yuan = ""
    part_mjz_discount: Yuan = ""
    status: str = ""
    refund_id: Id = ""
    o2o_guide_id: Id = ""
    o2o_guide_name: str = ""


class SubOrders(Struct, frozen=True, omit_defaults=True):
    """The list of sub-orders in its wrapper."""

    order: list[SubOrder] = []


class Trade(Struct, frozen=True, omit_defaults=True):
    """A trade (主订单) with its sub-orders. Moments are of Shanghai."""

    tid: Id
    tid_str: str = ""
    status: str = ""
    type: str = ""
    payment: Yuan = ""
    post_fee: Yuan = ""
    order_tax_fee: Yuan = ""
    created: str = ""
    pay_time: str = ""
    end_time: str = ""
    modified: str = ""
    buyer_open_uid: str = ""
    ouid: str = ""
    seller_nick: str = ""
    step_trade_status: str = ""
    trade_attr: str = ""
    point_fee: Number = 0
    alipay_point: Number = 0
    pcc_af: Number = 0
    tmall_coupon_fee: Number = 0
    platform_subsidy_fee: Yuan = ""
    expand_card_basic_price_used: Yuan = ""
    expand_card_expand_price_used: Yuan = ""
    o2o_guide_id: Id = ""
    o2o_guide_name: str = ""
    nr_shop_guide_id: Id = ""
    nr_shop_guide_name: str = ""
    orders: SubOrders = SubOrders()

    @property
    def number(self) -> str:
        """Return its id as a text."""
        return self.tid_str or str(self.tid)


class Refund(Struct, frozen=True, omit_defaults=True):
    """A refund (退款单); ``refund_fee`` is what the buyer is given back where it succeeds."""

    refund_id: Id
    tid: Id = ""
    oid: Id = ""
    status: str = ""
    refund_fee: Yuan = ""
    modified: str = ""
    dispute_type: str = ""


class Told(Struct, frozen=True, omit_defaults=True):
    """A trade with all its refunds."""

    trade: Trade
    refunds: list[Refund] = []


class MessageContent(Struct, frozen=True):
    """What a message says, as far as it names an order and a shop."""

    tid: Id = ""
    seller_nick: str = ""
    anchor_open_id: str = ""


# What is asked for of a trade and of a refund.
NOT_IN_DETAIL = ("ouid",)
TRADE_FIELDS = ",".join(name for name in Trade.__struct_fields__ if name not in NOT_IN_DETAIL)
REFUND_FIELDS = ",".join(Refund.__struct_fields__)

told_of = msgspec.json.Decoder(Told).decode
content_of = msgspec.json.Decoder(MessageContent).decode
