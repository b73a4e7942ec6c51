"""Staff look at an event's list, show its code, and let members in by their codes."""

import csv
import io
from datetime import timedelta

import pytest

from console.rule_form import sent
from loyalty import brand_events, customers, member_codes, programme
from loyalty.orders import IdentityRef
from loyalty.policies.event import BrandEvent
from models import EventSignup, Identity, IdentityKind
from tests.cast import JUNE_1, LIN, WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.referrals.conftest import met
from web.context import Context, now

__all__ = ["away", "browser", "context", "http", "redis"]

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def event(browser: Browser) -> None:
    rule = BrandEvent("品鉴<b>", "Tasting", held_from=NOW, held_until=NOW + 24 * HOUR, places=1)
    await programme.publish("event:taste", rule, starts_at=programme.BEGINNING, by="t", at=JUNE_1)
    for who in (LIN, WANG):
        await brand_events.sign_up(await met(who), "taste", at=NOW - HOUR)


async def test_the_list_says_who_has_a_place_and_who_waits(browser: Browser) -> None:
    await browser.sign_in("guide")
    assert 'data-event="taste"' in (await browser.get("/events"))[1]
    http_status, page = await browser.get("/events/taste")
    assert http_status == 200
    assert [page.count(f'data-guest="{state}"') for state in ("placed", "waiting")] == [1, 1]
    assert "品鉴&lt;b&gt;" in page
    assert "<title>活动 · " in page
    assert (await browser.get("/events/none"))[0] == 404


async def test_the_code_turns_and_is_kept_by_no_cache(browser: Browser) -> None:
    await browser.sign_in("guide")
    http_status, page = await browser.get("/events/taste/code")
    assert http_status == 200
    turn = page.split("?turn=")[1].split('"')[0]
    other = (await browser.get(f"/events/taste/code?turn={int(turn) - 9}"))[0]
    same = (await browser.get(f"/events/taste/code?turn={turn}"))[0]
    if same == 200:  # it has just turned
        turn = (await browser.get("/events/taste/code"))[1].split("?turn=")[1].split('"')[0]
        same = (await browser.get(f"/events/taste/code?turn={turn}"))[0]
    assert (other, same) == (200, 204)
    async with browser.session.get(f"{browser.origin}/console/events/taste/code") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
    assert (await browser.get("/events/none/code"))[0] == 404


async def test_she_is_let_in_from_the_list_or_by_the_code_on_her_phone(
    browser: Browser, context: Context
) -> None:
    await browser.sign_in("guide")
    lin = await customers.meet((LIN,), at=NOW, through="t")
    (uuid,) = [
        guest.member_uuid
        for guest in await brand_events.guests("taste", limit=9)
        if guest.member_id == lin
    ]
    form = {"proof": await browser.proof()}
    for said in ("已签到：会员", "此前已签到：会员"):
        http_status, page = await browser.post("/events/taste/guests", member=str(uuid), **form)
        assert (http_status, f'role="status">{said}' in page) == (200, True)
    emma = await met(IdentityRef(IdentityKind.OPENID, "wx1", "o-emma"))
    identity = await Identity.get(customer_id=emma)
    shown = member_codes.code_of(identity.id, sealer=context.sealer, at=now())
    http_status, page = await browser.post("/events/taste/guests", code=shown.digits, **form)
    assert http_status == 200, page
    assert await EventSignup.filter(came_at__isnull=False, way="staff").count() == 2
    for wrong in ({"code": "123"}, {"code": "9" * 18}, {"member": "x"}, {}):
        assert (await browser.post("/events/taste/guests", **wrong, **form))[0] == 422
    assert (await browser.post("/events/none/guests", member=str(uuid), **form))[0] == 404


async def test_the_list_as_a_file(browser: Browser) -> None:
    await browser.sign_in("guide")
    http_status, told = await browser.get("/events/taste/guests.csv")
    assert http_status == 200
    head, *lines = csv.reader(io.StringIO(told.lstrip("\ufeff"), newline=""))
    assert head == ["member", "signed_up_at", "state", "came_at", "by"]
    assert [line[2] for line in lines] == ["已报名", "候补"]


async def test_times_in_no_order_are_named_beside_the_form(browser: Browser) -> None:
    await browser.sign_in("marketer")
    rule = BrandEvent("品鉴", "Tasting", held_from=NOW, held_until=NOW + HOUR)
    form = sent(rule) | {"proof": await browser.proof()}
    late = form | {"sign_up_until": "2030-01-01T00:00:00"}
    http_status, page = await browser.post("/rules/event:taste", **late)
    assert (http_status, "报名截止（空为活动开始）：不能晚于活动结束" in page) == (422, True)
    http_status, _ = await browser.post("/rules/event:taste", **form | {"is_cancelled": "true"})
    assert http_status == 200
    assert "已取消" in (await browser.get("/events"))[1]


async def test_whose_role_it_is_not_sees_nothing(browser: Browser) -> None:
    await browser.sign_in("auditor")
    for path in ("/events", "/events/taste", "/events/taste/code", "/events/taste/guests.csv"):
        assert (await browser.get(path))[0] == 403
