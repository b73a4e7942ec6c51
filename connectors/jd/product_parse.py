"""From SKUs of JD and the wares that they belong to to products as the shop sells them. Pure."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from connectors.reading.products import name_of, picture_of, usable_sku, words_of
from connectors.reading.texts import Id, Money, Number, fen, first_id
from loyalty.errors import Refused
from loyalty.shop_products import SoldProduct

ON_SALE = 1


class Sku(Struct, frozen=True, rename="camel"):
    """One SKU; ``jd_price`` in yuan, ``logo`` a picture's path, ``status`` 1 on sale, 2 not."""

    sku_id: Id
    ware_id: Id | None = ""
    outer_id: Id | None = ""
    sku_name: str | None = ""
    jd_price: Money = None
    logo: str | None = ""
    status: Number | None = 0


class Ware(Struct, frozen=True, rename="camel"):
    """What SKUs have in common; ``item_num`` is its number at the merchant's (货号)."""

    ware_id: Id
    title: str | None = ""
    brand_name: str | None = ""
    category_id: Id | None = ""
    item_num: Id | None = ""
    logo: str | None = ""


SKU_FIELDS = ",".join(one.encode_name for one in msgspec.structs.fields(Sku))
WARE_FIELDS = ",".join(one.encode_name for one in msgspec.structs.fields(Ware))


def sold(
    sku: Sku, wares: Mapping[str, Ware], categories: Mapping[str, str], *, pictures: str
) -> list[SoldProduct]:
    """Return a SKU by the code that an order's line has for it; ``pictures`` stands before paths.

    Raises:
        Refused: ``ware_unknown``, ``sku_not_usable``, ``name_missing``, ``amount_not_possible``.
    """
    ware = wares.get(str(sku.ware_id or ""))
    if ware is None:
        raise Refused("ware_unknown", ware=str(sku.ware_id))
    of_sku, of_ware = first_id(sku.outer_id), first_id(ware.item_num)
    return [
        SoldProduct(
            sku=usable_sku(first_id(of_sku, of_ware, sku.sku_id)),
            item=str(sku.sku_id),
            name=name_of(ware.title if of_ware and not of_sku else sku.sku_name or ware.title),
            category=words_of(categories.get(str(ware.category_id or ""))),
            brand=words_of(ware.brand_name),
            price_fen=None if sku.jd_price in (None, "") else fen(sku.jd_price, name="jdPrice"),
            picture=picture_of(sku.logo or ware.logo, base=pictures),
            is_on_sale=int(sku.status or 0) == ON_SALE,
        )
    ]
