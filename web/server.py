"""An application behind a port, with its lanes.

A lane is an address that is asked so often that the way through the router and the middlewares
would cost more than its answer. It is looked at before the application, by method and exact path,
and has around it what every request has: its id, its line, its figures, the answers to errors.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from aiohttp import web

from web.access import Handler, observe
from web.errors import answer_errors

KEEP_ALIVE_SECONDS = 75.0
CONTINUE = "100-continue"

Lanes = dict[tuple[str, str], Handler]
LANES = web.AppKey("lanes", Lanes)


def add_lane(app: web.Application, method: str, path: str, handler: Handler) -> None:
    """Answer an address before the router is asked."""
    errors_answered = partial(answer_errors, handler=handler)
    app[LANES][method, path] = partial(observe, handler=errors_answered, route=path)


@asynccontextmanager
async def listening(
    app: web.Application, *, host: str, port: int, grace_seconds: float
) -> AsyncIterator[None]:
    """Answer HTTP while the block runs, then let what is under way end within ``grace_seconds``."""
    runner = web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=grace_seconds,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
    )
    await runner.setup()
    try:
        assert runner.server is not None
        in_app: Any = runner.server.request_handler  # with web.Request, not with its base
        runner.server.request_handler = _before(app[LANES], in_app)
        await web.TCPSite(runner, host, port, reuse_port=True).start()
        yield
    finally:
        await runner.cleanup()


def _before(lanes: Lanes, otherwise: Handler) -> Any:
    async def answer(request: web.Request) -> web.StreamResponse:
        handler = lanes.get((request.method, request.rel_url.raw_path))
        if handler is None:
            return await otherwise(request)
        if not request.content.is_eof() and request.headers.get("Expect", "").lower() == CONTINUE:
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return await handler(request)

    return answer
