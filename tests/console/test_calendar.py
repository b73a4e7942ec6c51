"""The group calendar in the console: what is to come, skipped, and said."""

import re

from loyalty import group_calendars, programme
from loyalty.policies.calendar import CalendarEntry, GroupCalendar
from models import MassSend
from tests.cast import DAY
from tests.console.test_communities import china, context, rule
from tests.console.test_console import NOW, Browser, away, browser, http, redis
from tests.console.test_console import context as bare
from tests.console.test_wecom_scan import CORP_ID

__all__ = ["away", "bare", "browser", "china", "context", "http", "redis", "rule"]


async def lay() -> None:
    entries = tuple(
        CalendarEntry(f"d{day}", f"周{day}", "<b>上新</b>", weekday=day, clock="10:00")
        for day in range(1, 8)
    )
    calendar = GroupCalendar("community:silver", entries=entries)
    await programme.publish(
        "calendar:silver", calendar, starts_at=programme.BEGINNING, by="t", at=NOW
    )


def occasions(page: str) -> list[str]:
    return re.findall(r'name="occasion" value="([^"]+)"', page)


async def test_a_manager_sees_the_weeks_and_skips_one(browser: Browser) -> None:
    await lay()
    await browser.sign_in("chen")
    _, page = await browser.get("/calendar")
    coming = occasions(page)
    assert len(coming) in (20, 21)
    assert "&lt;b&gt;上新&lt;/b&gt;" in page
    proof = await browser.proof()
    for _ in "ab":
        status, page = await browser.post(
            "/calendar/skip", proof=proof, slot="calendar:silver", occasion=coming[0]
        )
        assert status == 200
    assert occasions(page) == coming[1:]
    assert (await MassSend.get()).state == "cancelled"
    status, page = await browser.post(
        "/calendar/skip", proof=proof, slot="calendar:silver", occasion="x"
    )
    assert (status, "未来两个月内没有这次安排" in page) == (422, True)


async def test_what_was_said_leads_to_its_results(browser: Browser) -> None:
    await lay()
    rules = await programme.load()
    first = group_calendars.occasions(rules, since=NOW - DAY, until=NOW)[-1]
    await group_calendars.plan_due(CORP_ID, at=first.due_at)
    await browser.sign_in("auditor")
    _, page = await browser.get("/calendar")
    assert f"/console/mass-sends/{(await MassSend.get()).uuid}" in page
    assert occasions(page) == []
    proof = await browser.proof()
    assert (await browser.post("/calendar/skip", proof=proof))[0] == 403
    await browser.sign_in("guide")
    assert (await browser.get("/calendar"))[0] == 403
