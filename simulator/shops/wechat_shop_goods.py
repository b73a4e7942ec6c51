"""The products of a shop on WeChat: its calls at api.weixin.qq.com."""

from collections.abc import Sequence

import msgspec

from simulator.api import WECHAT_SHOP, Answer, Call, Endpoint
from simulator.errors import Refused
from simulator.shops.shelf import Good, Shelf, named, number
from simulator.shops.wechat_shop_told import sku_id

KIND = "wechat_shop"
PRODUCTS, CATEGORIES, BRANDS = 9_100_000_000_000_000_000, 6_000, 10_000_000
MOST_PRODUCTS, MOST_BRANDS = 30, 50
NO_SUCH_PRODUCT = 10020052
ON_SALE, OFF_SALE = 5, 11


class ProductList(msgspec.Struct):
    """Body of product/list/get."""

    page_size: int
    next_key: str = ""
    status: int | None = None


class ProductWanted(msgspec.Struct):
    """Body of product/get: ``data_type`` 1 is what is online."""

    product_id: str
    data_type: int = 1


class CategoryWanted(msgspec.Struct):
    """Body of category/detail."""

    cat_id: int


class BrandList(msgspec.Struct):
    """Body of brand/valid/list/get."""

    page_size: int
    next_key: str = ""


async def list_products(call: Call) -> Answer:
    """Numbers of products, a page behind the last."""
    asked, shelf = call.json(ProductList), _shelf(call)
    if not 1 <= asked.page_size <= MOST_PRODUCTS:
        raise Refused(40097)
    after = _key(asked.next_key)
    items = list(shelf.items().values())
    left = [goods for goods in items if (goods[0].listed_at, goods[0].turn) > after]
    page = left[: asked.page_size]
    end = f"{page[-1][0].listed_at}:{page[-1][0].turn}" if page else ""
    told = {
        "errcode": 0,
        "errmsg": "ok",
        "product_ids": [str(_product_id(goods[0])) for goods in page],
        "next_key": end,
        "total_num": len(items),
    }
    shelf.moved()
    return told


async def get_product(call: Call) -> Answer:
    """One product as it is online."""
    asked = call.json(ProductWanted)
    for goods in _shelf(call).items().values():
        if str(_product_id(goods[0])) == asked.product_id:
            return {"errcode": 0, "errmsg": "ok", "product": _product(goods)}
    raise Refused(NO_SUCH_PRODUCT)


async def get_category(call: Call) -> Answer:
    """What a category is called."""
    wanted = call.json(CategoryWanted).cat_id
    known = named((one.category for one in _shelf(call).all()), above=CATEGORIES)
    info = {"cat_id": str(wanted), "name": known.get(wanted, "")}
    return {"errcode": 0, "errmsg": "ok", "info": info, "attr": {"pre_sale": True}}


async def list_brands(call: Call) -> Answer:
    """The brands that the shop may sell."""
    asked = call.json(BrandList)
    if not 1 <= asked.page_size <= MOST_BRANDS:
        raise Refused(40097)
    known = sorted(named((one.brand for one in _shelf(call).all()), above=BRANDS).items())
    start = int(asked.next_key or 0)
    rows = [
        {"brand_id": str(brand_id), "ch_name": name, "en_name": "", "status": 3}
        for brand_id, name in known[start : start + asked.page_size]
    ]
    more = {"next_key": str(start + len(rows)), "total_num": len(known)}
    return {"errcode": 0, "errmsg": "ok", "brands": rows, **more}


def _key(told: str) -> tuple[int, int]:
    if not told:
        return 0, 0
    moment, _, turn = told.partition(":")
    if not (moment.isdecimal() and turn.isdecimal()):
        raise Refused(40097)
    return int(moment), int(turn)


def _product_id(good: Good) -> int:
    return number(good.item_name, above=PRODUCTS)


def _product(goods: Sequence[Good]) -> dict[str, object]:
    first = goods[0]
    lowest = number(first.category, above=CATEGORIES) if first.category else 0
    return {
        "product_id": str(_product_id(first)),
        "out_product_id": first.item,
        "title": first.title,
        "head_imgs": [first.picture] if first.picture else [],
        "cats": [{"cat_id": "1421"}],
        "cats_v2": [{"cat_id": "6001"}, {"cat_id": str(lowest)}] if lowest else [],
        "brand_id": str(number(first.brand, above=BRANDS)) if first.brand else "2100000000",
        "status": ON_SALE if any(one.is_on_sale for one in goods) else OFF_SALE,
        "edit_status": 4,
        "skus": [
            {
                "sku_id": str(sku_id(one)),
                "out_sku_id": "",
                "thumb_img": one.picture,
                "sale_price": one.price_fen,
                "market_price": one.price_fen,
                "stock_num": 100,
                "sku_code": one.sku,
                "status": ON_SALE if one.is_on_sale else OFF_SALE,
                "sku_attrs": [{"attr_key": "规格", "attr_value": one.spec}] if one.spec else [],
            }
            for one in goods
        ],
    }


def _shelf(call: Call) -> Shelf:
    found = call.china.shops.get(KIND, call.app_id)
    assert found is not None, "the gate lets only shops in"
    return found.shelf


ENDPOINTS = (
    Endpoint("POST", "/channels/ec/product/list/get", list_products, accounts=WECHAT_SHOP),
    Endpoint("POST", "/channels/ec/product/get", get_product, accounts=WECHAT_SHOP),
    Endpoint("POST", "/shop/ec/category/detail", get_category, accounts=WECHAT_SHOP),
    Endpoint("POST", "/channels/ec/brand/valid/list/get", list_brands, accounts=WECHAT_SHOP),
)
