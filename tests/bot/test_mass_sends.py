"""Mass sends: settled when they begin, asked of the staff once, each result known."""

import asyncio
import secrets
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot.corp_events import CorpEvents
from jobs.mass_sending import MassSender
from jobs.refresh_communities import refresh_communities
from jobs.remind_staff import remind_staff
from loyalty import consents, mass_sends, staff, timelines
from loyalty.errors import LoyaltyError
from loyalty.mass_sends import Aim, MassSendWish, Reach
from models import (
    Community,
    Invitation,
    MassSend,
    MassSendKind,
    MassSendPart,
    MassSendTarget,
    Purpose,
    Role,
)
from simulator.assumed import Assumed
from tests.bot.conftest import Begin, Town
from tests.bot.corp import CORP_ID
from tests.bot.test_wecom import silver
from web import wecom
from web.context import now
from wechat.errors import UnknownOutcome
from wechat.mass_sends import Made, MassSends

Json = dict[str, Any]
TEXT = "周六到店有新品试饮，欢迎来坐坐。"


@pytest.fixture
async def town(begin: Begin) -> Town:
    found = await begin(assumed=Assumed(group_lag_seconds=0))
    await refresh_communities(found.context, now())
    return found


async def known(town: Town, nickname: str, user_id: str = "chen") -> tuple[Json, int]:
    """Let a member of the second tier add one of the staff."""
    consumer, member_id = await silver(town, nickname)
    await town.phones.act(consumer, "contacts", user_id=user_id)
    await CorpEvents(town.context).work(now())
    return consumer, member_id


def wish(audience: str = "tier:silver", **changed: Any) -> MassSendWish:
    kind = changed.pop("kind", MassSendKind.CONTACTS)
    aim = Aim(CORP_ID, kind, audience, changed.pop("community_slot", None))
    told = {"uuid": uuid4(), "name": "周六试饮", "aim": aim, "text": TEXT, "not_before": now()}
    return MassSendWish(**(told | changed))


async def sent(town: Town, asked: MassSendWish) -> MassSend:
    """Plan it and let the staff be asked."""
    planned = await mass_sends.plan(asked, at=now())
    await works(town)
    return await MassSend.get(id=planned.id)


async def works(town: Town, *, later: timedelta = timedelta(0)) -> None:
    sender = MassSender(town.context)
    while await sender.work(now() + later):
        pass


async def tasks(town: Town, user_id: str = "chen") -> list[Json]:
    return list((await town.phones.get(f"staff/{user_id}/sends"))["sends"])


async def confirms(town: Town, user_id: str = "chen") -> None:
    for one in await tasks(town, user_id):
        await town.phones.post(f"staff/{user_id}/sends/{one['msgid']}/confirm")


async def read(town: Town) -> list[Json]:
    """What consumers and groups read, without welcomes."""
    return [one for one in (await town.phones.get("groups"))["messages"] if one["text"] == TEXT]


async def targets() -> list[str]:
    return [one.state.value for one in await MassSendTarget.all().order_by("id")]


async def test_each_is_written_to_by_the_staff_member_who_has_her(town: Town) -> None:
    lin, lin_id = await known(town, "林小满")
    wang, _ = await known(town, "王金", "li")
    await silver(town, "Emma")
    send = await sent(town, wish())
    assert (send.state, send.members - send.no_contacts) == ("under_way", 2)
    assert [one["targets"] for one in await tasks(town)] == [1]
    assert await read(town) == []
    await confirms(town)
    await works(town, later=timedelta(minutes=2))
    assert await targets() == ["sent", "waiting"]
    (said,) = await read(town)
    assert (said["consumer_id"], said["user_id"]) == (lin["id"], "chen")
    assert [one.state for one in await MassSendPart.all().order_by("id")] == [
        "confirmed",
        "waiting",
    ]
    assert (await MassSend.get()).state == "under_way"
    await confirms(town, "li")
    await works(town, later=timedelta(minutes=9))
    assert (await MassSend.get()).state == "done"
    full = await mass_sends.full(send.id)
    assert (full.targets, full.sent, full.waiting, full.failed) == (2, 2, 0, 0)
    rows = await mass_sends.targets(send.id, limit=9)
    assert {(one.user_id, one.state) for _, one in rows} == {("chen", "sent"), ("li", "sent")}
    assert len({one["consumer_id"] for one in await read(town)} & {lin["id"], wang["id"]}) == 2
    happened = [one for one in await timelines.of(lin_id) if one.kind == "mass_send"]
    assert [(one.told["name"], one.told["by"]) for one in happened] == [("周六试饮", "chen")]


