"""Deliveries go out at most once, and each ends in the state that is true."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from channels import Address
from jobs.sending import AT_ONCE, FIRST_PAUSE, Sender
from jobs.worker import work
from loyalty.deliveries import Message
from models import Delivery, DeliveryState, db
from tests.channels.china import China, opened
from tests.jobs.conftest import QUICK, Until
from web.context import Context, now
from web.wake import wake

Tasks = Callable[..., asyncio.Task[None]]

LEASE = timedelta(seconds=60)


@pytest.fixture
async def china(database: None, redis: Redis) -> AsyncIterator[China]:
    async with opened(redis) as running:
        await running.follows()
        await running.says()
        yield running


@pytest.fixture
def begin(china: China, tasks: Tasks) -> Tasks:
    """Start a worker that has no jobs."""

    def start(**how: Any) -> object:
        settings = {"stopping": asyncio.Event(), "jobs": {}, "pace": QUICK, **how}
        return tasks(work(how.pop("by", china.context), **settings))

    return start  # type: ignore[return-value]


async def all_ended() -> bool:
    return not await Delivery.filter(state__in=["planned", "sending"]).exists()


async def test_a_planned_message_reaches_her_chat_once(
    china: China, begin: Tasks, until: Until
) -> None:
    for _ in range(3):
        begin()
    await china.plan("您有 120 积分")
    await wake(china.context.redis)
    await until(all_ended)
    assert await china.states() == [("delivered", None)]
    assert await china.received() == ["您有 120 积分"]


async def test_workers_side_by_side_send_no_message_twice_and_keep_to_the_quota(
    china: China, begin: Tasks, until: Until
) -> None:
    await china.plan(*(f"{number}" for number in range(8)))
    for _ in range(3):
        begin()
    await until(all_ended)
    received = await china.received()
    states = [state for state, _ in await china.states()]
    assert len(received) == len(set(received)) == 5
    assert (states.count("delivered"), states.count("refused")) == (5, 3)


async def test_a_message_that_had_no_effect_is_sent_again_after_a_pause(
    china: China, begin: Tasks, until: Until
) -> None:
    await china.faulty(errcode=-1, times=1)
    await china.plan("积分")

    async def is_postponed() -> bool:
        return await Delivery.filter(state="planned", error="-1").exists()

    begun_at = now()
    begin()
    await until(is_postponed)
    not_before = (await Delivery.get()).not_before
    assert begun_at + FIRST_PAUSE <= not_before <= now() + FIRST_PAUSE
    assert await china.received() == []
    await Delivery.all().update(not_before=now())
    await until(all_ended)
    assert await china.states() == [("delivered", None)]
    assert (await Delivery.get()).attempts == 2


async def test_a_message_without_an_answer_is_unknown_and_never_sent_again(
    china: China, begin: Tasks, until: Until
) -> None:
    await china.faulty(timeout_after_effect=True, times=1)
    await china.plan("积分")
    begin()
    await until(all_ended)
    await asyncio.sleep(0.2)
    assert await china.states() == [("unknown", "unknown_outcome")]
    assert await china.received() == ["积分"]


async def test_a_worker_cut_off_while_it_sends_leaves_it_unknown_and_nobody_sends_it_again(
    china: China, begin: Tasks, until: Until
) -> None:
    await china.faulty(timeout_after_effect=True)
    await china.plan("积分")
    first = begin()

    async def is_out() -> bool:
        return bool(await china.received())

    await until(is_out)
    first.cancel()
    await asyncio.wait([first])
    assert await china.states() == [("sending", None)]
    await china.faulty()
    await db.fetch("UPDATE delivery SET leased_until = now()")  # let its lease be over
    begin()
    await until(all_ended)
    assert await china.states() == [("unknown", "worker_died")]
    assert await china.received() == ["积分"]


async def test_a_refused_message_says_why(china: China, begin: Tasks, until: Until) -> None:
    await china.plan("积分", address="o-nobody")
    await china.faulty(errcode=40003)
    begin()
    await until(all_ended)
    assert await china.states() == [("refused", "window_closed")]


async def test_flushing_redis_sends_nothing_twice_and_loses_nothing(
    china: China, begin: Tasks, until: Until
) -> None:
    begin()
    for text in "abc":
        await china.plan(text)
        await china.context.redis.flushall()
        await until(all_ended)
    assert await china.received() == ["a", "b", "c"]


# channels of the tests' own


async def sent_by(china: China, send: Any, *texts: str, context: Context | None = None) -> int:
    await china.plan(*texts, channel="pigeon")
    return await Sender(context or china.context, {"pigeon": send}, lease=LEASE).send_due(now())


async def test_each_delivery_ends_as_soon_as_its_own_outcome_is_known(
    china: China, until: Until
) -> None:
    held = asyncio.Event()

    async def pigeon(context: Context, address: Address, message: Message) -> None:
        if message.text == "a slow":
            await held.wait()

    sending = asyncio.create_task(sent_by(china, pigeon, "a slow", "b quick"))

    async def quick_is_delivered() -> bool:
        return await china.states() == [("sending", None), ("delivered", None)]

    await until(quick_is_delivered)
    held.set()
    assert await sending == 2
    assert await all_ended()


async def test_a_channel_that_breaks_leaves_its_message_unknown_and_the_others_alone(
    china: China,
) -> None:
    async def pigeon(context: Context, address: Address, message: Message) -> None:
        if message.text == "broken":
            raise KeyError(message.text)

    await sent_by(china, pigeon, "broken", "sound")
    assert await china.states() == [("unknown", "KeyError"), ("delivered", None)]


async def test_a_channel_that_hangs_is_given_up_before_the_lease_ends(china: China) -> None:
    async def pigeon(context: Context, address: Address, message: Message) -> None:
        await asyncio.sleep(60)

    await china.plan("hangs", channel="pigeon")
    await Sender(china.context, {"pigeon": pigeon}, lease=timedelta(seconds=0.3)).send_due(now())
    assert await china.states() == [("unknown", "TimeoutError")]


async def test_a_delivery_is_committed_as_sending_before_it_leaves(china: China) -> None:
    seen: list[DeliveryState] = []

    async def pigeon(context: Context, address: Address, message: Message) -> None:
        seen.append((await Delivery.get(id=address.delivery_id)).state)
        assert not db.in_caller_transaction()

    await sent_by(china, pigeon, "积分")
    assert seen == [DeliveryState.SENDING]


async def test_a_round_sends_a_bounded_number(china: China) -> None:
    async def pigeon(context: Context, address: Address, message: Message) -> None:
        pass

    texts = [f"{number}" for number in range(AT_ONCE + 5)]
    assert await sent_by(china, pigeon, *texts) == AT_ONCE
    assert await Sender(china.context, {"pigeon": pigeon}, lease=LEASE).send_due(now()) == 5
    assert await Sender(china.context, {"pigeon": pigeon}, lease=LEASE).send_due(now()) == 0


async def test_business_time_decides_what_is_due(china: China) -> None:
    async def pigeon(context: Context, address: Address, message: Message) -> None:
        pass

    tomorrow = replace(china.context, clock=lambda: now() + timedelta(days=1))
    await china.plan("积分", channel="pigeon")
    await Sender(tomorrow, {"pigeon": pigeon}, lease=LEASE).send_due(tomorrow.clock())
    assert await china.states() == [("lapsed", None)]
