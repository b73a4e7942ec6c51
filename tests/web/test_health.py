"""Whether the process lives, can work, and what it counts."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from redis.asyncio import Redis

from models import db
from tests.web.conftest import Json, Serve
from web import metrics
from web.context import Context


async def test_a_process_that_lives_says_so_whatever_is_away(
    serve: Serve, context: Context, away: Redis
) -> None:
    caller = await serve(replace(context, redis=away))
    answer = await caller.get("/healthz")
    assert (answer.http_status, answer.told) == (200, {"alive": True, "version": "1.2.3"})


async def test_ready_when_database_schema_and_redis_are_there(
    serve: Serve, context: Context, database: None
) -> None:
    answer = await (await serve(context)).get("/readyz")
    ready = {"ready": True, "database": "ok", "migrations": "ok", "redis": "ok"}
    assert (answer.http_status, answer.told) == (200, ready)


async def test_ready_without_redis_and_says_that_it_is_away(
    serve: Serve, context: Context, away: Redis, *, database: None
) -> None:
    answer = await (await serve(replace(context, redis=away))).get("/readyz")
    assert answer.http_status == 200
    assert (answer.told["redis"], answer.told["database"]) == ("away", "ok")


async def test_not_ready_without_the_database(serve: Serve, context: Context) -> None:
    async with db.opened("postgresql://jifen:x@127.0.0.1:1/jifen"):
        answer = await (await serve(context)).get("/readyz")
    assert answer.http_status == 503
    assert (answer.told["redis"], answer.told["database"]) == ("ok", "away")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM tortoise_migrations WHERE id = (SELECT max(id) FROM tortoise_migrations)",
        "DROP TABLE tortoise_migrations",
    ],
)
async def test_not_ready_while_the_schema_is_behind(
    serve: Serve, context: Context, database: None, *, statement: str
) -> None:
    await db.fetch(statement)
    answer = await (await serve(context)).get("/readyz")
    assert answer.http_status == 503
    assert (answer.told["migrations"], answer.told["database"]) == ("behind", "ok")


async def test_a_schema_that_is_ahead_is_fine_so_that_releases_can_overlap(
    serve: Serve, context: Context, database: None
) -> None:
    await db.fetch(
        "INSERT INTO tortoise_migrations (app, name, applied_at)"
        " VALUES ('models', 'm9999_later', now())"
    )
    assert (await (await serve(context)).get("/readyz")).http_status == 200


async def test_requests_are_counted_by_route_template_and_never_by_address(
    serve: Serve, context: Context
) -> None:
    async def cup(request: web.Request) -> web.Response:
        return web.Response(status=418)

    caller = await serve(context, lambda app: app.router.add_get("/cups/{cup}", cup))
    for path in ("/cups/1", "/cups/2", "/never/heard/of/3"):
        await caller.get(path)
    told = (await caller.get("/metrics")).content.decode()
    line = 'jifen_requests_total{http_status="418",method="GET",route="/cups/{cup}"} 2.0'
    assert line in told
    assert 'route="unmatched"' in told
    assert "/never/heard" not in told
    assert "/cups/1" not in told
    assert re.search(r"^jifen_requests_in_flight 1\.0$", told, re.MULTILINE)
    assert 'jifen_request_seconds_bucket{le="0.005",method="GET",route="/cups/{cup}"}' in told


async def test_inbound_events_and_database_connections_are_counted(
    serve: Serve, context: Context, database: None
) -> None:
    metrics.count_inbound_event("official_account", "worked")
    await db.fetch("SELECT 1")
    told = (await (await serve(context)).get("/metrics")).content.decode()
    worked = 'jifen_inbound_events_total{connection="official_account",outcome="worked"}'
    assert worked in told
    assert 'jifen_database_connections{use="busy"}' in told


SEVERAL = """
import sys
from web import metrics
metrics.count_request("GET", "/x", http_status=200, seconds=0.1)
metrics.IN_FLIGHT.inc()
if sys.argv[1] == "read":
    print(metrics.written().decode())
"""


def test_several_processes_tell_their_sum(tmp_path: Path) -> None:
    told = ""
    for word in ("count", "count", "read"):
        told = subprocess.run(
            [sys.executable, "-c", SEVERAL, word],
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
    assert 'jifen_requests_total{http_status="200",method="GET",route="/x"} 3.0' in told


async def test_a_request_is_one_line_with_ids_and_nothing_of_whom_it_is_about(
    serve: Serve, context: Context, lines: Callable[[], list[Json]]
) -> None:
    caller = await serve(context)
    answer = await caller.get(
        "/openid-o6zAJs?phone=13800138000", headers={"Authorization": "Bearer secret-token"}
    )
    (line,) = lines()
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["http_status"]) == ("GET", "unmatched", 404)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert isinstance(line["ms"], float)
    assert not re.search("o6zAJs|13800138000|secret-token|127.0.0.1", json.dumps(line))


async def test_health_is_asked_all_the_time_and_not_logged(
    serve: Serve, context: Context, lines: Callable[[], list[Json]]
) -> None:
    caller = await serve(context)
    await caller.get("/healthz")
    await caller.get("/metrics")
    assert lines() == []
