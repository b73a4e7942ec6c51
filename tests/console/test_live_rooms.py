"""Staff open a live room's window, see who was there and which orders came of it, and close it."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from loyalty import live_rooms, programme
from loyalty.calendar import SHANGHAI
from loyalty.policies.live_visit import LiveVisitPolicy
from models import Customer, LiveRoom, db
from tests.cast import LIN
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.play_scene import buys
from tests.loyalty.referrals.conftest import met

__all__ = ["away", "browser", "context", "http", "redis"]

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def rule(browser: Browser) -> None:
    await programme.publish(
        "live_visit", LiveVisitPolicy(), starts_at=programme.BEGINNING, by="test", at=NOW
    )


def clock(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def form(**other: str) -> dict[str, str]:
    return {
        "name": str(uuid4()),
        "name_zh": "晚八点",
        "name_en": "Eight",
        "word": "拿铁66",
        "starts_at": clock(NOW - HOUR),
        "ends_at": clock(NOW + HOUR),
        "room_code": "7411",
        **other,
    }


async def test_a_marketer_opens_a_room_once_sees_who_came_and_closes_it(browser: Browser) -> None:
    await browser.sign_in("marketer")
    proof, told = await browser.proof(), form()
    for _ in "ab":
        http_status, page = await browser.post("/live-rooms", proof=proof, **told)
        assert http_status == 200
    assert page.count("data-room=") == 1
    room = await LiveRoom.get()
    assert (room.word, room.starts_at) == (
        "拿铁66",
        (NOW - HOUR).replace(second=0, microsecond=0),
    )
    lin = await met(LIN, at=NOW)
    await live_rooms.say_word(lin, "拿铁66", at=NOW)
    await buys("1", 30, paid_at=NOW)
    await db.fetch(
        "UPDATE purchase_line SET attributed_to = $1::jsonb",
        '[{"kind": "live_room", "code": "7411", "name": ""}]',
    )
    _, page = await browser.get("/live-rooms")
    (row,) = re.findall(r"<tr data-room=.*?</tr>", page, re.DOTALL)
    assert 'data-state="on"' in row
    assert re.findall(r"<td>(\d+)</td>", row) == ["1", "5", "1"]
    path = f"/live-rooms/{room.uuid}/close"
    for _ in "ab":
        _, page = await browser.post(path, proof=proof)
    assert 'data-state="over"' in page
    her = await Customer.get(id=lin)
    _, page = await browser.get(f"/members/{her.uuid}")
    words = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "直播签到 晚八点 5 积分" in words
    assert "积分 +5 获得 直播签到 v1" in words


async def test_what_is_wrong_is_said_and_what_was_written_stays(browser: Browser) -> None:
    await browser.sign_in("marketer")
    proof = await browser.proof()
    for wrong, said in (
        ({"word": "x"}, "暗号应为 2 到 20 个字或数字"),
        ({"name_en": " "}, "请填写中英文名称"),
        ({"starts_at": "tomorrow"}, "时间格式不正确"),
        ({"ends_at": "2026-11-22T20:00+00:00"}, "时间格式不正确"),
        ({"ends_at": "0001-01-01T00:00"}, "时间格式不正确"),
        ({"ends_at": clock(NOW - 2 * HOUR)}, "结束时间应晚于开始"),
    ):
        http_status, page = await browser.post(
            "/live-rooms", proof=proof, **form(**{"name_zh": "留在表单里", **wrong})
        )
        assert (http_status, said in page, "留在表单里" in page) == (422, True, True), wrong
    assert await LiveRoom.all().count() == 0


async def test_who_may_not_opens_and_closes_none(browser: Browser) -> None:
    await browser.sign_in("auditor")
    proof = await browser.proof()
    assert "开设签到" not in (await browser.get("/live-rooms"))[1]
    assert (await browser.post("/live-rooms", proof=proof, **form()))[0] == 403
    await browser.sign_in("guide")
    assert (await browser.get("/live-rooms"))[0] == 403
    await browser.sign_in("marketer")
    assert (await browser.post("/live-rooms", **form()))[0] == 403
    proof = await browser.proof()
    for unknown in ("x", str(uuid4())):
        assert (await browser.post(f"/live-rooms/{unknown}/close", proof=proof))[0] == 404
    assert await LiveRoom.all().count() == 0