async def test_two_workers_and_lost_answers_ask_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await known(town, "林小满")
    add = MassSends.add

    async def lost(self: MassSends, sender: str, **how: Any) -> Made:
        await add(self, sender, **how)
        raise UnknownOutcome("nobody heard it", endpoint="add_msg_template")

    monkeypatch.setattr(MassSends, "add", lost)
    await mass_sends.plan(wish(), at=now())
    one, two = MassSender(town.context), MassSender(town.context)
    await asyncio.gather(one.work(now()), two.work(now()))
    assert [part.state for part in await MassSendPart.all()] == ["asked"]
    monkeypatch.setattr(MassSends, "add", add)
    await MassSendPart.all().update(leased_until=now() - timedelta(seconds=1))
    await asyncio.gather(one.work(now()), two.work(now()))
    assert [part.state for part in await MassSendPart.all()] == ["waiting"]
    assert len(await tasks(town)) == 1


async def test_what_was_never_asked_is_asked_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await known(town, "林小满")
    add = MassSends.add

    async def lost(self: MassSends, sender: str, **how: Any) -> Made:
        raise UnknownOutcome("on its way", endpoint="add_msg_template")

    monkeypatch.setattr(MassSends, "add", lost)
    await mass_sends.plan(wish(), at=now())
    await MassSender(town.context).work(now())
    monkeypatch.setattr(MassSends, "add", add)
    await MassSendPart.all().update(leased_until=now() - timedelta(seconds=1))
    await works(town)
    assert len(await tasks(town)) == 1


async def test_who_wants_no_offers_or_had_her_share_is_left_out(town: Town) -> None:
    _, lin = await known(town, "林小满")
    await consents.decide(
        lin, {(Purpose.OFFERS, "wecom"): False}, wording="w", source="t", at=now()
    )
    _, wang = await known(town, "王金")
    for _ in range(mass_sends.monthly_quota(now())):
        await sent(town, wish())
    reach = await mass_sends.preview(wish(), at=now())
    assert (reach.targets, reach.unwilling, reach.over_quota) == ([], 1, 1)
    last = await sent(town, wish())
    assert (last.state, last.over_quota) == ("nobody", 1)
    assert {one.member_id for one in await MassSendTarget.all()} == {wang}


async def test_a_group_is_written_to_by_its_owner(town: Town) -> None:
    send = await sent(town, wish("community:vip", kind=MassSendKind.GROUPS))
    assert (send.state, send.members) == ("under_way", 1)
    await confirms(town, (await Community.get()).owner)
    await works(town, later=timedelta(minutes=2))
    assert (await targets(), (await MassSend.get()).state) == (["sent"], "done")
    assert [one["chat_id"] for one in await read(town)] == [(await Community.get()).chat_id]


async def test_members_are_invited_by_the_code_of_their_group(town: Town) -> None:
    lin, lin_id = await known(town, "林小满")
    wang, _ = await known(town, "王金")
    qr_code = str((await Community.get()).qr_code)
    await town.phones.act(wang, "groups/join", qr_code=qr_code)
    await CorpEvents(town.context).work(now())
    send = await sent(town, wish("everyone", community_slot="community:vip"))
    assert (send.members, send.no_contacts, send.not_invited) == (3, 1, 1)
    assert await targets() == ["waiting"]
    assert (await Invitation.get(member_id=lin_id)).state == "open"
    await confirms(town)
    (said,) = await read(town)
    assert said["pictures"] == [(await Community.get()).qr_picture]
    await town.phones.act(lin, "groups/join", qr_code=qr_code)
    await CorpEvents(town.context).work(now())
    assert (await mass_sends.full(send.id)).joined == 1


