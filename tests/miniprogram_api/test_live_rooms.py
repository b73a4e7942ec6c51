"""Live rooms over HTTP: which is on, its word once a room, and what is no word."""

from datetime import timedelta
from uuid import uuid4

import pytest

from loyalty import live_rooms, programme
from loyalty.live_rooms import RoomWish
from loyalty.policies.live_visit import LiveVisitPolicy
from loyalty.programme import BEGINNING
from models import LiveVisit
from tests.cast import NOVEMBER_22
from tests.miniprogram_api.conftest import Phone
from tests.miniprogram_api.test_me import signed_in
from tests.web.conftest import Asked
from web.context import now

HOUR = timedelta(hours=1)


@pytest.fixture
async def room(lin: Phone) -> None:
    await programme.publish(
        "live_visit", LiveVisitPolicy(), starts_at=BEGINNING, by="t", at=NOVEMBER_22
    )
    await signed_in(lin)
    wish = RoomWish(uuid4(), "晚八点", "Eight", "拿铁66", now() - HOUR, now() + HOUR)
    await live_rooms.open_room(wish, staff_member_id=None, at=now())


async def says(phone: Phone, word: object, **more: object) -> Asked:
    return await phone.ask("PUT", "/me/live-room", json={"word": word}, **more)


async def test_the_room_that_is_on_is_told_and_its_word_counts_once(lin: Phone, room: None) -> None:
    assert (await lin.get("/live-room")).told["room"]["name"] == "晚八点"
    first = await says(lin, " 拿铁 ６６")
    assert first.told == {
        "name": "晚八点",
        "points": 5,
        "goal_points": 0,
        "is_new": True,
        "message": None,
    }
    assert (await says(lin, "拿铁66")).told == {**first.told, "is_new": False}
    (line, *_) = (await lin.get("/me/ledger")).told["lines"]
    assert line["text"] == "获得积分：直播签到"
    assert await LiveVisit.all().count() == 1


async def test_a_wrong_word_is_said_and_guessing_is_told_when_to_go_on(
    lin: Phone, room: None
) -> None:
    wrong = await says(lin, "美式", headers={"Accept-Language": "en"})
    assert (wrong.http_status, wrong.told["error"]["code"]) == (404, "no_such_live_word")
    assert wrong.told["error"]["message"] == "That is not the word: listen once more"
    for bad in ("", "x" * 41, 1, None):
        assert (await says(lin, bad)).http_status == 400
    for number in range(9):
        assert (await says(lin, f"guess{number}")).http_status == 404
    assert (await says(lin, "拿铁66")).http_status == 429
