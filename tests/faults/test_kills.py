"""Processes killed at the worst moments: every message keeps its one effect and its one answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode, urlsplit

import aiohttp

from jifen import embedded
from tests.bot.conftest import Town
from tests.bot.odd_intents import SLOWLY, Mood
from tests.bot.platform import Platform, outer, seal, sealed_stamps, text
from tests.faults.server import process
from tests.faults.traffic import everyone_was_told_once, writing


@asynccontextmanager
async def sent_and_not_waited_for(address: str, message: bytes) -> AsyncIterator[None]:
    """Send a callback on a line on which nobody listens for the answer."""
    sealed = seal(message)
    body = outer(sealed)
    url = urlsplit(address)
    _, writer = await asyncio.open_connection(url.hostname, url.port)
    head = (
        f"POST {url.path}?{urlencode(sealed_stamps(sealed))} HTTP/1.1\r\nHost: x\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    try:
        yield
    finally:
        writer.close()


async def test_web_process_and_worker_are_killed_in_the_middle_of_everything(
    town: Town, reached: embedded.Addresses, mood: Mood
) -> None:
    consumer = await town.phones.follower("林小满")
    openid = consumer["openid"]
    late, claimed, told = (text(one, openid=openid) for one in (SLOWLY, SLOWLY, "帮助"))
    async with (
        process("serve", reached, pause_seconds=60) as (web, address),
        process("work", reached, pause_seconds=60) as (worker, _),
    ):
        platform = Platform(town.http, address, mode="secure")
        silent = await platform.send(late)
        assert silent.raw == b"success", "though it is worked for a minute"
        async with (
            sent_and_not_waited_for(platform.address, claimed),
            sent_and_not_waited_for(platform.address, told),
        ):
            await town.until("inbound_event WHERE state = 'claimed'", count=2)
            await town.until("inbound_event WHERE state = 'worked'", count=2)
            web.kill()
            assert "人工" in (await town.platform.send(told)).said, "stored before, told after"
            await town.until("inbound_event WHERE state = 'claimed' AND attempts = 2", count=2)
            worker.kill()
    await town.begin_worker()
    again = await town.platform.send(claimed)
    assert again.http_status == 200
    await town.until("inbound_event WHERE state = 'worked'", count=4)
    at_once = 1 if again.said else 0
    await town.until("delivery WHERE state = 'delivered'", count=2 - at_once)
    assert mood.runs == [openid] * 2, "each once more, by one of those who live"
    messages = await town.phones.chat(consumer, via="customer_message")
    assert len(messages) == 2 - at_once
    assert (await town.platform.send(late)).raw == b"success"


async def test_one_of_two_web_processes_is_killed_under_traffic(
    town: Town, reached: embedded.Addresses
) -> None:
    await town.begin_worker()
    async with process("serve", reached) as (doomed, address):
        other = Platform(town.http, address, mode="secure")
        async with writing(town, town.platform, other, consumers=6) as traffic:
            await asyncio.sleep(0.5)
            doomed.kill()
            doomed.wait()
            other.address = town.platform.address  # the balancer notices
            await asyncio.sleep(0.5)
    assert traffic.statuses() <= {200, 0}
    await everyone_was_told_once(town, traffic)


async def test_a_web_process_that_is_told_to_stop_finishes_what_it_began(
    town: Town, reached: embedded.Addresses
) -> None:
    async with process("serve", reached, pause_seconds=1.0) as (leaving, address):
        platform = Platform(town.http, address, mode="secure")
        asked = asyncio.create_task(platform.says(SLOWLY, openid="oLeaving"))
        await town.until("inbound_event")
        leaving.terminate()
        assert (await asked).said == "slow 1"
        assert await asyncio.to_thread(leaving.wait, 60) == 0
        try:
            await platform.says(SLOWLY, openid="oLeaving")
        except aiohttp.ClientError:
            return
    raise AssertionError("it still answers")
