"""Journey (a): a consumer texts 积分, as she sees it on her phone."""

import asyncio
from typing import Any

import pytest

from jifen.demo_menu import MENU
from loyalty import ledger
from simulator.assumed import Assumed
from tests.bot.conftest import Begin, Town
from tests.bot.odd_intents import BROKEN, Mood
from tests.bot.phones import Json

UNAVAILABLE = "该公众号提供的服务出现故障，请稍后再试"


def outcomes(told: Json) -> list[str]:
    return [one["outcome"].split(":")[0] for one in told["attempts"]]


def read(told: Json) -> str:
    return "\n".join(one["text"] for one in told["bubbles"])


async def test_a_regular_follows_in_the_shop_asks_taps_and_leaves(town: Town) -> None:
    await next(iter(town.context.accounts.values())).client.menu.create(MENU)
    wang = await town.phones.consumer("王金")
    welcome = read(await town.phones.act(wang, "scan", scene="shop_jingan"))
    assert welcome.startswith("欢迎光临静安店！")
    assert "Welcome" not in welcome, "we know her language: she bought before"
    points = read(await town.phones.says(wang, "积分"))
    assert points in welcome
    assert points.startswith("您有 495 积分可用。\n另有 118 积分待到账")
    assert read(await town.phones.act(wang, "menu", key="我的积分")) == points
    history = read(await town.phones.act(wang, "menu", key="积分明细"))
    assert history.count("获得") == 4
    assert "+118（待到账）" in history
    scanned = read(await town.phones.act(wang, "scan", scene="shop_jingan"))
    assert points in scanned
    assert outcomes(await town.phones.act(wang, "unfollow")) == ["silent"]
    assert points in read(await town.phones.act(wang, "follow")), "she is who she was"
    assert await town.count("customer") == await town.count("member") == 1
    assert await ledger.verify() == []


async def test_emma_is_spoken_to_in_english(town: Town) -> None:
    emma = await town.phones.follower("Emma")
    assert "Welcome" in (await town.phones.chat(emma))[0]
    assert read(await town.phones.says(emma, "pionts?")).startswith("You have 0 points")
    assert read(await town.phones.act(emma, "menu", key="help")).startswith("You can send")
    assert read(await town.phones.says(emma, "ok")).startswith("Sorry")


async def test_a_person_takes_over_and_gives_back(town: Town) -> None:
    lin = await town.phones.follower("林小满")
    assert outcomes(await town.phones.says(lin, "人工")) == ["answered"]
    asked = await town.phones.says(lin, "我的包裹在哪")
    assert not [one for one in asked["bubbles"] if one["kind"] == "text"]
    await town.phones.act(lin, "events", event="kf_close_session", KfAccount="chen@brand")
    assert read(await town.phones.says(lin, "我的包裹在哪")).startswith("抱歉")


async def test_any_kind_of_message_and_event_is_taken(town: Town) -> None:
    lin = await town.phones.follower("林小满")
    drafts: list[dict[str, Any]] = [
        {"kind": "voice", "content": "查一下积分"},
        {"kind": "image", "content": "http://127.0.0.1/picture.png"},
        {"kind": "location", "content": "31.2,121.4,静安"},
        {"kind": "link", "content": "http://127.0.0.1/", "title": "t", "description": "d"},
        {"kind": "text", "content": "]]> 😀 <xml>"},
    ]
    for draft in drafts:
        told = await town.phones.act(lin, "messages", **draft)
        assert outcomes(told) == ["answered"], draft
    events = ["LOCATION", "VIEW", "pic_weixin", "user_get_card", "something_of_2027"]
    for event in events:
        told = await town.phones.act(lin, "events", event=event, Odd={"a": {"b": "1"}})
        assert outcomes(told) == ["silent"], event


@pytest.mark.parametrize(
    "faults",
    [
        {"drop_first_n": 2},
        {"duplicate": True},
        {"clock_skew_seconds": 200},
        {"reorder": True, "duplicate": True},
    ],
    ids=str,
)
async def test_the_platform_at_its_worst_changes_nothing(town: Town, faults: Json) -> None:
    lin = await town.phones.follower("林小满")
    await town.phones.post("faults", faults)
    told = await asyncio.gather(*(town.phones.says(lin, "积分") for _ in range(4)))
    assert {read(one) for one in told} == {"您有 0 积分可用。"}
    await town.phones.post("faults", {"drop_first_n": 0})  # this one has a single try
    again = await town.phones.act(lin, "retry")
    assert read(again) == "您有 0 积分可用。"
    assert await town.count("inbound_event WHERE kind = 'text'") == 4
    assert await town.count("delivery") == 0


@pytest.mark.parametrize("faults", [{"clock_skew_seconds": -400}, {"invalid_xml": True}], ids=str)
async def test_what_we_refuse_is_no_success(town: Town, faults: Json) -> None:
    lin = await town.phones.follower("林小满")
    await town.phones.post("faults", faults)
    told = await town.phones.says(lin, "积分")
    assert outcomes(told) == ["bad_status"] * 3
    assert read(told) == UNAVAILABLE
    assert await town.count("inbound_event WHERE kind = 'text'") == 0


async def test_a_broken_turn_ends_in_a_word_of_the_platform_and_a_parked_event(
    begin: Begin, mood: Mood
) -> None:
    mood.failures = 100
    town = await begin(assumed=Assumed(retry_pause_seconds=0.05))
    lin = await town.phones.follower("林小满")
    assert read(await town.phones.says(lin, BROKEN)) == UNAVAILABLE
    assert await town.count("inbound_event WHERE state = 'parked'") == 1
    assert read(await town.phones.says(lin, "积分")) == "您有 0 积分可用。"
