"""A list of products is brought in by pages: few statements, all or nothing, and in turn."""

import asyncio
from collections.abc import Sequence

import pytest

from loyalty import product_list, products
from loyalty.outcomes import Fate
from loyalty.product_list import ProductList, ProductTold
from models import Product, db
from tests.loyalty.ledger.test_cost import statements_counted

pytestmark = pytest.mark.usefixtures("database")


def told(count: int, *, price_fen: int = 100) -> Sequence[ProductTold]:
    return [
        ProductTold(f"S-{i:05}", name_zh=f"商品{i}", price_fen=price_fen, cost_fen=i % 2 or None)
        for i in range(count)
    ]


@pytest.mark.parametrize("pages", [1, 3, 10])
async def test_a_page_of_products_takes_a_constant_number_of_statements(pages: int) -> None:
    for price_fen, of_a_page in ((100, 3), (200, 3), (200, 2)):
        listed = ProductList(told(pages * 1_000, price_fen=price_fen), stays=["S-00000"])
        async with statements_counted() as sent:
            taken = await product_list.bring_in(listed)
        assert len(sent) == 3 + of_a_page * pages, "lock, off sale, count; read, write, fill"
    assert {one.fate for one in taken.outcomes} == {Fate.ALREADY_DONE}
    assert (taken.product_count, taken.costless_count) == (pages * 1_000, pages * 500)


async def test_a_list_that_ends_in_an_error_changes_nothing() -> None:
    await product_list.bring_in(ProductList(told(1)))
    with pytest.raises(db.Refusal):
        await product_list.bring_in(
            ProductList([*told(1_500, price_fen=5), ProductTold("X", name_zh="x", price_fen=-1)])
        )
    assert [one.price_fen for one in await Product.all()] == [100]


async def test_lists_that_come_at_once_take_turns() -> None:
    taken = await asyncio.gather(
        *(product_list.bring_in(ProductList(told(300)[:: 1 if i % 2 else -1])) for i in range(4))
    )
    added = [sum(one.fate is Fate.DONE for one in each.outcomes) for each in taken]
    assert sorted(added) == [0, 0, 0, 300]


async def test_a_list_that_is_tried_out_tells_what_it_would_do() -> None:
    await product_list.bring_in(ProductList(told(2)))
    changed = ProductList(
        [*told(1, price_fen=7), ProductTold("NEW", name_zh="新", price_fen=1)], stays=["S-00000"]
    )
    tried = await product_list.try_out(changed)
    assert await Product.filter(price_fen=100, is_on_sale=True).count() == 2
    assert await Product.all().count() == 2
    assert tried == await product_list.bring_in(changed)
    assert tried.off_sale == ["NEW", "S-00001"], "what does not stay goes, be it new"
    assert tried.outcomes[0].unwrap().fields == {"price_fen": (100, 7)}


async def test_a_product_without_an_english_name_is_called_by_its_chinese_one() -> None:
    await product_list.bring_in(ProductList(told(1)))
    (one,) = await products.for_sale(limit=1)
    assert one.name.spoken("en") == one.name.spoken("zh") == "商品0"
    assert (await products.names(["S-00000"]))["S-00000"].en == "商品0"
