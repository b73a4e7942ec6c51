"""What shops tell of their goods is told as strictly as the platforms do: by documented fields."""

from typing import Any

import pytest

from simulator.clock import Clock, ClockState
from simulator.faults import FaultBoard
from simulator.shops import douyin_goods, jd_goods, shopify_goods, tmall_goods
from simulator.shops.shelf import Good, Shelf


@pytest.fixture
def shelf() -> Shelf:
    found = Shelf({}, Clock(ClockState()), FaultBoard())
    for i in range(3):
        found.put(Good(sku=f"S-{i}", title=f"商品{i}", category="咖啡", price_fen=100 + i))
    return found


LIST = {"fields": "num_iid", "page_no": "1", "page_size": "200"}
SKUS = {
    "field": "skuId,outerId",
    "skuStatuValue": "1,2",
    "orderFiled": "skuId",
    "orderType": "asc",
    "pageNo": 1,
    "page_size": 2,
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": "num_iid,sku"},
        {"page_no": "0"},
        {"page_no": "102"},
        {"page_size": "201"},
        {"order_by": "price:asc"},
    ],
)
def test_tmall_refuses_what_its_lists_do_not_take(shelf: Shelf, wrong: dict[str, str]) -> None:
    assert tmall_goods.onsale(shelf, LIST)
    with pytest.raises(tmall_goods.Wrong):
        tmall_goods.onsale(shelf, LIST | wrong)
    with pytest.raises(tmall_goods.Wrong):
        tmall_goods.inventory(shelf, LIST | {"banner": "all"})
    with pytest.raises(tmall_goods.Wrong):
        tmall_goods.details(shelf, {"fields": "title", "num_iids": ",".join(["1"] * 21)})


@pytest.mark.parametrize(
    "wrong", [{"pageNo": "1"}, {"field": "cost"}, {"orderFiled": "jdPrice"}, {"skuStatuValue": "9"}]
)
def test_jd_refuses_what_its_search_does_not_take(shelf: Shelf, wrong: dict[str, Any]) -> None:
    told: Any = jd_goods.skus(shelf, SKUS)
    assert (told["page"]["totalItem"], len(told["page"]["data"])) == (3, 2)
    with pytest.raises((KeyError, ValueError)):
        jd_goods.skus(shelf, SKUS | wrong)


def test_douyin_goes_on_behind_its_cursor_and_ends_with_an_empty_page(shelf: Shelf) -> None:
    first: Any = douyin_goods.listed(shelf, {"size": 2, "use_cursor": True})
    behind: Any = {"size": 2, "use_cursor": True, "cursor_id": first["cursor_id"]}
    second: Any = douyin_goods.listed(shelf, behind)
    assert [len(one["data"]) for one in (first, second)] == [2, 1]
    end: Any = douyin_goods.listed(shelf, behind | {"cursor_id": second["cursor_id"]})
    assert end["data"] == []
    with pytest.raises(ValueError, match="size"):
        douyin_goods.listed(shelf, {"size": 101, "use_cursor": True})
    with pytest.raises(ValueError, match="product_id"):
        douyin_goods.detail(shelf, {"product_id": 1})


def test_shopify_takes_a_hundred_ids_and_its_own_states(shelf: Shelf) -> None:
    assert len(shopify_goods.products(shelf, "active,draft")) == 3
    with pytest.raises(shopify_goods.Wrong):
        shopify_goods.products(shelf, "any")
    with pytest.raises(shopify_goods.Wrong):
        shopify_goods.stocks(shelf, ",".join(map(str, range(101))))
