"""Group calendars: each occasion becomes one mass send when it is due, or is skipped."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from loyalty import group_calendars, programme, staff
from loyalty.calendar import SHANGHAI
from loyalty.errors import LoyaltyError
from loyalty.policies import POLICIES
from loyalty.policies.calendar import CalendarEntry, GroupCalendar
from loyalty.policies.community import CommunityPolicy
from models import MassSend, Role, db
from tests.cast import WANG
from tests.loyalty.play_scene import member

CORP = "ww1"
# a Wednesday
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NEW = CalendarEntry("new", "上新", "本周上新", weekday=3, clock="12:00")
EVE = CalendarEntry(
    "eve", "平安夜", "平安夜快乐", when="once", at=datetime(2026, 12, 24, 20, 0, tzinfo=SHANGHAI)
)
THIRD = CalendarEntry("third", "第三天", "还习惯吗", when="after_joining", days=3, clock="11:30")


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await lay("community:vip", CommunityPolicy())
    await lay("calendar:vip", GroupCalendar(entries=(NEW, EVE, THIRD)))
    await db.fetch(
        "INSERT INTO community (slot, corp_id, chat_id, name, owner, capacity, state, staff_count)"
        " VALUES ('community:vip', $1, 'wr1', '一群', 'chen', 200, 'vip', 1)",
        CORP,
    )


async def lay(slot: str, rule: object, *, at: datetime = programme.BEGINNING) -> None:
    await programme.publish(slot, rule, starts_at=at, by="t", at=NOON - 30 * DAY)


async def joined(at: datetime) -> int:
    """Let Wang be a contact of chen's who joined the group at a moment."""
    wang = await member(WANG)
    await db.fetch(
        "INSERT INTO identity (customer_id, kind, scope, value, created_at)"
        " VALUES ($1, 'wecom_contact', $2, 'wmWang', $3)",
        wang,
        CORP,
        at,
    )
    await db.fetch(
        "INSERT INTO acquaintance (corp_id, external_user_id, user_id, added_at)"
        " VALUES ($1, 'wmWang', 'chen', $2)",
        CORP,
        at,
    )
    await db.fetch(
        "INSERT INTO community_member (community_id, external_user_id, customer_id, name,"
        " joined_at) SELECT id, 'wmWang', $1, 'W', $2 FROM community",
        wang,
        at,
    )
    return wang


async def keys(since: datetime, until: datetime) -> list[str]:
    rules = await programme.load()
    return [one.key for one in group_calendars.occasions(rules, since=since, until=until)]


async def sends() -> list[str]:
    return [f"{one.occasion} {one.state}" for one in await MassSend.all().order_by("id")]


async def test_entries_come_once_weekly_and_after_joining() -> None:
    found = await keys(
        datetime(2026, 12, 20, tzinfo=SHANGHAI), datetime(2026, 12, 25, tzinfo=SHANGHAI)
    )
    assert found == [
        "third:2026-12-20",
        "third:2026-12-21",
        "third:2026-12-22",
        "third:2026-12-23",
        "new:2026-12-23",
        "third:2026-12-24",
        "eve:2026-12-24",
    ]
    assert await keys(NOON - MINUTE, NOON) == ["new:2026-11-25"]
    assert await keys(NOON, NOON + MINUTE) == []


async def test_what_is_due_is_planned_once_by_whoever_looks() -> None:
    assert await group_calendars.plan_due(CORP, at=NOON - MINUTE) == 0
    await asyncio.gather(*(group_calendars.plan_due(CORP, at=NOON) for _ in range(4)))
    await group_calendars.plan_due(CORP, at=NOON + 90 * MINUTE)
    assert await sends() == ["new:2026-11-25 planned"]
    send = await MassSend.get()
    assert (send.kind, send.audience, send.text) == ("groups", "community:vip", "本周上新")


async def test_what_nobody_planned_for_long_is_not_said_at_night() -> None:
    assert await group_calendars.plan_due(CORP, at=NOON + 3 * 60 * MINUTE) == 0


async def test_who_joined_so_many_days_before_is_written_to_by_herself() -> None:
    at = NOON - 30 * MINUTE
    assert await group_calendars.plan_due(CORP, at=at) == 0, "nobody joined on that day"
    await joined(at - 3 * DAY)
    assert await group_calendars.plan_due(CORP, at=at) == 1
    send = await MassSend.get()
    assert (send.kind, send.joined_on) == ("contacts", date(2026, 11, 22))
    assert await group_calendars.plan_due(CORP, at=at + DAY) == 0


async def test_the_version_that_holds_then_says_it() -> None:
    changed = msgspec.structs.replace(NEW, body_zh="改了", clock="11:00")
    await lay("calendar:vip", GroupCalendar(entries=(changed,)), at=NOON - 120 * MINUTE)
    await group_calendars.plan_due(CORP, at=NOON)
    assert [one.text for one in await MassSend.all()] == ["改了"]
    await lay("calendar:vip", GroupCalendar(entries=(NEW,)), at=NOON - MINUTE)
    await group_calendars.plan_due(CORP, at=NOON)
    assert len(await sends()) == 1, "an entry is said once a day"


async def test_an_ended_calendar_says_nothing() -> None:
    await programme.end("calendar:vip", by="t", at=NOON - MINUTE)
    assert await group_calendars.plan_due(CORP, at=NOON) == 0


async def test_an_occasion_is_skipped_once() -> None:
    password = "a long enough password"
    chen = await staff.add("chen", name="陈晨", role=Role.MANAGER, password=password, at=NOON)
    for _ in "ab":
        await group_calendars.skip(
            CORP, "calendar:vip", "new:2026-11-25", staff_member_id=chen, at=NOON - DAY
        )
    assert await group_calendars.plan_due(CORP, at=NOON) == 0
    assert await sends() == ["new:2026-11-25 cancelled"]
    for key, at, code in (
        ("new:2026-11-25", NOON, "no_such_occasion"),
        ("new:2026-11-26", NOON, "no_such_occasion"),
        ("x", NOON, "no_such_occasion"),
    ):
        with pytest.raises(LoyaltyError, match=code):
            await group_calendars.skip(CORP, "calendar:vip", key, staff_member_id=chen, at=at)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"when": "weekly", "weekday": 3}, "clock"),
        ({"when": "weekly", "weekday": 8, "clock": "10:00"}, "weekday"),
        ({"when": "weekly", "weekday": 3, "clock": "24:00"}, "clock"),
        ({"when": "weekly", "weekday": 3, "clock": "10:00", "days": 1}, "days"),
        ({"when": "once"}, "at"),
        ({"when": "once", "at": "2026-12-24T20:00:00"}, "at"),
        ({"when": "after_joining", "clock": "10:00"}, "days"),
    ],
)
def test_what_is_wrong_in_an_entry_names_its_field(wrong: dict[str, Any], field: str) -> None:
    entry = {"code": "a", "name_zh": "名", "body_zh": "文", **wrong}
    with pytest.raises(msgspec.ValidationError, match=field):
        POLICIES.decode("calendar", {"entries": [entry]})
