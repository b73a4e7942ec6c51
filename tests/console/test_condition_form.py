"""Staff choose conditions from a list, see their fields, publish them; nothing is typed as JSON."""

import re

from console.rule_form import sent
from loyalty import programme
from loyalty.conditions import CONDITIONS
from loyalty.conditions.lapsed import Lapsed
from loyalty.conditions.orders_within import OrdersWithin
from loyalty.discounts import DISCOUNTS
from loyalty.discounts.percent import Percent
from loyalty.programme import BEGINNING
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis

__all__ = ["away", "browser", "context", "http", "redis"]

programme.load_kinds()
SLOT = "offer:hers"


async def form_of(browser: Browser) -> dict[str, str]:
    """Publish an offer to all, sign in, and return what its form sends."""
    rule = Percent(name_zh="九折", name_en="10% off", percent=10)
    await programme.publish(SLOT, rule, starts_at=BEGINNING, by="test", at=NOW)
    await browser.sign_in("marketer")
    return {**sent(rule), "proof": await browser.proof()}


async def held() -> Percent:
    rule = (await programme.load()).find(SLOT, DISCOUNTS, NOW.replace(year=2099))
    assert rule is not None
    assert isinstance(rule.body, Percent)
    return rule.body


async def test_a_condition_is_chosen_seen_and_published(browser: Browser) -> None:
    form = await form_of(browser)
    chosen = form | {"conditions.0.kind": "orders_within"}
    http_status, page = await browser.post(f"/rules/{SLOT}/fields", **chosen)
    assert http_status == 200
    assert 'name="conditions.0.least_orders" value="2"' in page
    assert "窗口内订单数" in page
    assert (await held()).conditions.all_of == ()
    http_status, page = await browser.post(f"/rules/{SLOT}", **chosen)
    assert (http_status, "请检查新条件" in page) == (422, True), "nobody saw its fields yet"
    filled = chosen | {
        "conditions.0.least_orders": "2",
        "conditions.0.most_orders": "2",
        "conditions.0.within": "6",
        "conditions.0.unit": "months",
    }
    assert (await browser.post(f"/rules/{SLOT}", **filled))[0] == 200
    third = OrdersWithin(least_orders=2, most_orders=2)
    assert (await held()).conditions.all_of == (third,)
    _, page = await browser.get(f"/rules/{SLOT}")
    assert 'data-condition="orders_within"' in page
    second = sent(await held()) | {
        "proof": form["proof"],
        "conditions.1.kind": "lapsed",
        "conditions.1.days": "60",
    }
    assert (await browser.post(f"/rules/{SLOT}", **second))[0] == 200
    assert (await held()).conditions.all_of == (third, Lapsed(days=60))
    without = second | {"conditions.0.kind": ""}
    assert (await browser.post(f"/rules/{SLOT}", **without))[0] == 200
    assert (await held()).conditions.all_of == (Lapsed(days=60),)


async def test_what_is_wrong_in_a_condition_is_named_and_nothing_is_lost(browser: Browser) -> None:
    form = await form_of(browser)
    for kind, field, told, named in (
        ("orders_within", "most_orders", "1", "条件第 1 行 至多几单"),
        ("lapsed", "days", "0", "条件第 1 行 天数"),
        ("lapsed", "days", "many", "条件第 1 行 天数"),
        ("weekly_hours", "weekdays", "someday", "条件第 1 行 星期"),
        ("no_such_kind", "days", "1", "条件"),
    ):
        wrong = form | {"conditions.0.kind": kind, f"conditions.0.{field}": told}
        http_status, page = await browser.post(f"/rules/{SLOT}", **wrong)
        alert = re.search(r'role="alert">([^<]*)<', page)
        assert alert, kind
        assert (http_status, alert[1][: len(named)]) == (422, named)
        if kind in CONDITIONS:
            assert f'name="conditions.0.{field}" value="{told}"' in page
    assert (await held()).conditions.all_of == ()


async def test_only_editors_are_shown_fields(browser: Browser) -> None:
    form = await form_of(browser)
    await browser.sign_in("auditor")
    form["proof"] = await browser.proof()
    assert (await browser.post(f"/rules/{SLOT}/fields", **form))[0] == 403
