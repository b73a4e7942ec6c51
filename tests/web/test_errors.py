"""What goes wrong below an edge, and what it comes to on the wire."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisAway

from loyalty.errors import Conflict, LoyaltyError, NotFound, Refused
from models import Member, db
from tests.web.conftest import Caller, Json, Serve
from web.context import Context
from web.refusals import TooManyRequests
from wechat.errors import (
    CallFailed,
    QuotaSpent,
    Rejected,
    TokenRefused,
    TryAgain,
    UnknownOutcome,
    refused_call,
)


def failing(error: BaseException) -> Callable[[web.Application], object]:
    async def fail(request: web.Request) -> web.Response:
        raise error

    return lambda app: app.router.add_get("/fail", fail)


@pytest.mark.parametrize(
    ("error", "http_status", "figures"),
    [
        (NotFound("no_such_member", member_id=7), 404, None),
        (Conflict("key_reused", key="tmall:2874:earn"), 409, None),
        (
            Refused("not_enough_points", wanted=9, available=3),
            422,
            {"wanted": 9, "available": 3},
        ),
        (Refused("already_linked", customer_id=7), 422, None),
        (LoyaltyError(), 422, None),
    ],
)
async def test_a_refusal_is_told_with_its_figures_and_without_our_ids(
    serve: Serve, context: Context, *, error: Exception, http_status: int, figures: Json | None
) -> None:
    caller = await serve(context, failing(error))
    answer = await caller.get("/fail")
    assert answer.http_status == http_status
    assert answer.error.get("figures") == figures
    assert answer.error["code"] == error.code  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("error", "http_status", "retry_after"),
    [
        (TryAgain("busy", endpoint="/x", errcode=-1), 503, "5"),
        (UnknownOutcome("timed out", endpoint="/x"), 503, "5"),
        (refused_call(45011, "minute", endpoint="/x"), 429, "60"),
        (QuotaSpent("day", endpoint="/x", errcode=45009), 503, "600"),
        (Rejected("bad secret", endpoint="/x", errcode=40125), 502, None),
        (TokenRefused("token", endpoint="/x", errcode=42001), 502, None),
        (CallFailed("?", endpoint="/x"), 502, None),
        (TooManyRequests(after_seconds=9), 429, "9"),
        (RedisAway("refused"), 503, "2"),
        (ConnectionRefusedError(), 503, "2"),
        (TimeoutError(), 503, "2"),
        (asyncpg.CannotConnectNowError("starting"), 503, "2"),
        (asyncpg.InterfaceError("closed"), 503, "2"),
        (KeyError("o6zAJs"), 500, None),
        (ValueError("o6zAJs"), 500, None),
    ],
)
async def test_what_is_away_is_told_with_when_to_come_again(
    serve: Serve,
    context: Context,
    lines: Callable[[], list[Json]],
    *,
    error: Exception,
    http_status: int,
    retry_after: str | None,
) -> None:
    caller = await serve(context, failing(error))
    answer = await caller.get("/fail")
    assert answer.http_status == http_status
    assert answer.headers.get("Retry-After") == retry_after
    assert answer.error["request_id"] == answer.headers["X-Request-ID"]
    assert "o6zAJs" not in str(lines())


async def test_a_value_that_the_driver_refuses_is_a_bug_and_not_an_outage(
    serve: Serve, context: Context, database: None
) -> None:
    async def ask(request: web.Request) -> web.Response:
        await db.fetch("SELECT $1::bigint", 2**63)
        raise AssertionError

    caller = await serve(context, lambda app: app.router.add_get("/ask", ask))
    assert (await caller.get("/ask")).http_status == 500


@pytest.mark.parametrize("through_models", [False, True])
async def test_a_database_that_cannot_be_reached_is_503(
    serve: Serve, context: Context, *, through_models: bool
) -> None:
    async def ask(request: web.Request) -> web.Response:
        if through_models:
            await Member.get_or_none(id=1)
        else:
            await db.fetch("SELECT 1")
        raise AssertionError

    async with db.opened("postgresql://jifen:x@127.0.0.1:1/jifen"):
        caller = await serve(context, lambda app: app.router.add_get("/ask", ask))
        answer = await caller.get("/ask")
    assert (answer.http_status, answer.error["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "2"


async def test_a_connection_that_the_database_ends_in_flight_is_503_and_the_next_works(
    serve: Serve, context: Context, database: None
) -> None:
    async def ask(request: web.Request) -> web.Response:
        await db.fetch("SELECT pg_sleep($1)", float(request.query["seconds"]))
        return web.Response()

    caller = await serve(context, lambda app: app.router.add_get("/ask", ask))
    asking = asyncio.create_task(caller.get("/ask?seconds=20"))
    killed: list[Any] = []
    while not killed:
        await asyncio.sleep(0.05)
        killed = await db.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid() AND state = 'active'"
            " AND datname = current_database()"
        )
    assert (await asking).http_status == 503
    assert (await caller.get("/ask?seconds=0")).http_status == 200


async def test_redis_that_cannot_be_reached_is_503(
    serve: Serve, context: Context, away: Redis
) -> None:
    async def ask(request: web.Request) -> web.Response:
        await away.get("x")
        raise AssertionError

    caller = await serve(context, lambda app: app.router.add_get("/ask", ask))
    assert (await caller.get("/ask")).http_status == 503


async def test_redirects_and_answers_of_handlers_pass(serve: Serve, context: Context) -> None:
    caller: Caller = await serve(context, failing(web.HTTPSeeOther("/elsewhere")))
    answer = await caller.get("/fail", allow_redirects=False)
    assert (answer.http_status, answer.headers["Location"]) == (303, "/elsewhere")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