async def test_what_is_cancelled_is_taken_back_and_who_has_it_keeps_it(town: Town) -> None:
    await known(town, "林小满")
    await known(town, "王金", "li")
    password = secrets.token_urlsafe()
    chen = await staff.add("chen", name="陈晨", role=Role.MANAGER, password=password, at=now())
    asked = wish()
    await sent(town, asked)
    await confirms(town)
    await mass_sends.cancel(asked.uuid, staff_member_id=chen, at=now())
    await works(town)
    assert await tasks(town, "li") == []
    assert sorted(await targets()) == ["cancelled", "sent"]
    later = wish(not_before=now() + timedelta(days=1))
    await mass_sends.plan(later, at=now())
    await mass_sends.cancel(later.uuid, staff_member_id=chen, at=now())
    await works(town, later=timedelta(days=2))
    assert len(await read(town)) == 1
    again = await mass_sends.cancel(later.uuid, staff_member_id=chen, at=now())
    assert again.state == "cancelled"


async def test_staff_are_reminded_once_a_day_three_times(town: Town) -> None:
    await known(town, "林小满")
    await sent(town, wish())
    assert await remind_staff(town.context, now()) == 0
    for day in (1, 2, 3, 4):
        assert await remind_staff(town.context, now() + timedelta(days=day, hours=1)) == (day < 4)
    (one,) = await mass_sends.to_look_at([CORP_ID], at=now() + timedelta(days=5), limit=9)
    assert not await wecom.remind(town.context, one, at=now()), "the platform takes three a day"


async def test_nobody_waits_for_the_staff_for_ever(town: Town) -> None:
    await known(town, "林小满")
    await sent(town, wish())
    await works(town, later=timedelta(days=31))
    assert [part.state for part in await MassSendPart.all()] == ["over"]
    assert (await MassSend.get()).state == "done"
    assert await targets() == ["waiting"]


async def test_who_left_the_staff_member_gets_nothing(town: Town) -> None:
    lin, _ = await known(town, "林小满")
    await sent(town, wish())
    await town.phones.act(lin, "contacts/delete", user_id="chen")
    await confirms(town)
    await works(town, later=timedelta(minutes=2))
    assert (await targets(), (await MassSend.get()).state) == (["no_contact"], "done")


async def test_the_same_form_is_planned_once(town: Town) -> None:
    asked = wish(not_before=now() + timedelta(days=1))
    first = await mass_sends.plan(asked, at=now())
    again = await mass_sends.plan(asked, at=now())
    assert first.id == again.id


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"name": " "}, "send_name_missing"),
        ({"name": "长" * 41}, "send_name_missing"),
        ({"text": ""}, "send_text_missing"),
        ({"text": "a\x00b"}, "send_text_missing"),
        ({"text": "长" * 1001}, "send_text_too_long"),
        ({"text": "分享到朋友圈即送 100 积分"}, "rewards_sharing"),
        ({"not_before": now() - timedelta(hours=1)}, "send_time_wrong"),
        ({"not_before": now() + timedelta(days=400)}, "send_time_wrong"),
        ({"picture": "javascript:alert(1)"}, "send_picture_wrong"),
        ({"audience": "tier:none"}, "no_such_audience"),
        ({"audience": "segment:none"}, "no_such_audience"),
        ({"audience": "x"}, "no_such_audience"),
        ({"community_slot": "community:none"}, "no_such_community"),
        ({"kind": MassSendKind.GROUPS}, "audience_is_no_groups"),
        (
            {"kind": MassSendKind.GROUPS, "community_slot": "community:vip"},
            "send_groups_not_invited",
        ),
    ],
)
async def test_what_is_wrong_says_so(town: Town, changed: Json, code: str) -> None:
    with pytest.raises(LoyaltyError) as refused:
        await mass_sends.plan(wish(**changed), at=now())
    assert refused.value.code == code
    assert not await MassSend.exists()


def test_reach_counts_by_staff() -> None:
    found = [mass_sends.Target("chen", "a"), mass_sends.Target("li", "b")]
    assert Reach([*found, found[0]], members=3).senders == {"chen": 2, "li": 1}
