"""Staff see on which products the margin would cut a rule, and how much of each budget is gone."""

import pytest

from console.rule_form import sent
from loyalty import programme, purchases
from loyalty.discounts import Budget, Discount
from loyalty.discounts.bundle import Bundle, Part
from loyalty.discounts.percent import Percent
from loyalty.orders import OrderLine
from loyalty.policies.margin import Margin
from loyalty.programme import BEGINNING
from models import Product, PurchaseState, RuleVersion
from tests.cast import WANG, order
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.console.test_names import rows

__all__ = ["away", "browser", "context", "http", "redis"]

FIFTH = Percent(name_zh="八折", percent=20, budgets=(Budget("weekly", uses=5), Budget(fen=9_000)))


async def publish(slot: str, rule: Discount | Margin) -> None:
    await programme.publish(slot, rule, starts_at=BEGINNING, by="test", at=NOW)


@pytest.fixture
async def marketer(browser: Browser) -> Browser:
    for sku, price_fen, cost_fen in (("A", 10_000, 9_000), ("B", 10_000, 100), ("C", 100, None)):
        await Product.create(
            sku=sku,
            name_zh=f"商品{sku}",
            name_en="",
            category="",
            brand="",
            price_fen=price_fen,
            cost_fen=cost_fen,
            picture="",
            is_on_sale=True,
        )
    await browser.sign_in("marketer")
    return browser


async def preview(browser: Browser, slot: str, rule: Discount | Margin) -> str:
    form = {**sent(rule), "proof": await browser.proof()}
    http_status, page = await browser.post(f"/rules/{slot}/preview", **form)
    assert http_status == 200
    return page


async def test_a_discount_is_tried_on_what_is_for_sale_alone_or_together(marketer: Browser) -> None:
    await publish("offer:fifth", FIFTH)
    assert "没有商品会被削减" in await preview(marketer, "offer:fifth", FIFTH)
    await publish("margin", Margin(least_line_percent=5))
    page = await preview(marketer, "offer:fifth", FIFTH)
    assert "1 种商品会被削减" in page
    assert "商品A A 1 ¥20.00 ¥5.26" in rows(page)
    assert await RuleVersion.filter(slot="offer:fifth").count() == 1
    told = rows((await marketer.get("/rules/offer:fifth"))[1])
    assert any(line.startswith("每周") and line.endswith("5 次") for line in told)
    bundle = Bundle(name_zh="组合", parts=(Part("A"), Part("B")), fen=10_000)
    await publish("offer:set", bundle)
    await publish("margin", Margin(least_order_percent=50))
    assert {"商品A A 1 ¥50.00 ¥9.00", "商品B B 1 ¥50.00 ¥9.00"} <= set(
        rows(await preview(marketer, "offer:set", bundle))
    )


async def test_a_margin_shows_what_has_no_room_and_which_rules_it_would_cut(
    marketer: Browser,
) -> None:
    await publish("margin", Margin())
    await publish("offer:fifth", FIFTH)
    draft = Margin(least_line_percent=20, most_percent_without_cost=0)
    page = await preview(marketer, "margin", draft)
    assert "2 种商品的售价已不高于底线" in page
    assert "1 种商品没有成本" in page
    assert "八折 2 商品A, 商品C" in rows(page)
    await marketer.sign_in("auditor")
    form = {**sent(draft), "proof": await marketer.proof()}
    assert (await marketer.post("/rules/margin/preview", **form))[0] == 403


async def bought(number: str, *goods: tuple[str, int]) -> None:
    lines = tuple(
        OrderLine(key=str(key), sku=sku, title=sku, quantity=quantity, goods_fen=100, paid_fen=100)
        for key, (sku, quantity) in enumerate(goods, 1)
    )
    one = order(number, *lines, buyer=(WANG,), paid_at=NOW, state=PurchaseState.PAID)
    (outcome,) = await purchases.record([one], at=NOW)
    outcome.unwrap()


async def test_a_discount_is_tried_on_the_carts_that_were_really_bought(
    marketer: Browser,
) -> None:
    await publish("offer:fifth", FIFTH)
    await publish("margin", Margin(least_line_percent=5))
    assert "data-carts" not in await preview(marketer, "offer:fifth", FIFTH), "nobody bought yet"
    await bought("1", ("A", 3), ("B", 1))
    await bought("2", ("B", 2))
    await bought("3", ("A", 1), ("GONE", 9))
    await bought("4", ("GONE", 1))
    page = await preview(marketer, "offer:fifth", FIFTH)
    assert 'data-carts="3 3 2"' in page, "what is not sold any more makes no cart"
    worst = page.partition("data-carts")[2].partition("</div>")[0]
    assert "商品A × 3, 商品B × 1" in worst
    assert "¥80.00" in worst
    assert "¥35.78" in worst, "20 % of the one and what the margin leaves of the other"
    bundle = Bundle(name_zh="组合", parts=(Part("A"), Part("B")), fen=10_000)
    await publish("offer:set", bundle)
    assert 'data-carts="3 1 ' in await preview(marketer, "offer:set", bundle)
