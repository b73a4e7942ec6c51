"""The products of a shop on Douyin, as its open platform tells them."""

from collections.abc import Sequence
from typing import Any

from simulator.shops.shelf import Good, Shelf, number

PRODUCTS, SKUS, BRANDS = 3_500_000_000_000_000_000, 1_700_000_000_000_000_000, 50_000
NO_BRAND = 596_120_136
MOST_A_PAGE = 100
ONLINE, OFFLINE, APPROVED, NOT_SENT_IN = 0, 1, 3, 1


def listed(shelf: Shelf, asked: dict[str, Any]) -> object:
    """product.listV2 by its cursor; an empty page is the end. Raises: KeyError, ValueError."""
    size, cursor = asked["size"], str(asked.get("cursor_id", ""))
    if asked["use_cursor"] is not True or not 1 <= int(size) <= MOST_A_PAGE:
        raise ValueError("size")
    first = shelf.items().values()
    after = tuple(map(int, cursor.split("-"))) if cursor else (0, 0)
    left = [goods for goods in first if (goods[0].listed_at, goods[0].turn) > after]
    rows = left[: int(size)]
    end = (rows[-1][0].listed_at, rows[-1][0].turn) if rows else after
    told = {
        "data": [_row(goods) for goods in rows],
        "page": 1,
        "size": size,
        "total": len(first),
        "cursor_id": f"{end[0]}-{end[1]}",
    }
    shelf.moved()
    return told


def detail(shelf: Shelf, asked: dict[str, Any]) -> object | None:
    """product.detail; None where there is none. Raises: KeyError, ValueError."""
    wanted = asked["product_id"]
    if not isinstance(wanted, str) or not wanted.isdecimal():
        raise ValueError("product_id")
    for goods in shelf.items().values():
        if product_id(goods[0]) == int(wanted):
            return _detail(goods)
    return None


def product_id(good: Good) -> int:
    """Beyond 2^53, the same for an item every time."""
    return number(good.item_name, above=PRODUCTS)


def _row(goods: Sequence[Good]) -> dict[str, object]:
    first, is_online = goods[0], any(one.is_on_sale for one in goods)
    return {
        "product_id": product_id(first),
        "name": first.title,
        "img": first.picture,
        "status": ONLINE if is_online else OFFLINE,
        "check_status": APPROVED if is_online else NOT_SENT_IN,
        "market_price": first.price_fen,
        "discount_price": first.price_fen,
        "out_product_id": 0,
        "outer_product_id": first.item,
        "product_type": 0,
        "category_detail": _category(first),
    }


def _detail(goods: Sequence[Good]) -> dict[str, object]:
    first = goods[0]
    return {
        **_row(goods),
        "product_id_str": str(product_id(first)),
        "pic": [first.picture] if first.picture else [],
        "standard_brand_id": number(first.brand, above=BRANDS) if first.brand else NO_BRAND,
        "spec_prices": [
            {
                "sku_id": number(one.sku, above=SKUS),
                "code": one.sku,
                "out_sku_id": 0,
                "outer_sku_id": "",
                "price": one.price_fen,
                "stock_num": 100,
                "spec_detail_name1": one.spec,
                "spec_detail_name2": "",
                "spec_detail_name3": "",
                "sku_status": one.is_on_sale,
            }
            for one in goods
        ],
    }


def _category(good: Good) -> dict[str, object]:
    return {
        "first_cid": 20_000,
        "first_cname": "食品饮料",
        "second_cid": 20_001,
        "second_cname": good.category,
        "third_cid": 0,
        "third_cname": "",
        "fourth_cid": 0,
        "fourth_cname": "",
    }
