"""What Shopify answers and pushes, as far as we use it: decimals as texts, moments of ISO 8601.

Of the customer nothing but her number is read: no name, e-mail address, phone number, address.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from connectors.reading.texts import Id, Money

Moment = Annotated[datetime, Meta(tz=True)]
Text = str | None
Pieces = int


class Amount(Struct, frozen=True, omit_defaults=True):
    """An amount with its currency."""

    amount: Money = 0
    currency_code: Text = ""


class AmountSet(Struct, frozen=True, omit_defaults=True):
    """An amount in the shop's currency; what the buyer saw beside it is not used."""

    shop_money: Amount | None = None


class OffLine(Struct, frozen=True, omit_defaults=True):
    """What a discount took off a line."""

    amount: Money = 0
    amount_set: AmountSet | None = None


class Line(Struct, frozen=True, omit_defaults=True):
    """One line; ``price`` is of one piece before discounts."""

    id: Id
    sku: Text = ""
    variant_id: Id | None = 0
    product_id: Id | None = 0
    title: Text = ""
    vendor: Text = ""
    quantity: Pieces = 0
    price: Money = 0
    price_set: AmountSet | None = None
    gift_card: bool | None = False
    discount_allocations: list[OffLine] | None = None


class ShippingLine(Struct, frozen=True, omit_defaults=True):
    """What was asked for sending it."""

    price: Money = 0
    discounted_price: Money = None
    discounted_price_set: AmountSet | None = None


class Payment(Struct, frozen=True, omit_defaults=True):
    """Money that moved: ``kind`` is sale, capture, authorization, refund, void."""

    id: Id = 0
    kind: Text = ""
    status: Text = ""
    amount: Money = 0
    currency: Text = ""
    gateway: Text = ""
    processed_at: Moment | None = None


class RefundedLine(Struct, frozen=True, omit_defaults=True):
    """Pieces of a line that a refund is about."""

    line_item_id: Id = 0
    quantity: Pieces = 0
    subtotal: Money = 0
    total_tax: Money = 0


class Adjustment(Struct, frozen=True, omit_defaults=True):
    """What of a refund is about no line: ``shipping_refund``, ``refund_discrepancy``."""

    kind: Text = ""
    amount: Money = 0


class Refund(Struct, frozen=True, omit_defaults=True):
    """A refund; the money that went back are its ``transactions`` that succeeded."""

    id: Id
    processed_at: Moment | None = None
    refund_line_items: list[RefundedLine] | None = None
    transactions: list[Payment] | None = None
    order_adjustments: list[Adjustment] | None = None


class Customer(Struct, frozen=True, omit_defaults=True):
    """Whose account it is."""

    id: Id = 0


class Fulfillment(Struct, frozen=True, omit_defaults=True):
    """A part of the order that was sent."""

    status: Text = ""
    created_at: Moment | None = None


class ShopOrder(Struct, frozen=True, omit_defaults=True):
    """An order with its lines and refunds. Plain amounts are of the shop's currency."""

    id: Id
    created_at: Moment
    updated_at: Moment
    processed_at: Moment | None = None
    test: bool | None = False
    financial_status: Text = ""
    fulfillment_status: Text = ""
    currency: Text = ""
    total_price: Money = 0
    total_price_set: AmountSet | None = None
    total_discounts: Money = 0
    total_discounts_set: AmountSet | None = None
    line_items: list[Line] | None = None
    shipping_lines: list[ShippingLine] | None = None
    refunds: list[Refund] | None = None
    fulfillments: list[Fulfillment] | None = None
    customer: Customer | None = None


ORDER_FIELDS = ",".join(one.encode_name for one in msgspec.structs.fields(ShopOrder))


class Told(Struct, frozen=True, omit_defaults=True):
    """An order with all money that moved for it; or a request about somebody's own facts."""

    order: ShopOrder | None = None
    payments: list[Payment] = []
    privacy: "Privacy | None" = None


class Privacy(Struct, frozen=True, omit_defaults=True):
    """What a customer or a shop asks of the facts that are kept (GDPR topics)."""

    topic: str
    customer: str = ""
    orders: list[str] = []


class PushedOrder(Struct, frozen=True):
    """Of what order a webhook speaks, whatever it says."""

    id: Id = 0
    order_id: Id | None = 0


class PushedPrivacy(Struct, frozen=True):
    """Of whom a webhook of the GDPR topics speaks."""

    customer: Customer | None = None
    orders_to_redact: list[Id] | None = None
    orders_requested: list[Id] | None = None


told_of = msgspec.json.Decoder(Told).decode
