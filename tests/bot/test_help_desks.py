"""微信客服: answered like everywhere, once, and silent while a person talks with her."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.corp_events import CorpEvents
from bot.help_desks import HelpDesks, outgoing
from jobs.read_help_desks import read_help_desks
from loyalty import customers, help_desks, ledger
from loyalty.deletions.forgetting import forget
from loyalty.ledger import Earn
from loyalty.orders import IdentityRef
from models import HelpDesk, Identity, IdentityKind, InboundEvent, Member, db
from simulator.assumed import Assumed
from tests.bot.conftest import DESK, MINI_APP_ID, Begin, Town
from tests.bot.corp import CORP_ID, event
from web import help_desks as reading
from web.context import now
from wechat.errors import TryAgain, UnknownOutcome
from wechat.help_desks import HelpDesks as Client
from wechat.help_desks import Outgoing
from wechat.wecom_events import DeskRang

Json = dict[str, Any]


@dataclass
class Chat:
    """A consumer's chat with a desk."""

    town: Town
    consumer: Json
    desk: str = DESK

    async def enters(self) -> None:
        await self.town.phones.act(self.consumer, f"desks/{self.desk}/enter")

    async def says(self, text: str, menu_id: str = "") -> None:
        await self.town.phones.act(
            self.consumer, f"desks/{self.desk}/say", text=text, menu_id=menu_id
        )

    async def staff(self, deed: str, **body: object) -> None:
        path = f"staff/chen/desks/{DESK}/{self.consumer['id']}/{deed}?wait=1"
        await self.town.phones.post(path, body)

    async def reads(self, count: int = 1) -> list[Json]:
        """What we said to her, once it is so much and nothing is under way."""
        for _ in range(200):
            lines = (await self.town.phones.get("desks"))["lines"]
            mine = [one for one in lines if one["consumer_id"] == self.consumer["id"]]
            said = [one["node"] for one in mine if one["who"] == "bot"]
            if len(said) >= count and not await InboundEvent.filter(worked_at=None).exists():
                return said
            await asyncio.sleep(0.05)
        raise AssertionError(f"{len(said)} of {count} were said")

    async def settles(self) -> None:
        for _ in range(200):
            if not await InboundEvent.filter(worked_at=None).exists():
                return
            await asyncio.sleep(0.05)
        raise AssertionError("something is left")


async def chat(begin: Begin, nickname: str = "林小满", **assumed: Any) -> Chat:
    town = await begin(assumed=Assumed(**assumed))
    return Chat(town, await town.phones.consumer(nickname))


async def rich(of: Chat) -> int:
    ref = IdentityRef(IdentityKind.UNIONID, "", of.consumer["unionid"])
    member_id = await customers.meet((ref,), at=now(), through="test")
    at = now()
    await ledger.record_one(Earn(member_id=member_id, key="e", at=at, points=1280, settles_at=at))
    return member_id


async def test_she_is_known_by_her_unionid_and_reads_her_points(begin: Begin) -> None:
    lin = await chat(begin)
    member_id = await rich(lin)
    await lin.says("积分")
    (said,) = await lin.reads()
    assert "1,280" in said["content"]
    known = await Identity.get(kind="wecom_contact", scope=CORP_ID)
    assert known.customer_id == member_id


async def test_a_stranger_becomes_a_member_in_her_language(begin: Begin) -> None:
    emma = await chat(begin, "Emma")
    await emma.says("points please")
    (said,) = await emma.reads()
    assert said["content"].startswith("You have 0 points")
    member = await Member.all().order_by("-id").first()
    assert member is not None
    assert member.joined_through == "wecom"


async def test_the_menu_that_welcomes_her_is_answered_where_she_taps(begin: Begin) -> None:
    lin = await chat(begin)
    await lin.enters()
    (welcome,) = await lin.reads()
    assert [line["click"]["content"] for line in welcome["list"]][-1] == "人工客服"
    points = welcome["list"][0]["click"]
    await lin.says(points["content"], points["id"])
    assert (await lin.reads(2))[1]["content"].startswith("您有 0 积分")
    await lin.enters()
    await lin.settles()
    assert len(await lin.reads(2)) == 2  # welcomed once in two days


async def test_links_into_the_mini_program_are_lines_to_tap(begin: Begin) -> None:
    lin = await chat(begin)
    await lin.says("会员码")
    (said,) = await lin.reads()
    (line,) = said["list"]
    assert line["miniprogram"]["appid"] == MINI_APP_ID
    assert line["miniprogram"]["pagepath"].startswith("pages/")
    assert "<a" not in said["head_content"]


