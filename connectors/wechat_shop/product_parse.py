"""From products of a shop on WeChat to products by SKU as it sells them. Pure. Money in fen."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from connectors.reading.products import name_of, picture_of, usable_sku, words_of
from connectors.reading.texts import Id, Number, first_id
from loyalty.errors import Refused
from loyalty.shop_products import SoldProduct

ON_SALE = 5
MOST_FEN = 10**12


class Category(Struct, frozen=True):
    """One level of a product's category; the last is the lowest."""

    cat_id: Id = ""


class Attribute(Struct, frozen=True):
    """What tells a SKU from others of its product."""

    attr_value: str | None = ""


class Sku(Struct, frozen=True):
    """One SKU: ``sku_code`` is the shop's own code."""

    sku_id: Id = ""
    sku_code: str | None = ""
    out_sku_id: Id | None = ""
    sale_price: Number | None = None
    thumb_img: str | None = ""
    status: Number | None = ON_SALE
    sku_attrs: list[Attribute] | None = None


class Item(Struct, frozen=True):
    """A product as it is online; ``cats_v2`` are of the newer tree of categories."""

    product_id: Id
    title: str | None = ""
    head_imgs: list[str] | None = None
    cats: list[Category] | None = None
    cats_v2: list[Category] | None = None
    brand_id: Id | None = ""
    status: Number | None = 0
    skus: list[Sku] | None = None

    @property
    def category_id(self) -> str:
        """Return the lowest category, "" where none is told."""
        told: Sequence[Category] = self.cats_v2 or self.cats or ()
        return first_id(*(one.cat_id for one in reversed(told)))


def sold(item: Item, categories: Mapping[str, str], brands: Mapping[str, str]) -> list[SoldProduct]:
    """Return what is sold of a product, by the code that an order's line has for its SKU.

    Raises:
        Refused: ``sku_not_usable``, ``name_missing``, ``amount_not_possible``.
    """
    is_online = int(item.status or 0) == ON_SALE
    return [
        SoldProduct(
            sku=usable_sku(first_id(sku.sku_code, sku.out_sku_id, sku.sku_id)),
            item=str(item.product_id),
            name=name_of(item.title, *(one.attr_value for one in sku.sku_attrs or ())),
            category=words_of(categories.get(item.category_id)),
            brand=words_of(brands.get(first_id(item.brand_id))),
            price_fen=_fen(sku.sale_price),
            picture=picture_of(sku.thumb_img or (item.head_imgs or [""])[0]),
            is_on_sale=is_online and int(sku.status or 0) == ON_SALE,
        )
        for sku in item.skus or ()
    ]


def _fen(told: Number | None) -> int | None:
    amount = None if told is None else int(told)
    if amount is not None and not 0 <= amount <= MOST_FEN:
        raise Refused("amount_not_possible", name="sale_price", amount=amount)
    return amount
