"""From products of Shopify, with what their variants cost, to what the store sells. Pure."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from connectors.reading.products import name_of, picture_of, usable_sku, words_of
from connectors.reading.texts import Id, Money, fen, first_id
from loyalty.shop_products import SoldProduct

ACTIVE = "active"
ONLY_ONE = "Default Title"  # the variant of a product that has no others


class Image(Struct, frozen=True):
    """A picture."""

    src: str | None = ""


class Variant(Struct, frozen=True):
    """One variant; ``price`` is of the store's currency."""

    id: Id
    sku: str | None = ""
    title: str | None = ""
    price: Money = None
    inventory_item_id: Id | None = 0


class Item(Struct, frozen=True):
    """A product with its variants."""

    id: Id
    title: str | None = ""
    vendor: str | None = ""
    product_type: str | None = ""
    status: str | None = ""
    image: Image | None = None
    variants: list[Variant] | None = None


class Stock(Struct, frozen=True):
    """An inventory item; ``cost`` is what one costs the merchant, where she entered it."""

    id: Id
    cost: Money = None


ITEM_FIELDS = ",".join(one.encode_name for one in msgspec.structs.fields(Item))


def sold(item: Item, costs: Mapping[str, Money], *, in_yuan: bool) -> list[SoldProduct]:
    """Return what is sold of a product, by the SKU that an order's line has for its variant.

    ``costs`` are by inventory item. Not ``in_yuan``, no price and no cost is taken: none is
    converted.

    Raises:
        Refused: ``sku_not_usable``, ``name_missing``, ``amount_not_possible``.
    """
    return [
        SoldProduct(
            sku=usable_sku(one.sku or first_id(one.id, item.id)),
            item=str(item.id),
            name=name_of(item.title, "" if one.title == ONLY_ONE else one.title),
            category=words_of(item.product_type),
            brand=words_of(item.vendor),
            price_fen=_fen(one.price, name="price") if in_yuan else None,
            cost_fen=_fen(costs.get(str(one.inventory_item_id)), name="cost") if in_yuan else None,
            picture=picture_of(item.image.src if item.image else ""),
            is_on_sale=item.status == ACTIVE,
        )
        for one in item.variants or ()
    ]


def _fen(told: Money, *, name: str) -> int | None:
    """Return an amount; what is not told is none, and only 0 is 0."""
    return None if told in (None, "") else fen(told, name=name)
