"""What staff do, and what they try, is kept; the owner and the auditor read it."""

import re

from aiohttp import web

import console
from console.auditing import LOOKS
from console.words.deeds import DEEDS
from jobs.forget_deeds import KEPT, forget_deeds
from models import StaffDeed
from tests.cast import DAY
from tests.console.test_console import NOW, PASSWORD, Browser, away, browser, context, http, redis
from web.context import Context, now

__all__ = ["away", "browser", "context", "http", "redis"]


async def kept() -> list[tuple[str, int]]:
    return [(one.deed, one.http_status) for one in await StaffDeed.all().order_by("id")]


def test_every_form_has_its_words() -> None:
    forms = {
        str(one.path)
        for one in console.ROUTES
        if isinstance(one, web.RouteDef) and (one.method == "POST" or one.path.endswith(".csv"))
    }
    assert forms - LOOKS == set(DEEDS) - {"/login/wecom/done", "wecom/member"}


async def test_deeds_refusals_and_logins_are_kept_without_passwords(browser: Browser) -> None:
    await browser.sign_in("chen", "wrong password")
    await browser.sign_in("chen")
    proof = await browser.proof()
    await browser.post("/live-rooms", proof=proof, name_zh="<b>", word="x")
    await browser.sign_in("guide")
    proof = await browser.proof()
    await browser.post("/rules/tiers/end", proof=proof, understood="yes")
    await browser.post("/rules/tiers/end", proof="0" * 64)
    await browser.post("/language", proof=proof, language="zh")
    assert await kept() == [
        ("/login", 422),
        ("/login", 200),
        ("/live-rooms", 422),
        ("/login", 200),
        ("/rules/{slot}/end", 403),
        ("/rules/{slot}/end", 403),
    ]
    told = [one.told for one in await StaffDeed.all().order_by("id")]
    assert told[0] == {"account": "chen"}
    assert told[2] == {"name_zh": "<b>", "word": "x"}
    assert PASSWORD not in str(told)


async def test_the_auditor_reads_and_filters_and_others_do_not(browser: Browser) -> None:
    for account in ("marketer", "guide"):
        await browser.sign_in(account)
        for path in ("/audit", "/audit.csv"):
            assert (await browser.get(path))[0] == 403
    proof = await browser.proof()
    await browser.post("/live-rooms", proof=proof, name_zh="=1+1")
    await browser.sign_in("auditor")
    _, page = await browser.get("/audit")
    assert page.count("data-deed=") == len(await kept())
    assert "name_zh: =1+1" in page
    _, page = await browser.get("/audit?refused=yes")
    assert set(re.findall(r'data-deed="\S+ (\d+)"', page)) == {"403"}
    _, page = await browser.get("/audit?deed=/login&by=1&before=x")
    assert set(re.findall(r'data-deed="(\S+) ', page)) <= {"/login"}
    _, rows = await browser.get("/audit.csv")
    assert "开启直播签到" in rows
    assert await StaffDeed.filter(deed="/audit.csv", http_status=200).exists()


async def test_pages_go_on_where_one_ends(browser: Browser) -> None:
    await browser.sign_in("owner")
    first = await StaffDeed.get()
    for _ in range(100):
        await StaffDeed.create(
            staff_member_id=first.staff_member_id,
            deed="/hand-over",
            path="/hand-over",
            told={},
            http_status=200,
            address="",
            did_at=NOW,
        )
    _, page = await browser.get("/audit")
    assert page.count("data-deed=") == 100
    later = re.search(r'rel="next" href="/console([^"]+)"', page)
    assert later
    _, page = await browser.get(later[1].replace("&amp;", "&"))
    assert page.count("data-deed=") == 1


async def test_deeds_are_kept_for_three_years(browser: Browser, context: Context) -> None:
    await browser.sign_in("chen")
    assert await forget_deeds(context, now() + KEPT - DAY) == 0
    assert await forget_deeds(context, now() + KEPT + DAY) == 1
