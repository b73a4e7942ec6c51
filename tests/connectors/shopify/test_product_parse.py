"""Products of Shopify by SKU: that of an order's line, words, price, a cost where it is told."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.shopify.product_parse import Item, Stock, sold
from loyalty.errors import Refused
from loyalty.shop_products import SoldProduct

TOLD = msgspec.json.decode((Path(__file__).parent / "product.json").read_bytes())
COSTS = {str(one.id): one.cost for one in msgspec.convert(TOLD["inventory_items"], list[Stock])}
PICTURE = "https://cdn.shopify.com/s/files/1/beans.png?v=1"


def told(*, in_yuan: bool = True, **changes: Any) -> list[SoldProduct]:
    return sold(msgspec.convert(TOLD["products"][0] | changes, Item), COSTS, in_yuan=in_yuan)


def test_a_product_is_told_by_sku_as_its_orders_lines_are() -> None:
    number, rest, name = "632910392001", ("Coffee", "Example Coffee"), "Single-origin beans"
    assert told() == [
        SoldProduct("B-330", number, f"{name} 250 g", *rest, 9_800, 4_150, PICTURE),
        SoldProduct("808950810002", number, f"{name} 500 g", *rest, 16_850, None, PICTURE),
        SoldProduct("808950810003", number, name, *rest, 0, 0, PICTURE),
    ]


def test_a_store_that_sells_in_another_currency_tells_no_price_and_no_cost() -> None:
    assert {(one.price_fen, one.cost_fen) for one in told(in_yuan=False)} == {(None, None)}


@pytest.mark.parametrize("status", ["draft", "archived", ""])
def test_only_what_is_active_is_on_sale(status: str) -> None:
    assert not any(one.is_on_sale for one in told(status=status))


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(Refused, match="amount_not_possible"):
        told(variants=[{"id": 1, "sku": "B", "price": "-1.00"}])
    with pytest.raises(Refused, match="name_missing"):
        told(title="", variants=[{"id": 1, "sku": "B", "title": "Default Title", "price": "1"}])
