"""Around every request: its id, its log line, its figures, and the headers of its answer."""

import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from web import metrics
from web.logs import REQUEST_ID, write_line
from web.metrics import IN_FLIGHT

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
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request an id, and tell in one line and in the figures what became of it."""
    request_id = secrets.token_hex(8)
    REQUEST_ID.set(request_id)
    began_at = time.perf_counter()
    IN_FLIGHT.inc()
    http_status = 499  # the client went away
    try:
        response = await handler(request)
        http_status = response.status
    except web.HTTPException as redirect:
        http_status = redirect.status
        _dress(redirect, request_id)
        raise
    finally:
        IN_FLIGHT.dec()
        _tell(request, http_status, began_at=began_at)
    if not response.prepared:
        _dress(response, request_id)
    return response


def _dress(response: web.StreamResponse | web.HTTPException, request_id: str) -> None:
    response.headers["X-Request-ID"] = request_id
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _tell(request: web.Request, http_status: int, *, began_at: float) -> None:
    ended_at = time.perf_counter()
    seconds = ended_at - began_at
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "unmatched"
    method = request.method if request.method in METHODS else "other"
    metrics.count_request(method, route, http_status=http_status, seconds=seconds)
    metrics.POOL_WATCH.note(ended_at)
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
