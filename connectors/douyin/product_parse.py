"""From products of Douyin to products by SKU as the shop sells them. Pure. Money in fen."""

from collections.abc import Mapping

from msgspec import Struct

from connectors.reading.products import name_of, picture_of, usable_sku, words_of
from connectors.reading.texts import Id, Number, first_id
from loyalty.errors import Refused
from loyalty.shop_products import SoldProduct

ONLINE, APPROVED, DELETED = 0, 3, 2
MOST_FEN = 10**12


class Categories(Struct, frozen=True):
    """The names of the levels of a product's category; the lowest that there is counts."""

    first_cname: str | None = ""
    second_cname: str | None = ""
    third_cname: str | None = ""
    fourth_cname: str | None = ""

    @property
    def name(self) -> str:
        """Return the lowest."""
        told = (self.fourth_cname, self.third_cname, self.second_cname, self.first_cname)
        return next((one for one in told if one), "")


class Sku(Struct, frozen=True):
    """One SKU (spec_prices): ``code`` is the shop's own."""

    sku_id: Id = ""
    code: str | None = ""
    out_sku_id: Id | None = ""
    price: Number | None = None
    spec_detail_name1: str | None = ""
    spec_detail_name2: str | None = ""
    spec_detail_name3: str | None = ""
    sku_status: bool | None = None


class Item(Struct, frozen=True):
    """A product in detail: ``status`` 0 online, ``check_status`` 3 approved."""

    product_id: Id
    name: str | None = ""
    pic: list[str] | None = None
    img: str | None = ""
    status: Number | None = 0
    check_status: Number | None = 0
    category_detail: Categories | None = None
    standard_brand_id: Id | None = ""
    spec_prices: list[Sku] | None = None


def sold(item: Item, brands: Mapping[str, str]) -> list[SoldProduct]:
    """Return what is sold of a product, by the code that an order's line has for its SKU.

    Raises:
        Refused: ``sku_not_usable``, ``name_missing``, ``amount_not_possible``.
    """
    is_online = (int(item.status or 0), int(item.check_status or 0)) == (ONLINE, APPROVED)
    return [
        SoldProduct(
            sku=usable_sku(first_id(sku.code, sku.out_sku_id, sku.sku_id)),
            item=str(item.product_id),
            name=name_of(
                item.name, sku.spec_detail_name1, sku.spec_detail_name2, sku.spec_detail_name3
            ),
            category=words_of(item.category_detail.name if item.category_detail else ""),
            brand=brands.get(first_id(item.standard_brand_id), ""),
            price_fen=_fen(sku.price),
            picture=picture_of((item.pic or [""])[0] or item.img),
            is_on_sale=is_online and sku.sku_status is not False,
        )
        for sku in item.spec_prices or ()
    ]


def _fen(told: Number | None) -> int | None:
    amount = None if told is None else int(told)
    if amount is not None and not 0 <= amount <= MOST_FEN:
        raise Refused("amount_not_possible", name="price", amount=amount)
    return amount
