"""A retry has one effect and the same answer, or none: over processes, at once, after a crash."""

import asyncio

import pytest

from bot import official_account
from tests.bot.conftest import Town
from tests.bot.odd_intents import BROKEN, SLOWLY, STRANGE, STRANGELY, Mood
from tests.bot.platform import document, event, message_id, text
from web.context import now

OPENID = "oRetried"
PLATFORM_WAITS_SECONDS = 5


@pytest.fixture
def short_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what takes half a second be late, so that the tests need not take four."""
    monkeypatch.setattr(official_account, "BUDGET_SECONDS", 0.5)


async def test_three_tries_in_a_row_are_answered_alike(town: Town, mood: Mood) -> None:
    other = await town.a_second_process()
    message = text(SLOWLY, openid=OPENID)
    told = [await one.send(message) for one in (town.platform, other, town.platform)]
    assert [one.said for one in told] == ["slow 1"] * 3
    assert mood.runs == [OPENID]
    assert await town.count("inbound_event") == await town.count("customer") - 1 == 1


async def test_tries_at_once_over_two_processes_are_answered_alike(town: Town, mood: Mood) -> None:
    other = await town.a_second_process()
    mood.pause_seconds = 0.6
    message = text(SLOWLY, openid=OPENID)
    told = await asyncio.gather(*(one.send(message) for one in [town.platform, other] * 5))
    assert [one.said for one in told] == ["slow 1"] * 10
    assert mood.runs == [OPENID]


async def test_a_retry_while_the_first_still_runs_waits_for_its_answer(
    town: Town, mood: Mood
) -> None:
    other = await town.a_second_process()
    mood.pause_seconds = 1.0
    message = text(SLOWLY, openid=OPENID)
    first = asyncio.create_task(town.platform.send(message))
    await asyncio.sleep(0.3)
    assert (await other.send(message)).said == (await first).said == "slow 1"
    assert mood.runs == [OPENID]


async def test_a_retry_after_the_client_hung_up_gets_what_was_made(town: Town, mood: Mood) -> None:
    mood.pause_seconds = 0.5
    message = text(SLOWLY, openid=OPENID)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await town.platform.send(message)
    assert (await town.platform.send(message)).said == "slow 1"
    assert mood.runs == [OPENID]


async def test_one_message_id_of_two_consumers_is_two_messages(town: Town) -> None:
    number = message_id()
    for openid in ("oOne", "oTwo"):
        told = await town.platform.says("帮助", openid=openid, MsgId=number)
        assert told.nodes["ToUserName"] == openid
    assert await town.count("inbound_event") == 2


async def test_events_of_one_second_that_differ_are_all_worked(town: Town) -> None:
    at = 1_795_000_000
    popup = "subscribe_msg_popup_event"
    lists = [{"List": {"TemplateId": one, "SubscribeStatusString": "accept"}} for one in "ab"]
    events = [
        event("subscribe", openid=OPENID, CreateTime=at),
        event("LOCATION", openid=OPENID, CreateTime=at, Latitude="31"),
        event("unsubscribe", openid=OPENID, CreateTime=at),
        event("subscribe", openid="oOther", CreateTime=at),
        *(event("CLICK", openid=OPENID, CreateTime=at, EventKey=key) for key in ("points", "help")),
        *(event(popup, openid=OPENID, CreateTime=at, SubscribeMsgPopupEvent=one) for one in lists),
    ]
    for one in events * 2:
        assert (await town.platform.send(one)).http_status == 200
    assert await town.count("inbound_event") == len(events)
    assert await town.count("inbound_event WHERE state <> 'worked'") == 0


async def test_a_message_without_an_id_is_told_from_another(town: Town) -> None:
    first = document(FromUserName=OPENID, MsgType="text", Content="帮助", CreateTime=1_795_000_000)
    second = document(FromUserName=OPENID, MsgType="text", Content="明细", CreateTime=1_795_000_000)
    said = [(await town.platform.send(one)).said for one in (first, second, first)]
    assert said[0] == said[2] != said[1]


async def test_a_retry_takes_over_what_a_dead_process_had_claimed(town: Town, mood: Mood) -> None:
    message = text("帮助", openid=OPENID)
    said = (await town.platform.send(message)).said
    (claim,) = await town.rows(
        "UPDATE inbound_event SET state = 'claimed', reply = NULL, worked_at = NULL,"
        " claimed_until = clock_timestamp() + interval '1 second' RETURNING claimed_until"
    )
    again = await town.platform.send(message)
    assert again.said == said
    assert now() > claim["claimed_until"], "the claim of the dead was honoured while it lasted"
    assert await town.rows("SELECT state, attempts FROM inbound_event") == [
        {"state": "worked", "attempts": 2}
    ]


async def test_a_retry_of_a_broken_turn_works_it_again(town: Town, mood: Mood) -> None:
    mood.failures = 1
    message = text(BROKEN, openid=OPENID)
    first = await town.platform.send(message)
    assert first.http_status == 500
    assert b"ZeroDivision" not in first.raw
    assert b"Traceback" not in first.raw
    assert (await town.platform.send(message)).said == "whole again"
    assert (await town.platform.send(message)).said == "whole again"
    assert len(mood.runs) == 2


async def test_a_turn_that_stays_broken_is_parked_with_its_error(town: Town, mood: Mood) -> None:
    mood.failures = 100
    message = text(BROKEN, openid=OPENID)
    told = [(await town.platform.send(message)).http_status for _ in range(4)]
    assert told == [500, 500, 500, 200]
    assert await town.rows("SELECT state, attempts, error FROM inbound_event") == [
        {"state": "parked", "attempts": 3, "error": "ZeroDivisionError: the intent is broken"}
    ]
    assert (await town.platform.says("帮助", openid=OPENID)).said, "others go on"


async def test_a_late_answer_is_silence_and_so_is_every_retry(
    town: Town, mood: Mood, short_budget: None
) -> None:
    slow = mood.hold()
    message = text(SLOWLY, openid=OPENID)
    assert (await town.platform.send(message)).raw == b"success"
    assert (await town.platform.send(message)).raw == b"success"
    assert await town.count("delivery") == 0
    slow.set()
    await town.until("delivery")
    assert (await town.platform.send(message)).raw == b"success", "she has it by another way"
    assert mood.runs == [OPENID]
    assert await town.rows("SELECT key, address, message->>'text' AS text FROM delivery") == [
        {"key": "reply:1", "address": OPENID, "text": "slow 1"}
    ]


async def test_what_is_worked_behind_keeps_its_claim(
    town: Town, mood: Mood, short_budget: None, renewing_often: None
) -> None:
    slow = mood.hold()
    await town.begin_worker()
    assert (await town.platform.says(SLOWLY, openid=OPENID)).raw == b"success"
    await town.until_renewed()
    slow.set()
    await town.until("inbound_event WHERE state = 'worked'")
    assert mood.runs == [OPENID], "no worker took it for an orphan"
    assert await town.count("delivery") == 1


async def test_the_real_budget_is_kept(town: Town, mood: Mood) -> None:
    slow = mood.hold()
    told = await town.platform.says(SLOWLY, openid=OPENID)
    assert told.raw == b"success"
    assert told.seconds > 3.9
    assert official_account.BUDGET_SECONDS < PLATFORM_WAITS_SECONDS
    slow.set()


async def test_a_text_that_breaks_out_of_its_node_does_not(town: Town) -> None:
    told = await town.platform.says(STRANGELY, openid=OPENID)
    assert told.said == "a ]]> b <xml>&amp; 😀  end"
    for said in (STRANGE.split("\x00")[0], "]]>", "😀" * 100, "<a>", "&amp;", "\u202e积分"):
        answer = await town.platform.says(said, openid=OPENID)
        assert (answer.http_status, bool(answer.said)) == (200, True)
