"""Products of a shop on WeChat by SKU: the code of an order's line, words, price, and no cost."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.wechat_shop.product_parse import Item, sold
from loyalty.errors import Refused
from loyalty.shop_products import SoldProduct

TOLD = msgspec.json.decode((Path(__file__).parent / "product.json").read_bytes())["product"]
CATEGORIES, BRANDS = {"6099": "咖啡豆", "6091": "旧类目"}, {"10000083": "北辰"}
HEAD = "https://mmecimage.cn/p/wx/HEAD"


def told(**changes: Any) -> list[SoldProduct]:
    return sold(msgspec.convert(TOLD | changes, Item), CATEGORIES, BRANDS)


def test_a_product_is_told_by_sku_as_its_orders_lines_are() -> None:
    # sku_code, out_sku_id, sku_id: what the parse of orders takes, in this sequence
    number, rest = "10000029995861", ("咖啡豆", "北辰")
    picture = "https://mmecimage.cn/p/wx/T"
    assert told() == [
        SoldProduct("B-330", number, "精品豆 250g 中烘", *rest, 9_800, None, picture),
        SoldProduct("O-2", number, "精品豆", *rest, 16_800, None, HEAD, is_on_sale=False),
        SoldProduct("9007199254740993", number, "精品豆", *rest, 100, None, HEAD),
    ]


def test_the_older_tree_of_categories_counts_where_the_newer_is_not_told() -> None:
    assert {one.category for one in told(cats_v2=None)} == {"旧类目"}
    assert {one.category for one in told(cats_v2=[], cats=[])} == {""}


@pytest.mark.parametrize("status", [0, 6, 11, 13, 14, 15, 20])
def test_what_is_not_online_is_not_on_sale(status: int) -> None:
    assert not any(one.is_on_sale for one in told(status=status))


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(Refused, match="amount_not_possible"):
        told(skus=[{"sku_code": "B", "sale_price": -1}])
    with pytest.raises(Refused, match="sku_not_usable"):
        told(skus=[{"sale_price": 1}])
    with pytest.raises(Refused, match="name_missing"):
        told(title="", skus=[{"sku_code": "B", "sale_price": 1}])
