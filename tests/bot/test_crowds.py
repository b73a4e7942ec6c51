"""Many at once: everyone is answered, once, and nobody becomes two people."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot import official_account
from bot.conversation import Conversations
from bot.official_account import CONVERSATIONS
from bot.telling import Heard
from loyalty.coalescer import Coalescer, Overloaded
from tests.bot.conftest import Town
from tests.bot.platform import Answer, text


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no answer be late: what is shown is whose it is, not how fast the machine is."""
    monkeypatch.setattr(official_account, "BUDGET_SECONDS", 60.0)


async def test_two_hundred_messages_at_once_are_answered_each_by_its_own(
    town: Town, patience: None
) -> None:
    other = await town.a_second_process()
    sent = [
        (town.platform, other)[number % 2].says("积分", openid=f"oCrowd{number % 150}")
        for number in range(200)
    ]
    answers = await asyncio.gather(*sent)
    assert {one.http_status for one in answers} == {200}
    assert [one.nodes["ToUserName"] for one in answers] == [f"oCrowd{n % 150}" for n in range(200)]
    assert await town.count("inbound_event WHERE state = 'worked'") == 200
    assert await town.count("identity WHERE value LIKE 'oCrowd%'") == 150
    assert await town.count("customer") == await town.count("member") == 151


async def test_a_new_follower_who_writes_at_once_is_one_customer(
    town: Town, patience: None
) -> None:
    other = await town.a_second_process()
    for round_ in range(5):
        openid = f"oFast{round_}"
        sent = [one.says("积分", openid=openid) for one in [town.platform, other] * 3]
        sent.append(town.platform.does("subscribe", openid=openid))
        assert {one.http_status for one in await asyncio.gather(*sent)} == {200}
    assert await town.count("identity WHERE value LIKE 'oFast%'") == 5
    assert await town.count("customer") == await town.count("member") == 6


async def test_a_flood_of_one_sender_does_not_hold_up_another(town: Town) -> None:
    flood = [asyncio.create_task(town.platform.says("明细", openid="oFlood")) for _ in range(200)]
    await town.until("inbound_event")
    calm = await town.platform.says("积分", openid="oCalm")
    assert calm.http_status == 200
    told = await asyncio.gather(*flood)
    assert {one.http_status for one in told} <= {200, 503}


async def test_more_than_may_wait_is_sent_away_and_taken_later(town: Town, patience: None) -> None:
    conversations = town.app[CONVERSATIONS]
    assert isinstance(conversations, Conversations)

    at_once, full = conversations._take_all, asyncio.Event()

    async def once_full(heard: Sequence[Heard]) -> list[Any]:
        await full.wait()
        return await at_once(heard)

    async def sent(message: bytes) -> Answer:
        answer = await town.platform.send(message)
        if answer.http_status == 503:
            full.set()
        return answer

    conversations._take = Coalescer(once_full, most=2, waiting=3)
    messages = [text("积分", openid=f"oMuch{number}") for number in range(12)]
    answers = await asyncio.gather(*(sent(one) for one in messages))
    statuses = [one.http_status for one in answers]
    assert statuses.count(503) > 0
    assert statuses.count(200) == await town.count("inbound_event")
    away = next(one for one in answers if one.http_status == 503)
    assert away.headers["Retry-After"].isdigit()
    for message, status in zip(messages, statuses, strict=True):
        if status == 503:
            assert (await town.platform.send(message)).said
    assert await town.count("inbound_event WHERE state = 'worked'") == 12


async def test_what_nobody_waits_for_any_more_is_left_undone() -> None:
    done: list[int] = []
    gate = asyncio.Event()

    async def verb(items: list[int]) -> list[int]:
        await gate.wait()
        done.extend(items)
        return items

    coalesced: Coalescer[int, int] = Coalescer(verb, most=1, waiting=2)  # type: ignore[arg-type]
    first = coalesced(1)
    await asyncio.sleep(0)
    second, third = coalesced(2), coalesced(3)
    with pytest.raises(Overloaded):
        coalesced(4)
    second.cancel()
    await asyncio.sleep(0)
    gate.set()
    assert (await first, await third) == (1, 3)
    assert done == [1, 3]
