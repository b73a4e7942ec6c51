"""Staff see who would move by other tiers before they publish them; a wrong cell is named."""

import pytest

from console.rule_form import sent
from loyalty.policies.tiers import Tiers
from models import Customer, RuleVersion
from tests.cast import WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.play_scene import buys, member

__all__ = ["away", "browser", "context", "http", "redis"]


@pytest.fixture
async def marketer(browser: Browser) -> Browser:
    await buys("1", 600, paid_at=NOW)
    await browser.sign_in("marketer")
    return browser


async def form_of(browser: Browser, **changed: str) -> dict[str, str]:
    return {**sent(Tiers()), "proof": await browser.proof(), **changed}


async def test_the_page_shows_who_moves_and_publishes_nothing(marketer: Browser) -> None:
    form = await form_of(marketer, **{"tiers.1.threshold": "90000"})
    http_status, page = await marketer.post("/rules/tiers/preview", **form)
    assert http_status == 200
    assert "升级 0 · 降级 1 · 不变 0" in page
    her = await Customer.get(id=await member(WANG))
    assert f"/console/members/{her.uuid}" in page
    assert 'name="tiers.1.threshold" value="90000"' in page, "the form stays as it was filled in"
    assert await RuleVersion.filter(slot="tiers").count() == 1


async def test_a_wrong_cell_is_named_by_its_row_and_column(marketer: Browser) -> None:
    for path in ("/rules/tiers/preview", "/rules/tiers"):
        form = await form_of(marketer, **{"tiers.1.threshold": "many"})
        http_status, page = await marketer.post(path, **form)
        assert (http_status, "第 2 行 门槛（消费按分）：不是数字" in page) == (422, True)
        form = await form_of(marketer, **{"tiers.2.tmall_grade": "9"})
        http_status, page = await marketer.post(path, **form)
        assert (http_status, "第 3 行 天猫等级：" in page) == (422, True)
        form = await form_of(marketer, **{"tiers.1.threshold": "900000"})
        http_status, page = await marketer.post(path, **form)
        assert (http_status, "门槛应从 0 起逐级升高" in page) == (422, True)
    assert await RuleVersion.filter(slot="tiers").count() == 1


async def test_a_row_keeps_its_number_where_one_above_it_was_cleared(marketer: Browser) -> None:
    form = await form_of(marketer, **{"tiers.2.tmall_grade": "9"})
    cleared = {name: "" for name in form if name.startswith("tiers.1.")}
    _, page = await marketer.post("/rules/tiers/preview", **{**form, **cleared})
    assert "第 3 行 天猫等级：" in page


async def test_a_row_is_added_in_a_blank_one_and_removed_by_clearing_it(marketer: Browser) -> None:
    added = {
        "tiers.3.code": "black",
        "tiers.3.name_zh": "黑卡",
        "tiers.3.name_en": "Black",
        "tiers.3.threshold": "900000",
    }
    form = await form_of(marketer, **added)
    removed = {name: "" for name in form if name.startswith("tiers.1.")}
    http_status, _ = await marketer.post("/rules/tiers", **{**form, **removed})
    assert http_status == 200
    newest = await RuleVersion.filter(slot="tiers").order_by("-version").first()
    assert newest
    assert isinstance(newest.body, dict)
    assert [tier["code"] for tier in newest.body["tiers"]] == ["basic", "gold", "black"]


async def test_who_may_not_publish_previews_nothing_either(browser: Browser) -> None:
    await browser.sign_in("auditor")
    form = await form_of(browser)
    assert (await browser.post("/rules/tiers/preview", **form))[0] == 403
    assert 'formaction="/console/rules/tiers/preview' not in (await browser.get("/rules/tiers"))[1]


async def test_only_tiers_are_previewed(marketer: Browser) -> None:
    proof = await marketer.proof()
    http_status, _ = await marketer.post("/rules/points/preview", proof=proof)
    assert http_status in (404, 422)
