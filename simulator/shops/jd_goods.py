"""The wares and SKUs of a shop on JD, as its open platform tells them."""

from collections.abc import Callable, Mapping
from typing import Any

from simulator.shops.jd_told import sku_id
from simulator.shops.shelf import Good, Shelf, named, number

WARES, CATEGORIES = 10_000_000_000, 12_000
SKU_FIELDS = frozenset(
    ["wareId", "skuId", "status", "saleAttrs", "jdPrice", "outerId", "logo", "skuName"]
)
WARE_FIELDS = frozenset(
    [
        "wareId",
        "title",
        "brandName",
        "categoryId",
        "itemNum",
        "logo",
        "wareStatus",
        "jdPrice",
        "costPrice",
    ]
)
MOST_SKUS, MOST_WARES = 50, 20
STATUSES = {"1": True, "2": False}


def skus(shelf: Shelf, asked: dict[str, Any]) -> object:
    """jingdong.sku.read.searchSkuList, by number. Raises: KeyError, ValueError."""
    fields = _fields(asked, SKU_FIELDS)
    if asked["orderFiled"] != "skuId" or asked["orderType"] not in ("asc", "desc"):
        raise ValueError("orderFiled")
    wanted = {STATUSES[one] for one in str(asked["skuStatuValue"]).split(",")}
    page, size = _page(asked["pageNo"], asked["page_size"], most=MOST_SKUS)
    found = [one for one in shelf.all() if one.is_on_sale in wanted]
    found.sort(key=lambda one: int(sku_id(one)), reverse=asked["orderType"] == "desc")
    rows = [_sku(one, fields) for one in found[(page - 1) * size : page * size]]
    shelf.moved()
    told = {"data": rows, "totalItem": len(found), "pageNo": page, "pageSize": size}
    return {"page": told}


def wares(shelf: Shelf, asked: dict[str, Any]) -> object:
    """jingdong.ware.read.searchWare4Valid, of some wares. Raises: KeyError, ValueError."""
    fields = _fields(asked, WARE_FIELDS)
    numbers = str(asked["wareId"]).split(",")
    page, size = _page(asked["pageNo"], asked["pageSize"], most=MOST_WARES)
    items = {str(number(name, above=WARES)): goods for name, goods in shelf.items().items()}
    found = [(one, items[one][0]) for one in numbers if one in items]
    rows = [_ware(one, good, fields) for one, good in found[(page - 1) * size : page * size]]
    return {"page": {"data": rows, "totalItem": len(found), "pageNo": page, "pageSize": size}}


def category(shelf: Shelf, asked: dict[str, Any]) -> object:
    """jingdong.category.read.findById. Raises: KeyError, ValueError."""
    if not isinstance(asked["cid"], int):
        raise ValueError("cid")
    known = named((one.category for one in shelf.all()), above=CATEGORIES)
    return {"category": {"id": asked["cid"], "name": known.get(asked["cid"])}}


CALLS: Mapping[str, Callable[[Shelf, dict[str, Any]], object]] = {
    "jingdong.sku.read.searchSkuList": skus,
    "jingdong.ware.read.searchWare4Valid": wares,
    "jingdong.category.read.findById": category,
}


def _fields(asked: dict[str, Any], known: frozenset[str]) -> list[str]:
    fields = str(asked["field"]).split(",")
    if not set(fields) <= known:
        raise ValueError("field")
    return fields


def _page(page: object, size: object, *, most: int) -> tuple[int, int]:
    if not (isinstance(page, int) and isinstance(size, int) and page >= 1 and size >= 1):
        raise ValueError("pageNo")
    return page, min(size, most)


def _sku(good: Good, fields: list[str]) -> dict[str, object]:
    whole: dict[str, object] = {
        "wareId": number(good.item_name, above=WARES),
        "skuId": int(sku_id(good)),
        "status": 1 if good.is_on_sale else 2,
        "saleAttrs": [],
        "jdPrice": good.price_fen / 100,
        "outerId": good.sku,
        "logo": good.picture.removeprefix("https://img10.360buyimg.com/n1/"),
        "skuName": f"{good.title} {good.spec}".strip(),
    }
    return {name: value for name, value in whole.items() if name in fields}


def _ware(ware_id: str, good: Good, fields: list[str]) -> dict[str, object]:
    whole: dict[str, object] = {
        "wareId": int(ware_id),
        "title": good.title,
        "brandName": good.brand,
        "categoryId": number(good.category, above=CATEGORIES) if good.category else None,
        "itemNum": good.item,
        "logo": good.picture,
        "wareStatus": 8 if good.is_on_sale else 2,
        "jdPrice": good.price_fen / 100,
        "costPrice": 0,
    }
    return {name: value for name, value in whole.items() if name in fields}
