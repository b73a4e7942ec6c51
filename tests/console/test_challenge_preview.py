"""Staff see who would reach a challenge, and what it would cost, before it is published."""

from datetime import timedelta

from console.rule_form import sent
from loyalty import programme
from loyalty.challenges import ChallengeStep
from loyalty.challenges.spend import Spend
from loyalty.programme import BEGINNING
from models import RuleVersion
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.console.test_names import rows
from tests.loyalty.play_scene import buys

__all__ = ["away", "browser", "context", "http", "redis"]


async def test_a_challenge_is_tried_on_what_members_did(browser: Browser) -> None:
    await browser.sign_in("marketer")
    rule = Spend("满额", "Spend", "monthly", 100, 20, more_steps=(ChallengeStep(300, 50),))
    await programme.publish("challenge:spend", rule, starts_at=BEGINNING, by="t", at=NOW)
    await buys("1", 120, paid_at=NOW - timedelta(minutes=1))
    page = (await browser.get("/rules/challenge:spend"))[1]
    assert "试算达成人数与成本" in page
    form = {**sent(rule), "more_steps.0.target": "160", "proof": await browser.proof()}
    http_status, page = await browser.post("/rules/challenge:spend/preview", **form)
    assert http_status == 200
    assert "至今 · 共 20 积分、0 张券" in page.replace("<b>", "").replace("</b>", "")
    assert "100 1 0 20 0" in rows(page)
    assert "160 0 1 0 0" in rows(page)
    assert await RuleVersion.filter(slot="challenge:spend").count() == 1
    form["more_steps.0.target"] = "90"
    http_status, page = await browser.post("/rules/challenge:spend/preview", **form)
    assert http_status == 422
    assert "各档的目标应逐档升高" in page
