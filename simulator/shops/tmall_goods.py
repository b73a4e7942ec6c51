"""The items of a shop on Tmall or Taobao, as the open platform tells them."""

from collections.abc import Callable, Mapping, Sequence

from simulator.shops.shelf import Good, Shelf, named, number
from simulator.shops.tmall_told import yuan

ITEMS, SKUS, CIDS = 610_000_000_000, 4_700_000_000_000, 50_000_000
MOST_A_PAGE, LAST_PAGE, MOST_DETAILS = 200, 101, 20
LISTED = frozenset(
    [
        "approve_status",
        "num_iid",
        "title",
        "nick",
        "type",
        "cid",
        "pic_url",
        "num",
        "props",
        "valid_thru",
        "list_time",
        "price",
        "has_discount",
        "has_invoice",
        "has_warranty",
        "has_showcase",
        "modified",
        "delist_time",
        "postage_id",
        "seller_cids",
        "outer_id",
    ]
)
BANNERS = ("for_shelved", "sold_out", "violation_off_shelf")
ORDERS = tuple(f"{column}:{way}" for column in ("list_time", "modified") for way in ("asc", "desc"))


class Wrong(Exception):
    """A parameter that is not as documented."""


def onsale(shelf: Shelf, asked: Mapping[str, str]) -> object:
    """taobao.items.onsale.get. Raises: Wrong."""
    return _listed(shelf, asked, wanted=_is_on_sale)


def inventory(shelf: Shelf, asked: Mapping[str, str]) -> object:
    """taobao.items.inventory.get. Raises: Wrong."""
    banner = asked.get("banner", "for_shelved")
    if banner not in BANNERS:
        raise Wrong("banner")
    is_listed = banner == "for_shelved"
    return _listed(shelf, asked, wanted=lambda goods: is_listed and not _is_on_sale(goods))


def details(shelf: Shelf, asked: Mapping[str, str]) -> object:
    """taobao.items.seller.list.get: what it does not know it leaves out. Raises: Wrong."""
    numbers = asked.get("num_iids", "").split(",")
    if not all(one.isdecimal() for one in numbers) or len(numbers) > MOST_DETAILS:
        raise Wrong("num_iids")
    fields = asked["fields"].split(",")
    items = {str(number(name, above=ITEMS)): goods for name, goods in shelf.items().items()}
    rows = [_item(one, items[one], fields) for one in numbers if one in items]
    return {"items": {"item": rows}} if rows else {}


def categories(shelf: Shelf, asked: Mapping[str, str]) -> object:
    """taobao.itemcats.get. Raises: Wrong."""
    cids = asked.get("cids", "").split(",")
    if not all(one.isdecimal() for one in cids):
        raise Wrong("cids")
    known = named((one.category for one in shelf.all()), above=CIDS)
    rows = [{"cid": int(one), "name": known[int(one)]} for one in cids if int(one) in known]
    return {"item_cats": {"item_cat": rows}} if rows else {}


CALLS: Mapping[str, Callable[[Shelf, Mapping[str, str]], object]] = {
    "taobao.items.onsale.get": onsale,
    "taobao.items.inventory.get": inventory,
    "taobao.items.seller.list.get": details,
    "taobao.itemcats.get": categories,
}


def _listed(
    shelf: Shelf, asked: Mapping[str, str], *, wanted: Callable[[Sequence[Good]], bool]
) -> object:
    fields = asked["fields"].split(",")
    if not set(fields) <= LISTED:
        raise Wrong("fields")
    page, size = asked.get("page_no", "1"), asked.get("page_size", "40")
    if not (page.isdecimal() and size.isdecimal() and 1 <= int(page) <= LAST_PAGE):
        raise Wrong("page_no")
    if not 1 <= int(size) <= MOST_A_PAGE:
        raise Wrong("page_size")
    order = asked.get("order_by", "list_time:desc")
    if order not in ORDERS:
        raise Wrong("order_by")
    found = [(name, goods) for name, goods in shelf.items().items() if wanted(goods)]
    if order.endswith("desc"):
        found.reverse()
    rows = [
        _item(str(number(name, above=ITEMS)), goods, fields)
        for name, goods in found[(int(page) - 1) * int(size) : int(page) * int(size)]
    ]
    shelf.moved()
    return {"total_results": len(found), **({"items": {"item": rows}} if rows else {})}


def _is_on_sale(goods: Sequence[Good]) -> bool:
    return any(one.is_on_sale for one in goods)


def _item(num_iid: str, goods: Sequence[Good], fields: Sequence[str]) -> dict[str, object]:
    first = goods[0]
    props = "20000:29534:品牌:" + first.brand if first.brand else ""
    whole: dict[str, object] = {
        "num_iid": int(num_iid),
        "title": first.title,
        "outer_id": "",
        "cid": number(first.category, above=CIDS) if first.category else 0,
        "pic_url": first.picture,
        "price": yuan(min(one.price_fen for one in goods)),
        "approve_status": "onsale" if _is_on_sale(goods) else "instock",
        "props_name": f"122216547:3226292:适用季节:四季;{props}".strip(";"),
        "sku": {"sku": [_sku(one) for one in goods]},
    }
    told = {name: value for name, value in whole.items() if name in fields}
    return {"skus" if name == "sku" else name: value for name, value in told.items()}


def _sku(good: Good) -> dict[str, object]:
    return {
        "sku_id": number(good.sku, above=SKUS),
        "outer_id": good.sku,
        "price": yuan(good.price_fen),
        "properties": "1627207:28320",
        "properties_name": f"1627207:28320:规格:{good.spec}" if good.spec else "",
        "quantity": 100,
        "status": "normal",
    }
