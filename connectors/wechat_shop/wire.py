"""What WeChat tells of a shop's orders, as far as we use it. Money in fen, Unix seconds.

Ids exceed 2^53 and come as numbers and as texts. Nothing of the receiver is kept: her name, her
address and her number, which may be a virtual one, are nobody's identity.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from connectors.reading.texts import Id, Number

Seconds = (
    Annotated[int, Meta(ge=0, le=99_999_999_999)] | Annotated[str, Meta(pattern="^[0-9]{1,11}$")]
)


class Product(Struct, frozen=True, omit_defaults=True):
    """One SKU of an order; ``real_price`` is what was paid for all of it."""

    product_id: Id = ""
    product_unique_id: Id = ""
    sku_id: Id = ""
    sku_code: str = ""
    out_sku_id: Id = ""
    title: str = ""
    sku_cnt: Number = 1
    sale_price: Number = 0
    real_price: Number = 0
    deduction_price: Number = 0
    cash_coupon_discounted_price: Number = 0


class Price(Struct, frozen=True, omit_defaults=True):
    """The amounts of an order; ``order_price`` is what the buyer paid, freight with it."""

    order_price: Number = 0
    freight: Number = 0
    change_freight: Number = 0
    is_change_freight: bool = False
    merchant_discounted_price: Number | None = None
    discounted_price: Number = 0
    vip_discounted_price: Number = 0
    bulkbuy_discounted_price: Number = 0
    change_down_price: Number = 0
    finder_discounted_price: Number = 0
    cash_coupon_discounted_price: Number = 0
    national_subsidy_discounted_price: Number = 0
    deduction_price: Number = 0


class Payment(Struct, frozen=True, omit_defaults=True):
    """When it was paid; 0 where it was not, or is to be paid later (先用后付)."""

    pay_time: Seconds = 0


class Scene(Struct, frozen=True, omit_defaults=True):
    """In which broadcast and checkout it was ordered, and when she confirmed that she has it."""

    confirm_receipt_time: Seconds = 0
    live_id: Id = ""
    vip_order_session_id: Id = ""


class Source(Struct, frozen=True, omit_defaults=True):
    """Which account sold a SKU, and by what."""

    sku_id: Id = ""
    account_type: Number = 0
    account_id: Id = ""
    account_nickname: str = ""
    sale_channel: Number = -1
    content_type: Number = 0
    content_id: Id = ""


class Sharer(Struct, frozen=True, omit_defaults=True):
    """Who passed a SKU on; without a SKU, the whole order."""

    sku_id: Id = ""
    sharer_openid: str = ""
    sharer_unionid: str = ""


class Detail(Struct, frozen=True, omit_defaults=True):
    """What an order holds."""

    product_infos: list[Product] = []
    price_info: Price = Price()
    pay_info: Payment = Payment()
    ext_info: Scene = Scene()
    source_infos: list[Source] = []
    sharer_info: Sharer = Sharer()
    sku_sharer_infos: list[Sharer] = []


class AfterSaleId(Struct, frozen=True):
    """An after-sale that an order names."""

    aftersale_order_id: Id


class AfterSales(Struct, frozen=True, omit_defaults=True):
    """The after-sales that an order names."""

    aftersale_order_list: list[AfterSaleId] = []


class ShopOrder(Struct, frozen=True, omit_defaults=True):
    """An order. ``openid`` is the payer's, but of a gift (``is_present``) the receiver's."""

    order_id: Id
    status: Number
    create_time: Seconds = 0
    update_time: Seconds = 0
    openid: str = ""
    unionid: str = ""
    is_present: bool = False
    present_giver_openid: str = ""
    present_giver_unionid: str = ""
    order_detail: Detail = Detail()
    aftersale_detail: AfterSales = AfterSales()


class Returned(Struct, frozen=True, omit_defaults=True):
    """Which SKU an after-sale is about."""

    sku_id: Id = ""


class Refunded(Struct, frozen=True, omit_defaults=True):
    """What an after-sale gives back."""

    amount: Number = 0


class AfterSale(Struct, frozen=True, omit_defaults=True):
    """An after-sale; money moves where its ``status`` says so."""

    after_sale_order_id: Id
    order_id: Id
    status: str
    update_time: Seconds = 0
    product_info: Returned = Returned()
    refund_info: Refunded = Refunded()


class Told(Struct, frozen=True, omit_defaults=True):
    """An order with its after-sales."""

    order: ShopOrder
    after_sales: list[AfterSale] = []


told_of = msgspec.json.Decoder(Told).decode
