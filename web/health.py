"""Whether the process lives, and whether it can work."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec
from aiohttp import web
from msgspec import Struct

from models import db
from web import metrics
from web.context import CONTEXT
from web.logs import log, told_failure
from web.openapi import VERSION

ASK_SECONDS = 2.0

PartState = Literal["ok", "away", "behind"]


class Readiness(Struct, frozen=True):
    """What we stand on: each part is ok, does not answer (away), or is too old (behind).

    Without Redis we are slower and still right, so it does not make us unready.
    """

    ready: bool
    database: PartState
    migrations: PartState
    redis: PartState


def add_to(app: web.Application) -> None:
    """Mount ``/healthz``, ``/readyz`` and ``/metrics``."""
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", _ready)
    app.router.add_get("/metrics", metrics.read)


async def _alive(request: web.Request) -> web.Response:
    return _json({"alive": True, "version": request.app[VERSION]})


async def _ready(request: web.Request) -> web.Response:
    found = await readiness(request)
    return _json(found, http_status=200 if found.ready else 503)


async def readiness(request: web.Request) -> Readiness:
    """Ask every part we stand on, each within two seconds."""
    redis = request.config_dict[CONTEXT].redis
    database, redis_state = await asyncio.gather(
        _asked("database", _schema_is_current), _asked("redis", lambda: redis.ping())
    )
    return Readiness(
        ready=database == "ok",
        database="away" if database == "away" else "ok",
        migrations=database,
        redis=redis_state,
    )


async def _asked(part: str, ask: Callable[[], Awaitable[Any]]) -> PartState:
    try:
        async with asyncio.timeout(ASK_SECONDS):
            return "ok" if await ask() else "behind"
    except Exception as error:
        log.warning("part_away", part=part, **told_failure(error))
        return "away"


async def _schema_is_current() -> bool:
    return not await db.waiting_migrations()


def _json(told: object, *, http_status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(told), status=http_status, content_type="application/json"
    )
