"""Items of Tmall by SKU: the code that an order's line has, words, price, and no cost."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from connectors.tmall import parse
from connectors.tmall.product_parse import Item, Sku, Skus, sold
from connectors.tmall.products import _Details
from connectors.tmall.wire import SubOrder
from loyalty.errors import Refused
from loyalty.shop_products import SoldProduct

TOLD = msgspec.json.decode((Path(__file__).parent / "items.json").read_bytes())
NAMES = {"50012825": "咖啡豆", "50012826": "咖啡壶"}


def items() -> list[Item]:
    told = TOLD["items_seller_list_get_response"]
    return msgspec.convert(told, _Details, strict=True).items.item


def test_items_are_told_by_sku() -> None:
    beans, kettle = items()
    address = "https://img.alicdn.com/bao/uploaded/i1/2200000000001/O1CN01.jpg"
    assert sold(beans, NAMES) == [
        SoldProduct(
            "B-330", "610123456789", "精品豆 250g 中烘", "咖啡豆", "北辰", 9_800, None, address
        ),
        SoldProduct("BEAN", "610123456789", "精品豆", "咖啡豆", "北辰", 16_800, None, address),
    ]
    assert sold(kettle, NAMES) == [
        SoldProduct(
            sku="610123456790",
            item="610123456790",
            name="手冲壶",
            category="咖啡壶",
            price_fen=26_900,
            picture="https://img.alicdn.com/imgextra/i2/1.jpg",
            is_on_sale=False,
        )
    ]


@pytest.mark.parametrize("outer_sku", ["", "B-1"])
@pytest.mark.parametrize("outer", ["", "BEAN"])
@pytest.mark.parametrize("sku_id", ["", 4_712_345_678_901])
def test_the_sku_is_that_of_an_orders_line(outer_sku: str, outer: str, sku_id: Any) -> None:
    sub = SubOrder(
        oid=1, num_iid=610, sku_id=sku_id, outer_iid=outer, outer_sku_id=outer_sku, title="豆"
    )
    skus = Skus([Sku(sku_id=sku_id, outer_id=outer_sku)]) if sku_id or outer_sku else None
    (one,) = sold(Item(num_iid=610, title="豆", outer_id=outer, skus=skus), {})
    assert one.sku == parse._line(_trade(), sub, 0).sku


def _trade() -> Any:
    return msgspec.convert({"tid": 1, "status": "TRADE_FINISHED"}, parse.Trade)


def test_what_is_not_told_is_none_and_what_cannot_be_is_refused() -> None:
    _, kettle = items()
    (one,) = sold(replace(kettle, price=None, pic_url="javascript:x", cid=0), NAMES)
    assert (one.price_fen, one.picture, one.category, one.cost_fen) == (None, "", "", None)
    for wrong, code in (
        ({"title": " "}, "name_missing"),
        ({"price": "-1"}, "amount_not_possible"),
        ({"price": "1.005"}, "amount_not_possible"),
        ({"outer_id": "x" * 101}, "sku_not_usable"),
        ({"outer_id": "a\0b"}, "sku_not_usable"),
    ):
        with pytest.raises(Refused, match=code):
            sold(replace(kettle, **wrong), NAMES)
