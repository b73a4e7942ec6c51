"""From items (宝贝) of Tmall or Taobao to products as the shop sells them. Pure."""

from collections.abc import Mapping

from msgspec import Struct

from connectors.reading.products import name_of, picture_of, usable_sku, words_of
from connectors.reading.texts import Id, Money, fen, first_id
from loyalty.shop_products import SoldProduct

BRAND = "品牌"
ON_SALE, DELETED = "onsale", "delete"


class Sku(Struct, frozen=True):
    """One SKU of an item. ``properties_name`` is "pid:vid:property:value;..."."""

    sku_id: Id = ""
    outer_id: Id | None = ""
    price: Money = None
    properties_name: str | None = ""
    status: str | None = ""


class Skus(Struct, frozen=True):
    """The list of SKUs in its wrapper."""

    sku: list[Sku] = []


class Item(Struct, frozen=True):
    """An item with its SKUs; one without any is sold as it is. Money in yuan."""

    num_iid: Id
    title: str | None = ""
    outer_id: Id | None = ""
    cid: Id = ""
    pic_url: str | None = ""
    price: Money = None
    approve_status: str | None = ""
    props_name: str | None = ""
    skus: Skus | None = None


# All SKUs of an item are asked for by the name of one.
ITEM_FIELDS = "num_iid,title,outer_id,cid,pic_url,price,approve_status,props_name,sku"


def sold(item: Item, categories: Mapping[str, str]) -> list[SoldProduct]:
    """Return what is sold of an item, by the code that a sub-order's line has for its SKU.

    Raises:
        Refused: ``sku_not_usable``, ``name_missing``, ``amount_not_possible``.
    """
    skus = item.skus.sku if item.skus else []
    if not skus:
        return [_sold(item, Sku(price=item.price), categories)]
    return [_sold(item, sku, categories) for sku in skus if sku.status != DELETED]


def _sold(item: Item, sku: Sku, categories: Mapping[str, str]) -> SoldProduct:
    of_sku = first_id(sku.outer_id)
    code = first_id(of_sku, item.outer_id, sku.sku_id, item.num_iid)
    # where the SKUs of an item have no code of their own, its code stands for all of them
    is_of_item = not of_sku and bool(first_id(item.outer_id))
    return SoldProduct(
        sku=usable_sku(code),
        item=str(item.num_iid),
        name=name_of(item.title, "" if is_of_item else " ".join(_values(sku.properties_name))),
        category=words_of(categories.get(str(item.cid))),
        brand=words_of(_brand(item.props_name)),
        price_fen=None if sku.price in (None, "") else fen(sku.price, name="price"),
        picture=picture_of(item.pic_url),
        is_on_sale=item.approve_status == ON_SALE,
    )


def _properties(told: str | None) -> list[list[str]]:
    """Return [pid, vid, property, value] of each; a value may hold colons."""
    found = (one.split(":", 3) for one in (told or "").split(";"))
    return [one for one in found if len(one) == 4]


def _values(told: str | None) -> list[str]:
    return [value for *_, value in _properties(told)]


def _brand(told: str | None) -> str:
    return next((value for *_, name, value in _properties(told) if name == BRAND), "")
