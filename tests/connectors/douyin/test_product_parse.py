"""Products of Douyin by SKU: the code that an order's line has, words, price, and no cost."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.douyin.product_parse import Item, sold
from loyalty.errors import Refused
from loyalty.shop_products import SoldProduct

TOLD = msgspec.json.decode((Path(__file__).parent / "product.json").read_bytes())
PICTURE = "https://p3-aio.ecombdimg.com/obj/1.jpg"


def told(**changes: Any) -> list[SoldProduct]:
    return sold(msgspec.convert(TOLD | changes, Item), {"57864": "北辰"})


def test_a_product_is_told_by_sku_as_its_orders_lines_are() -> None:
    # code, out_sku_id, sku_id: what the parse of orders takes, in this sequence
    number, rest = "3500000000000000017", ("咖啡豆", "北辰")
    assert told() == [
        SoldProduct("B-330", number, "精品豆 250g 中烘", *rest, 9_800, None, PICTURE),
        SoldProduct("88", number, "精品豆 500g", *rest, 16_800, None, PICTURE, is_on_sale=False),
        SoldProduct("1700000000000000023", number, "精品豆", *rest, 100, None, PICTURE),
    ]


@pytest.mark.parametrize(("status", "check"), [(1, 3), (0, 2), (0, 5), (None, None)])
def test_only_what_is_online_and_approved_is_on_sale(status: Any, check: Any) -> None:
    assert not any(one.is_on_sale for one in told(status=status, check_status=check))


def test_a_brand_without_a_name_in_the_settings_is_unknown() -> None:
    assert {one.brand for one in told(standard_brand_id=596120136)} == {""}


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(Refused, match="amount_not_possible"):
        told(spec_prices=[{"code": "B", "price": -1}])
    with pytest.raises(Refused, match="sku_not_usable"):
        told(spec_prices=[{"code": "", "sku_id": 0, "price": 1}])
    with pytest.raises(Refused, match="name_missing"):
        told(name=None, spec_prices=[{"code": "B", "price": 1}])