def test_a_text_too_long_for_a_menu_goes_without_lines() -> None:
    link = '<a href="https://x/" data-miniprogram-appid="wx" data-miniprogram-path="p">看</a>'
    assert outgoing(link).message["msgtype"] == "msgmenu"
    told = outgoing("长" * 700 + link).message
    assert told["msgtype"] == "text"
    assert len(told["text"]["content"].encode()) <= 2048
    assert told["text"]["content"].endswith("…")


async def test_rings_twice_at_once_and_in_two_processes_answer_once(begin: Begin) -> None:
    lin = await chat(begin)
    town = lin.town
    await lin.says("签到")
    await lin.reads()
    corp = town.context.corps[CORP_ID]
    token = await a_token(town)
    await asyncio.gather(
        *(HelpDesks(town.context).heed(corp, DeskRang(DESK, token), 0) for _ in range(4)),
        *(CorpEvents(town.context).work(now()) for _ in range(3)),
    )
    await db.fetch("UPDATE help_desk SET cursor = ''")  # the cursor was lost
    await HelpDesks(town.context).heed(corp, DeskRang(DESK, token), 0)
    await lin.settles()
    assert len(await lin.reads()) == 1
    assert await town.count("check_in") == 1


async def a_token(town: Town) -> str:
    rows = await db.fetch(
        "SELECT body FROM inbound_event WHERE kind = 'event:kf_msg_or_event' ORDER BY id DESC"
    )
    return (
        bytes(rows[0]["body"])
        .decode()
        .partition("<Token>")[2]
        .partition("</Token>")[0]
        .replace("<![CDATA[", "")
        .replace("]]>", "")
    )


async def test_messages_of_one_are_answered_in_their_sequence(begin: Begin) -> None:
    lin = await chat(begin, desk_rows=2)
    for word in ("积分", "帮助", "等级", "积分", "帮助"):
        await lin.town.phones.post(
            f"consumers/{lin.consumer['id']}/desks/{DESK}/say", {"text": word}
        )
    said = [one.get("content") or one.get("head_content") for one in await lin.reads(5)]
    first = [text[:4] for text in said]
    assert first[0] == first[3] == "您有 0"
    assert first[1] == first[4] == "您可以发"
    cursors = await HelpDesk.all().values_list("cursor", flat=True)
    assert cursors != [""]


