"""Welcomes of new contacts: in time, once, by her own words, and safe whatever the code is."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.corp_events import CorpEvents
from bot.welcoming import Welcomes
from jobs.refresh_communities import refresh_communities
from loyalty import ledger, programme
from loyalty.ledger import Earn
from loyalty.policies.welcome import Welcome
from models import Community, Invitation, WelcomeMessage, WelcomeState, db
from simulator.assumed import Assumed
from tests.bot.conftest import Begin, Town
from tests.bot.corp import CORP_ID, event
from tests.bot.test_wecom import silver
from web import wecom
from web.context import now
from wechat.errors import TryAgain
from wechat.wecom_events import ContactChanged

Json = dict[str, Any]
AT_ONCE = Assumed(group_lag_seconds=0)
WORDS = Welcome(
    member_text_zh="您好，{tier}！您有 {points} 积分，{points} 分。",
    guest_text_zh="您好，新朋友",
    community_slot="community:vip",
)


async def town_with(begin: Begin, *, words: Welcome | None = WORDS, **assumed: Any) -> Town:
    town = await begin(assumed=Assumed(group_lag_seconds=0, **assumed))
    if words is None:
        await programme.end("welcome:default", by="t", at=now())
    else:
        await publish("welcome:default", words)
    await refresh_communities(town.context, now())
    return town


async def publish(slot: str, words: Welcome) -> None:
    at = now()
    await programme.publish(slot, words, starts_at=at, by="t", at=at)


async def rich(town: Town, nickname: str = "林小满") -> tuple[Json, int]:
    consumer, member_id = await silver(town, nickname)
    at = now()
    earned = Earn(member_id=member_id, key="e", at=at, points=1280, settles_at=at)
    await ledger.record_one(earned)
    return consumer, member_id


async def adds(town: Town, consumer: Json, **told: Any) -> None:
    await town.phones.act(consumer, "contacts", user_id="chen", **told)


async def read(town: Town, count: int = 1) -> list[Json]:
    """What consumers read from staff, once there is so much of it."""
    for _ in range(200):
        found: list[Json] = (await town.phones.get("groups"))["messages"]
        if len(found) >= count and not await WelcomeMessage.filter(state="due").exists():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("nothing was said")


async def states() -> list[WelcomeState]:
    return [one.state for one in await WelcomeMessage.all().order_by("id")]


async def test_a_member_reads_her_points_and_tier_and_the_code_of_her_group(begin: Begin) -> None:
    town = await town_with(begin)
    consumer, lin = await rich(town)
    await adds(town, consumer)
    (said,) = await read(town)
    assert said["text"] == "您好，银卡会员！您有 1,280 积分，1,280 分。"
    assert (said["consumer_id"], said["user_id"]) == (consumer["id"], "chen")
    (picture,) = said["pictures"]
    async with town.context.http.get(picture) as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
    assert (await Community.get()).qr_picture == picture
    assert (await Invitation.get()).member_id == lin
    await CorpEvents(town.context).work(now())
    assert (await states(), len(await read(town))) == ([WelcomeState.SENT], 1)


async def test_who_is_no_member_reads_the_words_for_guests(begin: Begin) -> None:
    town = await town_with(begin)
    await adds(town, await town.phones.consumer("林小满"))
    (said,) = await read(town)
    assert (said["text"], said["pictures"]) == ("您好，新朋友", [])


async def test_words_go_by_the_way_she_came(begin: Begin) -> None:
    town = await town_with(begin)
    await publish("welcome:nanjing", Welcome(guest_text_zh="欢迎光临南京路店"))
    await adds(town, await town.phones.consumer("林小满"), state="nanjing")
    await adds(town, await town.phones.consumer("王金"), state="beijing")
    assert sorted([one["text"] for one in await read(town, 2)]) == [
        "您好，新朋友",
        "欢迎光临南京路店",
    ]


async def test_retries_doubled_events_and_workers_say_it_once(begin: Begin) -> None:
    town = await town_with(begin)
    consumer, _ = await rich(town)
    await adds(town, consumer, event="doubled")
    await asyncio.gather(*(CorpEvents(town.context).work(now()) for _ in range(4)))
    assert len(await read(town)) == 1
    assert await states() == [WelcomeState.SENT]


async def test_without_a_rule_or_a_code_nothing_is_said(begin: Begin) -> None:
    town = await town_with(begin, words=None)
    await adds(town, await town.phones.consumer("林小满"))
    while await CorpEvents(town.context).work(now()):
        pass
    await publish("welcome:default", WORDS)
    told = {"ChangeType": "add_external_contact", "ExternalUserID": "wm1", "UserID": "chen"}
    await town.corp.send(event("change_external_contact", **told))
    while await CorpEvents(town.context).work(now()):
        pass
    assert (await town.phones.get("groups"))["messages"] == []
    assert await states() == []


async def test_what_the_worker_finds_too_late_is_not_said(begin: Begin) -> None:
    town = await town_with(begin, welcome_seconds=0)
    (corp,) = town.context.corps.values()
    long_ago = ContactChanged(
        "wm1", "chen", "added", now() - timedelta(minutes=1), welcome_code="old"
    )
    await Welcomes(town.context).greet(corp, long_ago)
    await adds(town, await town.phones.consumer("林小满"))
    for _ in range(100):
        if await WelcomeMessage.filter(state="late").count() == 2:
            break
        await asyncio.sleep(0.05)
    found = await WelcomeMessage.all().order_by("id")
    assert [(one.state, one.error) for one in found] == [
        (WelcomeState.LATE, None),
        (WelcomeState.LATE, "41050"),
    ]


SENDING = "/qyapi/cgi-bin/externalcontact/send_welcome_msg"
DRAWING = "/qyapi/cgi-bin/media/uploadimg"


@pytest.mark.parametrize(
    ("path", "fault", "state", "error"),
    [
        (SENDING, {"errcode": 41051}, WelcomeState.TAKEN, "41051"),
        (SENDING, {"errcode": 41096, "times": 1}, WelcomeState.SENT, None),
        (SENDING, {"errcode": -1, "times": 3}, WelcomeState.SENT, None),
        (SENDING, {"errcode": 84061}, WelcomeState.REFUSED, "84061"),
        (SENDING, {"errcode": 40007, "times": 1}, WelcomeState.SENT, None),
        (SENDING, {"timeout_after_effect": True, "times": 1}, WelcomeState.SENT, None),
        (DRAWING, {"errcode": 48002}, WelcomeState.SENT, None),
    ],
)
async def test_what_the_platform_says_is_kept_and_she_reads_it_once(
    begin: Begin,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    fault: Json,
    state: WelcomeState,
    error: str | None,
) -> None:
    monkeypatch.setattr("bot.welcoming.PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("bot.welcoming.SEND_SECONDS", 1.0)
    town = await town_with(begin)
    consumer, _ = await rich(town)
    await town.phones.post("faults", {"endpoints": {path: fault}})
    await adds(town, consumer)
    await read(town, 1 if state is WelcomeState.SENT else 0)
    for _ in range(200):
        if [WelcomeState.DUE] != await states() != []:
            break
        await asyncio.sleep(0.05)
    (one,) = await WelcomeMessage.all()
    assert (one.state, one.error and one.error[:5]) == (state, error)
    assert len(await read(town, 0)) == (state is WelcomeState.SENT)


async def test_what_a_dead_process_took_is_gone_on_with_and_not_said_twice(begin: Begin) -> None:
    town = await town_with(begin)
    await adds(town, await town.phones.consumer("林小满"))
    await read(town)
    for seconds, state in ((5, WelcomeState.SENT), (300, WelcomeState.LATE)):
        await db.fetch(
            "UPDATE welcome SET state = 'due', ended_at = NULL,"
            " leased_until = now() - interval '1 s',"
            f" added_at = now() - interval '{seconds} s'"
        )
        await CorpEvents(town.context).work(now())
        assert len(await read(town)) == 1, "she read it before"
        assert await states() == [state]


async def test_nothing_that_goes_wrong_in_looking_keeps_her_from_a_welcome(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    town = await town_with(begin)
    monkeypatch.setattr("bot.welcoming.wecom.look_at_contact", broken)
    consumer, _ = await rich(town)
    await adds(town, consumer)
    (said,) = await read(town)
    assert said["text"] == "您好，新朋友"


async def test_a_picture_that_comes_in_parts_is_whole(begin: Begin) -> None:
    town = await town_with(begin)
    whole = bytes(range(256)) * 1200

    async def in_parts(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "image/png"})
        await answer.prepare(request)
        for start in range(0, len(whole), 40_000):
            await answer.write(whole[start : start + 40_000])
            await asyncio.sleep(0.02)
        return answer

    app = web.Application()
    app.router.add_get("/code", in_parts)
    async with TestServer(app) as server:
        address = str(server.make_url("/code"))
        assert await wecom.download(town.context.http, address) == (whole, "image/png")
    with pytest.raises(TryAgain):
        await wecom.download(town.context.http, address)


async def test_what_the_web_process_did_not_say_the_worker_does(begin: Begin) -> None:
    town = await town_with(begin, words=None)
    consumer = await town.phones.consumer("林小满")
    await adds(town, consumer)  # nobody says anything
    await asyncio.sleep(0.2)
    await publish("welcome:default", WORDS)
    while await CorpEvents(town.context).work(now()):
        pass
    assert [one["text"] for one in await read(town)] == ["您好，新朋友"]


def test_places_for_figures_are_checked() -> None:
    for name, wrong in (("member_text_zh", "{coins}"), ("guest_text_zh", "{points}")):
        with pytest.raises(ValueError, match=name):
            Welcome(**{name: wrong})
    assert CORP_ID
