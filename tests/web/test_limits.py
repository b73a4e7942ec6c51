"""How often one caller may ask, with Redis and without it."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web
from redis.asyncio import Redis

from tests.web.conftest import Serve
from web import limits, wake
from web.context import Context
from web.limits import LONGEST_TALLY, Limit, Limiter
from web.refusals import TooManyRequests

THREE = Limit("three", most=3, window_seconds=60, most_alone=2)
READS = Limit("reads", most=3, window_seconds=60)


async def passed(limiter: Limiter, limit: Limit, times: int, *, caller: str = "lin") -> int:
    """Return how many of so many requests at once get through."""
    answers = await asyncio.gather(
        *(limiter.check(limit, caller) for _ in range(times)), return_exceptions=True
    )
    assert all(answer is None or isinstance(answer, TooManyRequests) for answer in answers)
    return answers.count(None)


async def test_exactly_as_many_pass_as_may_even_at_once_and_over_processes(redis: Redis) -> None:
    one, other = Limiter(redis), Limiter(redis)
    first, second = await asyncio.gather(passed(one, THREE, 20), passed(other, THREE, 20))
    assert first + second == 3


async def test_counted_in_steps_a_caller_has_few_more_over_processes_and_never_fewer(
    redis: Redis,
) -> None:
    limit = Limit("steps", most=50, window_seconds=60, step=10)
    one, other = Limiter(redis), Limiter(redis)
    passing = [await passed(limiter, limit, 7) for _ in range(20) for limiter in (one, other)]
    assert 50 <= sum(passing) <= 50 + 2 * (limit.step - 1)
    assert await passed(one, limit, 20) == await passed(other, limit, 20) == 0
    late = Limiter(redis)
    assert sum([await passed(late, limit, 1) for _ in range(100)]) < limit.step
    assert await passed(Limiter(redis), limit, 200) <= limit.most


async def test_callers_and_limits_do_not_share_a_window(redis: Redis) -> None:
    limiter = Limiter(redis)
    assert await passed(limiter, THREE, 5, caller="lin") == 3
    assert await passed(limiter, THREE, 5, caller="wang") == 3
    assert await passed(limiter, READS, 5, caller="lin") == 3


async def test_the_refusal_says_when_the_window_ends_and_then_all_begins_anew(
    redis: Redis,
) -> None:
    limiter = Limiter(redis)
    short = Limit("short", most=1, window_seconds=2)
    assert await passed(limiter, short, 2) == 1
    with pytest.raises(TooManyRequests) as refused:
        await limiter.check(short, "lin")
    assert refused.value.after_seconds in (1, 2, 3)
    async with asyncio.timeout(60):
        while not await passed(limiter, short, 1):  # noqa: ASYNC110 (a window rings no bell)
            await asyncio.sleep(0.1)


async def test_no_window_is_left_without_its_end(redis: Redis) -> None:
    await passed(Limiter(redis), THREE, 5)
    (key,) = await redis.keys("limit:*")
    assert 0 < await redis.ttl(key) <= 60


async def test_a_lost_script_is_loaded_again(redis: Redis) -> None:
    limiter = Limiter(redis)
    await limiter.check(THREE, "lin")
    await redis.script_flush()
    assert await passed(limiter, THREE, 5) == 2


async def test_without_redis_each_process_counts_for_itself_and_logins_more_strictly(
    away: Redis,
) -> None:
    limiter, other = Limiter(away), Limiter(away)
    assert await passed(limiter, READS, 50) == 3
    assert await passed(other, READS, 50) == 3
    assert await passed(limiter, THREE, 50) == 2


async def test_a_flood_is_refused_here_and_does_not_reach_redis(redis: Redis) -> None:
    limiter = Limiter(redis)
    assert await passed(limiter, THREE, 500) == 3
    assert int(await redis.get("limit:{three:lin}") or 0) == 3


async def test_what_other_processes_counted_is_remembered_until_the_window_ends(
    redis: Redis,
) -> None:
    one, other = Limiter(redis), Limiter(redis)
    assert await passed(one, THREE, 3) == 3
    assert await passed(other, THREE, 1) == 0
    await redis.delete("limit:{three:lin}")
    assert await passed(other, THREE, 1) == 0


async def test_a_redis_that_hangs_costs_one_short_wait_and_not_one_a_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "REDIS_SECONDS", 0.25)
    monkeypatch.setattr(wake, "TRY_AGAIN_SECONDS", 3600)
    tries: list[asyncio.StreamWriter] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.append(writer)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    redis = Redis(port=server.sockets[0].getsockname()[1])
    limiter = Limiter(redis)
    for number in range(20):
        await limiter.check(THREE, str(number))
    assert len(tries) == 1
    await redis.aclose()
    server.close()
    await server.wait_closed()


async def test_a_redis_that_is_full_or_read_only_counts_as_away(redis: Redis) -> None:
    limiter = Limiter(redis)
    await redis.set("limit:{three:lin}", "no number")
    assert await passed(limiter, THREE, 5) == 2


async def test_the_tally_of_a_process_does_not_grow_for_ever(away: Redis) -> None:
    limiter = Limiter(away)
    for number in range(LONGEST_TALLY + 50):
        await limiter.check(THREE, str(number))
    assert len(limiter._tally) == LONGEST_TALLY


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (3, "1.2.3.4", "1.2.3.4"),
        (1, ",,", "127.0.0.1"),
    ],
)
async def test_an_address_is_believed_only_from_our_own_proxies(
    serve: Serve, context: Context, *, proxies: int, forwarded: str, address: str
) -> None:
    async def tell(request: web.Request) -> web.Response:
        return web.Response(text=limits.address_of(request))

    caller = await serve(
        context, lambda app: app.router.add_get("/who", tell), trusted_proxies=proxies
    )
    answer = await caller.get("/who", headers={"X-Forwarded-For": forwarded})
    assert answer.content.decode() == address


async def test_too_many_is_429_with_when_to_come_again(serve: Serve, context: Context) -> None:
    one = replace(THREE, most=1)

    async def count(request: web.Request) -> web.Response:
        await limits.check(request, one, caller="lin")
        return web.Response()

    caller = await serve(context, lambda app: app.router.add_get("/count", count))
    assert (await caller.get("/count")).http_status == 200
    refused = await caller.get("/count")
    assert (refused.http_status, refused.error["code"]) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
