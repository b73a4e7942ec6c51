"""What took too long reaches her as a customer message, once, where the platform allows it."""

import asyncio
from typing import Any

import pytest

from bot import official_account
from models import db
from tests.bot.conftest import Town
from tests.bot.odd_intents import AT_LENGTH, SLOWLY, STRANGELY, Mood
from tests.bot.phones import Json
from tests.bot.platform import event, text

DEAD = (
    "UPDATE inbound_event SET state = 'claimed', reply = NULL, worked_at = NULL,"
    " claimed_until = clock_timestamp()"
)


@pytest.fixture(autouse=True)
def _short_budget(monkeypatch: pytest.MonkeyPatch, mood: Mood) -> None:
    monkeypatch.setattr(official_account, "BUDGET_SECONDS", 1.0)
    mood.pause_seconds = 1.8


async def ended(town: Town, *, count: int = 1) -> list[dict[str, Any]]:
    """Wait until so many deliveries have ended, and a little longer for one too many."""
    await town.until("delivery WHERE ended_at IS NOT NULL", count=count)
    await asyncio.sleep(0.4)
    return await town.rows("SELECT state, error FROM delivery ORDER BY id")


async def follower(town: Town, nickname: str = "林小满") -> Json:
    consumer = await town.phones.follower(nickname)
    await town.begin_worker()
    return consumer


async def test_a_late_answer_reaches_her_once(town: Town) -> None:
    consumer = await follower(town)
    told = await town.phones.says(consumer, SLOWLY)
    assert [one["outcome"] for one in told["attempts"]] == ["silent"]
    assert await ended(town) == [{"state": "delivered", "error": None}]
    await town.phones.act(consumer, "retry")
    await asyncio.sleep(0.3)
    assert await town.phones.chat(consumer, via="customer_message") == ["slow 1"]
    assert len(await town.phones.chat(consumer, via="reply")) == 1, "the welcome only"


async def test_a_late_answer_finds_our_own_quota_used_up(town: Town) -> None:
    consumer = await follower(town)
    told = [town.phones.says(consumer, SLOWLY) for _ in range(7)]
    await asyncio.gather(*told)
    ends = await ended(town, count=7)
    assert sorted(one["state"] for one in ends) == ["delivered"] * 5 + ["refused"] * 2
    assert {one["error"] for one in ends if one["state"] == "refused"} == {"quota_spent"}
    assert len(await town.phones.chat(consumer, via="customer_message")) == 5


async def test_a_late_answer_to_one_who_left_meanwhile_is_refused(town: Town, mood: Mood) -> None:
    consumer = await follower(town)
    slow = mood.hold()
    await town.phones.says(consumer, SLOWLY)
    await town.phones.act(consumer, "unfollow")
    slow.set()
    (delivery,) = await ended(town)
    assert delivery["state"] == "refused"
    assert await town.phones.chat(consumer, via="customer_message") == []


async def test_a_late_answer_is_refused_where_the_platform_counts_more_than_we(
    town: Town, mood: Mood
) -> None:
    consumer = await follower(town)
    slow = mood.hold()
    await town.phones.says(consumer, SLOWLY)
    client = next(iter(town.context.accounts.values())).client
    for number in range(5):
        await client.message.send_text(consumer["openid"], f"from elsewhere {number}")
    slow.set()
    (delivery,) = await ended(town)
    assert delivery == {"state": "refused", "error": "45047"}


async def test_a_long_or_strange_late_answer_is_fit_for_a_message(town: Town) -> None:
    consumer = await follower(town)
    await town.phones.says(consumer, AT_LENGTH)
    await town.phones.says(consumer, STRANGELY)
    assert [one["state"] for one in await ended(town, count=2)] == ["delivered", "delivered"]
    long, strange = sorted(await town.phones.chat(consumer, via="customer_message"), key=len)[::-1]
    assert long.startswith("积分积分")
    assert len(long.encode()) <= 2048
    assert strange == "a ]]> b <xml>&amp; 😀  end"


async def test_a_late_hand_over_asks_to_say_it_again(town: Town) -> None:
    message = text("人工", openid="oLate")
    await town.platform.send(message)
    await db.fetch(DEAD)
    await town.begin_worker()
    await ended(town)
    (row,) = await town.rows("SELECT message->>'text' AS text FROM delivery")
    assert "人工" in row["text"]


async def test_what_a_dead_process_left_is_worked_and_delivered_once(town: Town) -> None:
    consumer = await town.phones.follower("林小满")
    await town.phones.says(consumer, "帮助")
    await db.fetch(DEAD + " WHERE kind = 'text'")
    await town.begin_worker()
    await town.begin_worker()
    assert await ended(town) == [{"state": "delivered", "error": None}]
    assert await town.count("inbound_event WHERE state <> 'worked'") == 0


async def test_an_orphan_is_answered_in_its_customers_language(town: Town) -> None:
    await town.platform.says("points", openid="oEmma")
    await town.platform.send(event("CLICK", openid="oEmma", EventKey="help"))
    await db.fetch(DEAD + " WHERE kind = 'event:click'")
    await town.begin_worker()
    await ended(town)
    (row,) = await town.rows("SELECT message->>'text' AS text FROM delivery")
    assert row["text"].startswith("You can send")


async def test_a_slow_orphan_is_worked_by_one_worker(
    town: Town, mood: Mood, renewing_often: None
) -> None:
    mood.pause_seconds = 0
    await town.platform.says(SLOWLY, openid="oOrphan")
    slow = mood.hold()
    await db.fetch(DEAD)
    await town.begin_worker()
    await town.begin_worker()
    await town.until_renewed()
    slow.set()
    await ended(town)
    assert mood.runs == ["oOrphan"] * 2, "once before, once again"
    assert await town.rows("SELECT state, attempts FROM inbound_event") == [
        {"state": "worked", "attempts": 2}
    ]


async def test_a_slow_orphan_holds_up_nobody_elses(town: Town, mood: Mood) -> None:
    mood.pause_seconds = 0
    for message in (SLOWLY, "帮助"):
        await town.platform.says(message, openid=f"o{message}")
    mood.pause_seconds = 50
    await db.fetch(DEAD + " WHERE sender = $1", f"o{SLOWLY}")
    await town.begin_worker()
    await town.until("inbound_event WHERE state = 'claimed' AND attempts = 2")
    await db.fetch(DEAD + " WHERE sender = $1", "o帮助")
    await town.until("inbound_event WHERE state = 'worked' AND attempts = 2")


async def test_an_orphan_that_kills_its_workers_is_parked(town: Town, mood: Mood) -> None:
    await town.platform.says("帮助", openid="oPoison")
    await db.fetch(DEAD + ", attempts = 3")
    await town.begin_worker()
    await town.until("inbound_event WHERE state = 'parked'")
    (row,) = await town.rows("SELECT error, worked_at FROM inbound_event")
    assert row["error"] == "the process that worked it died"
    assert row["worked_at"]
