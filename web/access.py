"""Around every request: its id, its log line, its figures, and the headers of its answer."""

import os
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from web import metrics
from web.logs import REQUEST_ID, write_line
from web.metrics import GAUGES

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HEADERS = {
    "Server": "jifen",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@web.middleware
async def observe(
    request: web.Request, handler: Handler, *, route: str | None = None
) -> web.StreamResponse:
    """Give the request an id, and tell in one line and in the figures what became of it.

    ``route`` is its address in both, where no router was asked.
    """
    request_id = os.urandom(8).hex()
    REQUEST_ID.set(request_id)
    began_at = time.perf_counter()
    GAUGES.in_flight += 1
    http_status = 499  # the client went away
    try:
        response = await handler(request)
        http_status = response.status
    except web.HTTPException as redirect:
        http_status = redirect.status
        _dress(redirect, request_id)
        raise
    finally:
        GAUGES.in_flight -= 1
        _tell(request, http_status, route=route or _route_of(request), began_at=began_at)
    if not response.prepared:
        _dress(response, request_id)
    return response


def _dress(response: web.StreamResponse | web.HTTPException, request_id: str) -> None:
    response.headers["X-Request-ID"] = request_id
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _route_of(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unmatched"


def _tell(request: web.Request, http_status: int, *, route: str, began_at: float) -> None:
    ended_at = time.perf_counter()
    seconds = ended_at - began_at
    method = request.method if request.method in METHODS else "other"
    metrics.count_request(method, route, http_status=http_status, seconds=seconds)
    GAUGES.note(ended_at)
    if route not in QUIET_ROUTES or http_status >= 400:
        write_line(
            {
                "event": "request",
                "method": method,
                "route": route,
                "http_status": http_status,
                "ms": round(seconds * 1000, 1),
            }
        )