async def test_many_rings_at_once_are_few_readings(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin = await chat(begin)
    read, readings = Client.read, []

    async def slow(self: Client, *args: Any, **more: Any) -> Any:
        readings.append(args)
        await asyncio.sleep(0.05)
        return await read(self, *args, **more)

    monkeypatch.setattr(Client, "read", slow)
    said = [
        lin.town.phones.post(f"consumers/{lin.consumer['id']}/desks/{DESK}/say", {"text": "积分"})
        for _ in range(4)
    ]
    await asyncio.gather(*said)
    corp = lin.town.context.corps[CORP_ID]
    await lin.town.until("inbound_event WHERE kind = 'event:kf_msg_or_event'", count=4)
    token = await a_token(lin.town)
    readings.clear()
    desks = HelpDesks(lin.town.context)
    await asyncio.gather(*(desks.heed(corp, DeskRang(DESK, token), 0) for _ in range(30)))
    assert len(readings) <= 3
    assert len(await lin.reads(4)) == 4


async def test_an_event_that_cannot_be_read_keeps_no_other_from_its_work(begin: Begin) -> None:
    lin = await chat(begin)
    for key, body in (("a", b"{no message"), ("b", b""), ("c", b"<xml>")):
        await db.fetch(
            "INSERT INTO inbound_event (connection_id, event_key, kind, sender, body, state,"
            " attempts, received_at, claimed_until) SELECT id, $1, 'x', '', $2, 'received', 0,"
            " now(), now() FROM connection WHERE kind = 'wecom'",
            key,
            body,
        )
    await lin.town.corp.send(event("kf_msg_or_event", Token="ENC"))
    await CorpEvents(lin.town.context).work(now())
    left = await InboundEvent.filter(worked_at=None)
    assert {one.event_key for one in left} == {"a", "b", "c"}
    assert all(one.error for one in left)


async def test_an_answer_that_was_lost_is_not_said_twice(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin = await chat(begin)
    write, tries = Client.write, []

    async def loses(self: Client, *args: Any, **more: Any) -> None:
        tries.append(more["msgid"])
        await write(self, *args, **more)
        if len(tries) == 1:
            raise UnknownOutcome("no answer", endpoint="kf/send_msg")

    monkeypatch.setattr(Client, "write", loses)
    await lin.says("签到")
    await lin.town.until("inbound_event WHERE error IS NOT NULL")
    await db.fetch("UPDATE inbound_event SET claimed_until = now() WHERE worked_at IS NULL")
    await CorpEvents(lin.town.context).work(now())
    assert len(await lin.reads()) == 1
    assert (len(tries), len(set(tries))) == (2, 1)
    assert await lin.town.count("check_in") == 1


async def test_while_the_platform_is_away_nothing_is_lost(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin = await chat(begin)
    read = Client.read

    async def fails(self: Client, *args: Any, **more: Any) -> None:
        raise TryAgain("busy", endpoint="kf/sync_msg")

    monkeypatch.setattr(Client, "read", fails)
    await lin.says("积分")
    await lin.town.until("inbound_event WHERE error IS NOT NULL")
    monkeypatch.setattr(Client, "read", read)
    await db.fetch("UPDATE inbound_event SET claimed_until = now() WHERE worked_at IS NULL")
    await CorpEvents(lin.town.context).work(now())
    assert len(await lin.reads()) == 1


async def test_a_lost_ring_is_made_good_by_the_job(begin: Begin) -> None:
    lin = await chat(begin)
    await lin.says("积分")
    await lin.reads()
    await read_help_desks(lin.town.context, now())
    desk, _ = await help_desks.shown()
    assert (desk.name, desk.waiting) == ("积分客服", 0)
    assert desk.link is not None
    await db.fetch("DELETE FROM inbound_event WHERE kind = 'desk:text'")
    await db.fetch("UPDATE help_desk SET cursor = ''")
    assert await read_help_desks(lin.town.context, now()) == 1
    await CorpEvents(lin.town.context).work(now())
    assert len(await lin.reads(2)) == 2


async def test_what_was_said_before_we_looked_is_not_answered(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin = await chat(begin)
    await lin.says("积分")
    await lin.reads()
    await db.fetch("DELETE FROM inbound_event")
    await db.fetch("UPDATE help_desk SET cursor = '', read_at = NULL")
    corp = lin.town.context.corps[CORP_ID]
    monkeypatch.setattr(reading, "FIRST_REACH", timedelta(0))
    assert await reading.read(corp, DESK, token="", at=now()) == []
    assert len(await lin.reads()) == 1


async def test_what_is_no_text_is_told_so_and_what_staff_say_is_left(begin: Begin) -> None:
    lin = await chat(begin)
    assert Outgoing("您好").message == {"msgtype": "text", "text": {"content": "您好"}}
    await lin.says("微积分怎么学")
    (said,) = await lin.reads()
    assert said["content"].startswith("抱歉，没看懂")


async def test_a_deleted_account_leaves_no_session(begin: Begin) -> None:
    lin = await chat(begin)
    await lin.says("人工")
    await lin.reads()
    member = await Member.all().order_by("-id").first()
    assert member is not None
    assert await lin.town.count("desk_session") == 1
    await db.fetch("UPDATE inbound_event SET worked_at = now() WHERE worked_at IS NULL")
    await forgotten(member.id)
    assert await lin.town.count("desk_session") == 0
    rows = await db.fetch("SELECT body FROM inbound_event WHERE kind = 'desk:text'")
    assert [bytes(row["body"]) for row in rows] == [b""]


async def forgotten(member_id: int) -> None:
    async with db.transaction():
        await forget([member_id], at=now())


async def test_an_event_that_names_no_desk_is_let_be(begin: Begin) -> None:
    town = await begin()
    status, body = await town.corp.send(event("kf_msg_or_event", Token="ENC"))
    assert (status, body) == (200, "")
    await CorpEvents(town.context).work(now())
    assert await InboundEvent.filter(worked_at=None).count() == 0


async def test_a_desk_that_is_not_ours_parks_after_three_tries(begin: Begin) -> None:
    town = await begin()
    await town.corp.send(event("kf_msg_or_event", Token="ENC", OpenKfId="wkOther"))
    await town.until("inbound_event WHERE error IS NOT NULL")
    for _ in range(3):
        await db.fetch("UPDATE inbound_event SET claimed_until = now() WHERE worked_at IS NULL")
        await CorpEvents(town.context).work(now())
    assert (await InboundEvent.get()).state == "parked"
