"""Staff read and set milestones: on a member's page, and in the rule's form."""

from datetime import timedelta

from console.rule_form import sent
from loyalty import publishing
from loyalty.milestones.nth_purchase import NthPurchase
from models import Customer, RuleVersion
from tests.cast import WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.play_scene import buys, member

__all__ = ["away", "browser", "context", "http", "redis"]

SECOND = NthPurchase("第二单", "Second order", n=2, reward_points=20)


async def test_a_members_page_says_what_she_reached_and_what_was_undone(browser: Browser) -> None:
    await publishing.publish("milestone:second", SECOND, by="test", at=NOW - timedelta(days=1))
    for number in ("1", "2"):
        await buys(number, 30, paid_at=NOW)
    await browser.sign_in("chen")
    her = await Customer.get(id=await member(WANG))
    page = " ".join((await browser.get(f"/members/{her.uuid}"))[1].split())
    assert "里程碑 第二单 · 1" in page
    assert "再有 440 元消费即可升级为银卡会员。" in page
    await buys("1", 30, paid_at=NOW, refunded_yuan=30)
    page = " ".join((await browser.get(f"/members/{her.uuid}"))[1].split())
    assert "里程碑 第二单 · 1 · 因退款已撤销" in page
    await browser.post("/language", language="en", proof=await browser.proof())
    page = " ".join((await browser.get(f"/members/{her.uuid}"))[1].split())
    assert "Milestone Second order · 1 · undone by a refund" in page
    assert "¥470 of purchases more to reach Silver." in page


async def test_a_milestone_is_changed_in_its_form(browser: Browser) -> None:
    await publishing.publish("milestone:second", SECOND, by="test", at=NOW - timedelta(days=1))
    await browser.sign_in("marketer")
    _, page = await browser.get("/rules")
    assert "里程碑" in page
    _, page = await browser.get("/rules/milestone:second")
    assert "第若干笔付款订单" in page
    assert "收回未使用的奖励" in page
    form = {**sent(SECOND), "proof": await browser.proof()}
    http_status, page = await browser.post("/rules/milestone:second", **{**form, "n": "0"})
    assert (http_status, "第几次：" in page) == (422, True)
    http_status, _ = await browser.post("/rules/milestone:second", **{**form, "n": "4"})
    assert http_status == 200
    newest = await RuleVersion.filter(slot="milestone:second").order_by("-version").first()
    assert newest
    assert isinstance(newest.body, dict)
    assert newest.body["n"] == 4
