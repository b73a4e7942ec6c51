"""Lines that tell no category and brand earn by those of their products."""

from typing import Any

import pytest
from msgspec.structs import replace

from loyalty import programme, purchases
from loyalty.earning.multiplier import Multiplier
from models import Product, db
from tests.cast import JUNE_1, line, order
from tests.loyalty.purchases.conftest import BEGAN_AT

pytestmark = pytest.mark.usefixtures("brand")


async def lay(sku: str, category: str, brand: str = "") -> None:
    await Product.create(
        sku=sku, name_zh=sku, name_en="", category=category, brand=brand, picture="",
        price_fen=None, is_on_sale=False,
    )  # fmt: skip


async def double_for(**goods: Any) -> None:
    rule = Multiplier(name_zh="双倍", name_en="Double", times_percent=200, lane="coffee", **goods)
    await programme.publish("earning:double", rule, starts_at=BEGAN_AT, by="t", at=JUNE_1)


async def stored() -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT category, brand FROM purchase_line ORDER BY purchase_id, number")
    return [(row["category"], row["brand"]) for row in rows]


async def test_category_and_brand_of_the_product_earn_what_rules_say_of_them() -> None:
    await double_for(categories=("咖啡",))
    await lay("C-100", "咖啡", "北辰")
    await lay("M-020", "器具")
    (taken,) = await purchases.record(
        [
            order(
                "1",
                line(10_000, key="1", sku="C-100", category=""),
                line(10_000, key="2", sku="M-020", category=""),
                line(10_000, key="3", sku="unheard-of", category=""),
            )
        ],
        at=JUNE_1,
    )
    assert taken.unwrap().points == 400
    assert await stored() == [("咖啡", "北辰"), ("器具", ""), ("", "")]


async def test_what_the_order_itself_tells_is_believed() -> None:
    await lay("C-100", "食品", "北辰")
    await purchases.record([order("1", line(10_000, sku="C-100", category="咖啡"))], at=JUNE_1)
    assert await stored() == [("咖啡", "北辰")]


async def test_a_product_that_moves_to_another_category_later_moves_no_points() -> None:
    await double_for(categories=("咖啡",))
    await lay("C-100", "咖啡")
    first = order("1", line(10_000, sku="C-100", category=""), line(5_000, key="2", category=""))
    await purchases.record([first], at=JUNE_1)
    await Product.filter(sku="C-100").update(category="食品", brand="北辰")
    back = order(
        "1",
        line(10_000, sku="C-100", category=""),
        line(5_000, key="2", category="", refunded_fen=5_000),
    )
    (taken,) = await purchases.record([back], at=JUNE_1)
    assert taken.unwrap().points == -50
    assert (await stored())[0] == ("咖啡", "北辰"), "what it lacked it takes"


async def test_an_order_that_came_before_its_product_was_known_follows_with_its_next_telling() -> (
    None
):
    await double_for(categories=("咖啡",))
    one = order("1", line(10_000, sku="C-100", category=""))
    (taken,) = await purchases.record([one], at=JUNE_1)
    assert taken.unwrap().points == 100
    await lay("C-100", "咖啡")
    done = replace(one, lines=(line(10_000, sku="C-100", category="", refunded_fen=2_000),))
    (taken,) = await purchases.record([replace(done, refunded_fen=2_000)], at=JUNE_1)
    assert taken.unwrap().points == 60, "160 for what is left"
