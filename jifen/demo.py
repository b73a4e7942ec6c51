"""`jifen demo`: everything on this machine, for trying: servers, simulator, web and worker process.

The parent owns the embedded PostgreSQL and Valkey, starts the rest as children and starts again
what dies. Nothing outlives it. The simulator needs none of the others, so it loads beside them.
"""

import asyncio
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from jifen import embedded
from jifen.credentials import Credentials, keep
from jifen.demo_places import (
    LOGS,
    RUNNING,
    DemoRefused,
    Ports,
    find_ports,
    forget,
    require_schema,
    where,
)
from jifen.family import Family
from jifen.settings import Settings
from web import logs

if TYPE_CHECKING:
    from jifen.demo_world import World

READY_SECONDS = 60.0


def run(settings: Settings, *, port: int | None, fresh: bool, as_json: bool) -> int:
    """Run the demo until Ctrl-C or SIGTERM.

    Raises:
        DemoRefused, embedded.EmbeddedError, BadSettings: it cannot start.
    """
    logs.configure()  # to standard error: standard output is kept for --json
    tell = partial(print, file=sys.stderr, flush=True)
    data = settings.data
    _refuse_second(settings)
    ports = find_ports(port)
    if fresh:
        forget(settings, tell)
    require_schema(settings)
    (data / LOGS).mkdir(parents=True, exist_ok=True)
    known, family = keep(data), Family()
    with ExitStack() as ending:
        ending.callback(family.stop)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: family.ask_to_stop())
        _add(family, "simulator", partial(_simulate, settings, known, ports), data)
        servers = _servers(settings, tell)
        if isinstance(servers, embedded.Embedded):
            ending.callback(servers.stop)
        ending.callback(family.stop)  # before the servers are: nobody shall miss them
        world = _world(settings, known, ports, reached=servers.addresses)
        asyncio.run(world.prepare(tell))
        _add(family, "web", partial(_serve, world.settings, servers.addresses), data)
        _add(family, "worker", partial(_work, world.settings, servers.addresses), data)
        if not _wait_until_ready(world, family):
            return 0
        (data / RUNNING).write_bytes(msgspec.json.encode(world.addresses()))
        ending.callback((data / RUNNING).unlink, missing_ok=True)
        world.announce(as_json=as_json, tell=tell)
        family.watch(also=_keeping_alive(servers, tell))
        tell("jifen: stopping")
    return 0


def _refuse_second(settings: Settings) -> None:
    """Raises: DemoRefused, with where the demo is, when these servers run already."""
    if not settings.database_url and embedded.attach(settings.data):
        raise DemoRefused(
            f"{settings.data} is in use; stop what uses it, or choose another folder with --data."
            f"{where(settings.data)}"
        )


class _External(Struct, frozen=True):
    """Servers of others."""

    addresses: embedded.Addresses


def _servers(settings: Settings, tell: Callable[[str], None]) -> "embedded.Embedded | _External":
    if settings.database_url:
        return _External(embedded.Addresses(settings.database_url, settings.redis_url))
    try:
        return embedded.start(settings.data, report=tell)
    except embedded.AlreadyRunning as refused:
        raise DemoRefused(f"{refused}{where(settings.data)}") from None


def _keeping_alive(
    servers: "embedded.Embedded | _External", tell: Callable[[str], None]
) -> Callable[[], None]:
    """Return what starts our own database and Redis again when one of them died."""

    def look() -> None:
        if not isinstance(servers, embedded.Embedded) or not servers.dead():
            return
        try:
            tell(f"jifen: started again: {', '.join(servers.restart_dead())}")
        except embedded.EmbeddedError as failed:
            tell(f"jifen: {failed}")
            time.sleep(1)

    return look


def _add(family: Family, name: str, run: Callable[[], None], data: Path) -> None:
    family.add(name, partial(_logging_to, data / LOGS / f"{name}.log", run))


def _world(
    settings: Settings, known: Credentials, ports: Ports, *, reached: embedded.Addresses
) -> "World":
    from jifen import app  # noqa: F401 - loaded once, before the children that run it are forked
    from jifen.demo_world import World

    return World(settings, known, ports, reached=reached)


def _simulate(settings: Settings, known: Credentials, ports: Ports) -> None:
    from jifen.demo_world import simulated
    from simulator.__main__ import serve

    asyncio.run(serve(simulated(known, ports, data=settings.data)))


def _serve(settings: Settings, reached: embedded.Addresses) -> None:
    from jifen import app

    app.serve(settings, reached)


def _work(settings: Settings, reached: embedded.Addresses) -> None:
    from jifen import app

    app.work(settings, reached)


def _wait_until_ready(world: "World", family: Family) -> bool:
    """Wait for both addresses, then lay the account's menu.

    False where we are asked to stop meanwhile.

    Raises:
        DemoRefused: they did not come up in time.
    """
    ends_at = time.monotonic() + READY_SECONDS
    for address in (f"{world.page}/play/state", f"{world.server}/readyz"):
        while not _answers(address):
            if family.is_stopping:
                return False
            family.look()
            if time.monotonic() > ends_at:
                raise DemoRefused(f"{address} does not answer")
            time.sleep(0.03)
    asyncio.run(world.lay_menu())
    return True


def _logging_to(file: Path, run: Callable[[], None]) -> None:
    """Run a child whose output goes to a file: standard output is kept for --json."""
    with file.open("ab") as written:
        os.dup2(written.fileno(), sys.stdout.fileno())
        os.dup2(written.fileno(), sys.stderr.fileno())
    run()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
