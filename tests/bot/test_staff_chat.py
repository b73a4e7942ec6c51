"""Staff write to the app: answered by their role, once, and what names a customer is not kept."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import holding
from bot.corp_events import CorpEvents
from bot.staff_chat import StaffChat
from loyalty import customers, inbox, ledger, staff
from loyalty.customers import PhoneNumber
from loyalty.ledger import Earn
from loyalty.orders import IdentityRef
from models import Customer, IdentityKind, InboundEvent, Role, db
from tests.bot.conftest import Begin, Town
from tests.bot.corp import CORP_ID, event
from web.context import now
from web.masks import number_of
from wechat.errors import Rejected, TryAgain, UnknownOutcome
from wechat.wecom import WeCom
from wechat.wecom_events import StaffSaid

PHONE = "13800138000"


async def hire(role: Role = Role.MANAGER, *, language: str = "zh") -> None:
    await staff.add(
        "chen-w", name="小陈", role=role, password="a-long-password", at=now(), wecom_user_id="chen"
    )
    await db.fetch("UPDATE staff_member SET language = $1 WHERE account = 'chen-w'", language)


async def lin(town: Town) -> str:
    """Let a member be there with a phone and points; return her number."""
    consumer = await town.phones.consumer("林小满")
    ref = IdentityRef(IdentityKind.UNIONID, "", consumer["unionid"])
    member_id = await customers.meet((ref,), at=now(), through="test")
    at = now()
    await ledger.record_one(Earn(member_id=member_id, key="e", at=at, points=1280, settles_at=at))
    await customers.bind_phone(
        member_id, PhoneNumber(PHONE, "86"), sealer=town.context.sealer, at=at
    )
    return number_of((await Customer.get(id=member_id)).uuid)


async def says(town: Town, text: str, count: int = 1) -> str:
    """Let a staff member write, and return what he reads once it is so many answers."""
    await town.phones.post("staff/chen/say", {"text": text})
    return await reads(town, count)


async def reads(town: Town, count: int) -> str:
    for _ in range(200):
        messages = (await town.phones.get("staff/chen/sends"))["messages"]
        told = [one["text"] for one in messages if not one["is_from_staff"]]
        if len(told) >= count and not await InboundEvent.filter(worked_at=None).exists():
            return str(told[-1])
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was answered")


async def test_a_member_is_found_by_phone_number_and_order(begin: Begin) -> None:
    town = await begin()
    await hire(Role.GUIDE)
    number = await lin(town)
    told = await says(town, f"会员 {PHONE}")
    assert number in told
    assert "可用 1,280 积分" in told
    assert PHONE not in told
    assert number in await says(town, f"会员{number.lower()}", 2)
    assert number in await says(town, f"+86 {PHONE}", 3)
    assert await says(town, "会员 13900000000", 4) == "没有找到这位会员。"
    assert (await says(town, "会员", 5)).startswith("请写上手机号")


async def test_what_names_a_customer_is_kept_nowhere(begin: Begin) -> None:
    town = await begin()
    await hire()
    await lin(town)
    await says(town, f"会员 {PHONE}")
    rows = await db.fetch("SELECT body FROM inbound_event")
    assert not any(PHONE.encode() in bytes(row["body"]) for row in rows)
    (deed,) = await staff.deeds(limit=10)
    assert (deed.by, deed.deed, deed.told) == (
        "小陈",
        "wecom/member",
        {"member": "…8000", "found": "1"},
    )


async def test_who_has_no_account_is_told_nothing(begin: Begin) -> None:
    town = await begin()
    number = await lin(town)
    told = await says(town, f"会员 {PHONE}")
    assert told.startswith("您还没有后台账号")
    assert number not in told
    await hire()
    await staff.leave("chen-w", at=now())
    assert (await says(town, "今日", 2)).startswith("您还没有后台账号")


async def test_the_day_and_the_tasks_by_role_and_language(begin: Begin) -> None:
    town = await begin()
    await hire(language="en")
    await lin(town)
    today = await says(town, "today")
    assert "points given 1,280 (yesterday 0)" in today
    assert await says(town, "tasks", 2) == "Nothing waits for you."
    await db.fetch(
        "INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, state, attempts,"
        " received_at, worked_at, error) SELECT id, 'x', 'order', '', '', 'parked', 1, now(),"
        " now(), 'x' FROM connection LIMIT 1"
    )
    assert await says(town, "tasks", 3) == "1 parked messages"
    await db.fetch("UPDATE staff_member SET role = 'guide' WHERE account = 'chen-w'")
    assert await says(town, "tasks", 4) == "Nothing waits for you."
    assert (await says(town, "hm", 5)).startswith("You can send")


async def test_several_of_one_number_are_listed(begin: Begin) -> None:
    town = await begin()
    await hire()
    await db.fetch(
        "INSERT INTO customer (uuid, created_at) VALUES"
        " ('00000000-0000-4000-8000-00001111abcd', now()),"
        " ('00000000-0000-4000-8000-00002222abcd', now())"
    )
    await db.fetch(
        "INSERT INTO member (id, joined_at, joined_through)"
        " SELECT id, now(), 'test' FROM customer WHERE uuid::text LIKE '%abcd'"
    )
    told = await says(town, "会员 abcd")
    assert told.splitlines()[0] == "有 2 位，请发送其中的会员号："
    assert "2222ABCD · 普通会员" in told
    assert (await says(town, "会员 2222abcd", 2)).startswith("2222ABCD")


async def test_an_answer_that_was_lost_comes_once(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await begin()
    await hire()
    say, tries = WeCom.say, []

    async def loses(self: WeCom, *args: Any, **more: Any) -> None:
        tries.append(more["may_be_said"])
        await say(self, *args, **more)
        if len(tries) == 1:
            raise UnknownOutcome("no answer", endpoint="message/send")

    monkeypatch.setattr(WeCom, "say", loses)
    await town.phones.post("staff/chen/say", {"text": "今日"})
    await town.until("inbound_event WHERE error IS NOT NULL")
    await db.fetch("UPDATE inbound_event SET claimed_until = now() WHERE worked_at IS NULL")
    await CorpEvents(town.context).work(now())
    await reads(town, 1)
    assert tries == [False, True]
    messages = (await town.phones.get("staff/chen/sends"))["messages"]
    assert sum(not one["is_from_staff"] for one in messages) == 1


async def test_whom_the_platform_does_not_reach_is_forgotten(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = await begin()
    await hire()

    async def refuses(self: WeCom, *args: Any, **more: Any) -> None:
        raise Rejected("nobody", endpoint="message/send", errcode=81013)

    async def fails(self: WeCom, *args: Any, **more: Any) -> None:
        raise TryAgain("busy", endpoint="message/send")

    monkeypatch.setattr(WeCom, "say", refuses)
    await town.phones.post("staff/chen/say?wait=1", {"text": f"会员 {PHONE}"})
    await town.until("inbound_event WHERE worked_at IS NOT NULL")
    monkeypatch.setattr(WeCom, "say", fails)
    await town.phones.post("staff/chen/say?wait=1", {"text": f"会员 {PHONE}"})
    await town.until("inbound_event WHERE error IS NOT NULL")
    for _ in range(3):
        await db.fetch("UPDATE inbound_event SET claimed_until = now() WHERE worked_at IS NULL")
        await CorpEvents(town.context).work(now())
    rows = await db.fetch("SELECT state, body, reply FROM inbound_event ORDER BY id")
    assert [row["state"] for row in rows] == ["worked", "dropped"]
    assert [bytes(row["body"]) for row in rows] == [b"", b""]


async def test_an_answer_that_takes_long_is_nobody_elses(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LEASE", timedelta(seconds=0.4))
    monkeypatch.setattr(holding, "RENEW_SECONDS", 0.1)
    town = await begin()
    await hire()
    say = WeCom.say

    async def slowly(self: WeCom, *args: Any, **more: Any) -> None:
        await asyncio.sleep(1)
        await say(self, *args, **more)

    monkeypatch.setattr(WeCom, "say", slowly)
    await town.phones.post("staff/chen/say?wait=1", {"text": "今日"})
    for _ in range(6):
        await CorpEvents(town.context).work(now())
        await asyncio.sleep(0.2)
    await reads(town, 1)
    assert [one.attempts for one in await InboundEvent.all()] == [1]


async def test_staff_of_another_corp_are_none_of_ours(begin: Begin) -> None:
    town = await begin()
    await hire()
    ours = town.context.corps[CORP_ID]
    other = replace(town.context, corps={"ww-first": replace(ours), CORP_ID: ours})
    told = StaffSaid("chen", "今日", now())
    (event_id,) = await inbox.take(
        [inbox.Arrival(ours.connection.id, "k", "text", "chen", b"<xml/>", None)], at=now()
    )
    assert event_id is not None
    await StaffChat(other).answer(ours, told, event_id)
    assert (await reads(town, 1)).startswith("您还没有后台账号")


async def test_a_platform_that_tries_again_is_answered_once(begin: Begin) -> None:
    town = await begin()
    await hire()
    nodes = {"FromUserName": "chen", "MsgType": "text", "Content": "今日", "MsgId": "77"}
    body = event("", **nodes).replace(b"<Event></Event>", b"")
    for _ in range(3):
        assert (await town.corp.send(body))[0] == 200
    await reads(town, 1)
    assert await InboundEvent.filter(sender="chen").count() == 1
