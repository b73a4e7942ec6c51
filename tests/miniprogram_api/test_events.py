"""Events over HTTP: seen, signed up for, taken back, and come to by the code at the door."""

from datetime import timedelta

import pytest

from loyalty import brand_events, programme
from loyalty.policies.event import BrandEvent
from loyalty.programme import BEGINNING
from tests.cast import NOVEMBER_22
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import signed_in
from web.context import Context, now

HOUR = timedelta(hours=1)


@pytest.fixture
async def event(lin: Phone, emma: Phone) -> BrandEvent:
    """Let an event begin now, whose doors open for a day before it."""
    starts_at = now() + 3 * HOUR
    rule = BrandEvent(
        "手冲品鉴",
        "Tasting",
        place_zh="静安店",
        held_from=starts_at,
        held_until=starts_at + 2 * HOUR,
        doors_minutes=1440,
        places=1,
    )
    await programme.publish("event:taste", rule, starts_at=BEGINNING, by="t", at=NOVEMBER_22)
    for phone in (lin, emma):
        await signed_in(phone)
    return rule


async def code(connected: Context) -> str:
    rules = await programme.load()
    shown = brand_events.code_of("event:taste", rules, sealer=connected.sealer, at=now())
    return f"https://brand.example/e/{shown.letters}"


async def test_one_has_the_place_and_one_waits(lin: Phone, emma: Phone, event: BrandEvent) -> None:
    (line,) = (await lin.get("/events")).told["events"]
    assert (line["name"], line["place"], line["left"], line["sign_up"]) == (
        "手冲品鉴",
        "静安店",
        1,
        "open",
    )
    assert line["mine"] == {"state": "none", "number": None, "points": 0}
    for _ in "ab":
        told = (await lin.ask("PUT", "/me/events/taste")).told
        assert (told["mine"]["state"], told["left"]) == ("placed", 0)
    english = await emma.get("/events/taste", headers={"Accept-Language": "en"})
    assert (english.told["name"], english.told["sign_up"]) == ("Tasting", "line")
    assert (await emma.ask("PUT", "/me/events/taste")).told["mine"]["number"] == 1
    assert (await lin.get("/challenges")).told["events"] == 1
    for _ in "ab":
        assert (await lin.ask("DELETE", "/me/events/taste")).told["mine"]["state"] == "none"
    assert (await emma.get("/events/taste")).told["mine"]["state"] == "placed"


async def test_she_comes_by_the_code_and_reads_why_her_points(
    lin: Phone, emma: Phone, event: BrandEvent, connected: Context
) -> None:
    await lin.ask("PUT", "/me/events/taste")
    first = await lin.ask("PUT", "/me/event-visit", json={"code": await code(connected)})
    assert (first.told["points"], first.told["is_new"], first.told["name"]) == (
        50,
        True,
        "手冲品鉴",
    )
    again = await lin.ask("PUT", "/me/event-visit", json={"code": await code(connected)})
    assert again.told | {"is_new": True} == first.told | {"is_new": True}
    assert again.told["is_new"] is False
    (line, *_) = (await lin.get("/me/ledger")).told["lines"]
    assert line["text"] == "获得积分：手冲品鉴"
    full = await emma.ask("PUT", "/me/event-visit", json={"code": await code(connected)})
    assert (full.http_status, full.error["code"]) == (422, "event_full")
    assert full.error["message"] == "名额已满"


@pytest.mark.parametrize(
    ("method", "path", "body", "http_status", "error"),
    [
        ("GET", "/events/none", None, 404, "no_such_brand_event"),
        ("GET", "/events/" + "x" * 41, None, 400, None),
        ("PUT", "/me/events/none", None, 404, "no_such_brand_event"),
        ("DELETE", "/me/events/none", None, 404, "no_such_brand_event"),
        ("PUT", "/me/event-visit", {"code": "A" * 26}, 404, "no_such_event_code"),
        ("PUT", "/me/event-visit", {"code": ""}, 400, None),
        ("PUT", "/me/event-visit", {"code": "x" * 301}, 400, None),
        ("PUT", "/me/event-visit", {"code": "x", "member": "y"}, 400, None),
    ],
)
async def test_what_is_no_event_is_said(
    lin: Phone,
    event: BrandEvent,
    method: str,
    path: str,
    body: dict[str, str] | None,
    http_status: int,
    error: str | None,
) -> None:
    answer = await lin.ask(method, path, **({"json": body} if body is not None else {}))
    assert answer.http_status == http_status
    assert error is None or answer.error["code"] == error


async def test_the_links_page_says_how_to_go_on(lin: Phone) -> None:
    for path, words in (("/v/ABC", "到店打卡"), ("/e/<b>", "活动")):
        async with lin.server.session.get(f"{lin.server.origin}{path}") as answer:
            text = await answer.text()
        assert words in text
        assert "<b>" not in text
