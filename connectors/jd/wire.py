"""What JD's open platform answers, as far as we use it: yuan and Shanghai's time, as texts.

Nothing of the receiver, of invoices or of remarks is asked for, nor the buyer's account name.
"""

import msgspec
from msgspec import Struct, field

from connectors.reading.texts import Id, Money, Number

Text = str | None


class Ware(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One SKU of an order; ``jd_price`` is the list price of one piece."""

    sku_id: Id | None = ""
    outer_sku_id: Id | None = ""
    product_no: Id | None = ""
    ware_id: Id | None = ""
    sku_name: Text = ""
    jd_price: Money = 0
    item_total: Number = 1


class Discount(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What was taken off, of one SKU or of all (``sku_id`` empty).

    ``coupon_type`` is a number, with its name behind a hyphen or without.
    """

    sku_id: Id | None = ""
    coupon_type: Id | None = ""
    coupon_price: Money = 0


class ShopOrder(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """An order. ``order_payment`` is what she paid beside her JD balance, freight with it."""

    order_id: Id
    order_state: str
    vender_id: Id | None = ""
    pay_type: Id | None = ""
    order_total_price: Money = 0
    order_payment: Money = 0
    freight_price: Money = 0
    balance_used: Money = 0
    tax_fee: Money = 0
    service_fee: Money = 0
    order_start_time: Text = ""
    payment_confirm_time: Text = ""
    order_end_time: Text = ""
    modified: Text = ""
    parent_order_id: Id | None = ""
    direct_parent_order_id: Id | None = ""
    open_id_buyer: Text = field(default="", name="open_id_buyer")
    xid_buyer: Text = field(default="", name="xid_buyer")
    item_info_list: list[Ware] | None = None
    coupon_detail_list: list[Discount] | None = None


# What is asked for of an order, by its fields.
ORDER_FIELDS = ",".join(one.encode_name for one in msgspec.structs.fields(ShopOrder))


class AfterSale(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """Of what a service (售后服务单) is: one ware of an order."""

    order_id: Id | None = ""
    ware_id: Id | None = ""


class GivenBack(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A refund of an after-sale. ``refound_amount`` [sic] is what was really given back."""

    afs_refund_id: Id | None = ""
    status: Number | None = 0
    refound_amount: Money = 0
    complete_time: Text = ""
    same_order_service_bill: AfterSale | None = None


class Told(Struct, frozen=True, omit_defaults=True):
    """An order with the refunds of its after-sales."""

    order: ShopOrder
    refunds: list[GivenBack] = []


told_of = msgspec.json.Decoder(Told).decode
