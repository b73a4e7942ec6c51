"""SKUs of JD: the code that an order's line has, words of the ware, price, and no cost."""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from connectors.jd.product_parse import Sku, Ware, sold
from connectors.jd.products import _Skus, _Wares
from loyalty.errors import Refused
from loyalty.shop_products import SoldProduct
from tests.connectors.jd.test_parse import taken

TOLD = msgspec.json.decode((Path(__file__).parent / "skus.json").read_bytes())
NAMES = {"12202": "咖啡豆"}
PICTURES = "https://img10.360buyimg.com/n1/"
SKUS = msgspec.convert(TOLD["skus"], _Skus).page.data or []
WARES = {str(one.ware_id): one for one in msgspec.convert(TOLD["wares"], _Wares).page.data or []}


def one(sku: Sku, wares: dict[str, Ware] = WARES) -> SoldProduct:
    (found,) = sold(sku, wares, NAMES, pictures=PICTURES)
    return found


def test_skus_are_told_with_their_ware() -> None:
    assert [one(sku) for sku in SKUS] == [
        SoldProduct(
            sku="B-330",
            item="10050001234567",
            name="北辰精品豆 250g 中烘",
            category="咖啡豆",
            brand="北辰",
            price_fen=9_850,
            picture=f"{PICTURES}jfs/t1/1/2.jpg",
        ),
        # the merchant's number of the ware, for all of its SKUs that have none
        SoldProduct(
            sku="BEAN",
            item="10050001234568",
            name="北辰精品豆",
            category="咖啡豆",
            brand="北辰",
            price_fen=16_800,
            picture=f"{PICTURES}jfs/t1/9/9.jpg",
            is_on_sale=False,
        ),
        SoldProduct(sku="10050001234569", item="10050001234569", name="手冲壶", price_fen=29),
    ]


def test_the_sku_is_that_of_an_orders_line() -> None:
    items = [
        {
            "skuId": str(sku.sku_id),
            "outerSkuId": sku.outer_id,
            "productNo": WARES[str(sku.ware_id)].item_num,
            "jdPrice": "1.00",
            "itemTotal": "1",
        }
        for sku in SKUS
    ]
    bought = taken(itemInfoList=items, couponDetailList=[])
    assert [line.sku for line in bought.lines] == [one(sku).sku for sku in SKUS]


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(Refused, match="ware_unknown"):
        one(SKUS[0], {})
    with pytest.raises(Refused, match="amount_not_possible"):
        one(replace(SKUS[0], jd_price=-1))
    with pytest.raises(Refused, match="name_missing"):
        one(replace(SKUS[0], sku_name=""), {"10023456789": Ware(10023456789)})
