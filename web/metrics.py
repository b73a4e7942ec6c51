"""What is counted, for Prometheus at ``/metrics``.

With several processes behind one port, whoever starts them sets ``PROMETHEUS_MULTIPROC_DIR`` to an
empty folder before this module is imported: every process then answers with the sums of all.
Without it each process tells of itself only.
"""

import os
from functools import cache

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

from models import db

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
GAUGES_EVERY_SECONDS = 1.0

REQUESTS = Counter("jifen_requests_total", "Requests answered", ["method", "route", "http_status"])
REQUEST_SECONDS = Histogram(
    "jifen_request_seconds", "Time to answer", ["method", "route"], buckets=SECONDS
)
IN_FLIGHT = Gauge("jifen_requests_in_flight", "Requests being worked", multiprocess_mode="livesum")
INBOUND_EVENTS = Counter(
    "jifen_inbound_events_total",
    "Events from platforms by what became of them",
    ["connection", "outcome"],
)
POOL_CONNECTIONS = Gauge(
    "jifen_database_connections",
    "Connections of the database pool",
    ["use"],
    multiprocess_mode="livesum",
)


def count_inbound_event(connection_kind: str, outcome: str, count: int = 1) -> None:
    """Count events of a platform: received, repeated, worked, parked, refused ..."""
    if count:
        _inbound_events(connection_kind, outcome).inc(count)


@cache
def _inbound_events(connection_kind: str, outcome: str) -> Counter:
    return INBOUND_EVENTS.labels(connection_kind, outcome)


@cache
def _series(method: str, route: str, http_status: int) -> tuple[Counter, Histogram]:
    return (
        REQUESTS.labels(method, route, str(http_status)),
        REQUEST_SECONDS.labels(method, route),
    )


def count_request(method: str, route: str, *, http_status: int, seconds: float) -> None:
    """Count one answer. ``method`` and ``route`` must come from a small set."""
    requests, request_seconds = _series(method, route, http_status)
    requests.inc()
    request_seconds.observe(seconds)


class Gauges:
    """What this process holds at the moment, written down once a second, when idle, or asked."""

    in_flight = 0
    next_at = 0.0

    def note(self, now: float) -> None:
        """Set the gauges, unless busy and it was just done; ``now`` is ``time.perf_counter``'s."""
        if now >= self.next_at or not self.in_flight:
            self.next_at = now + GAUGES_EVERY_SECONDS
            self.set()

    def set(self) -> None:
        """Set the gauges."""
        use = db.pool_use()
        POOL_CONNECTIONS.labels("busy").set(use.busy)
        POOL_CONNECTIONS.labels("idle").set(use.idle)
        IN_FLIGHT.set(self.in_flight)


GAUGES = Gauges()


def written() -> bytes:
    """Return all figures in Prometheus' text format."""
    GAUGES.set()
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


async def read(request: web.Request) -> web.Response:
    """Answer ``/metrics``."""
    return web.Response(body=written(), headers={"Content-Type": CONTENT_TYPE_LATEST})
