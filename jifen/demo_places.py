"""Where the demo keeps its files, and where it listens."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from jifen import embedded
from jifen.credentials import FILE
from jifen.settings import Settings

FIRST_PORT = 8080
PORTS_TRIED = 50
SIMULATOR_STATE = "simulator.json"
RUNNING = "running.json"
LOGS = "logs"


class DemoRefused(Exception):
    """The demo cannot start; the text says why and what to do."""


class Ports(Struct, frozen=True):
    """Where the page (and the simulated WeChat) and the server listen on 127.0.0.1."""

    page: int
    server: int


def find_ports(asked: int | None) -> Ports:
    """Return two free neighbours; those asked for, or the first from 8080 on.

    Raises:
        DemoRefused: what was asked for is taken, or nothing is free.
    """
    first = asked or FIRST_PORT
    if not 1 <= first <= 65534:
        raise DemoRefused(f"--port {first}: a port is a number from 1 to 65534")
    for page in range(first, first + (1 if asked else 2 * PORTS_TRIED), 2):
        if _is_free(page) and _is_free(page + 1):
            return Ports(page, page + 1)
    raise DemoRefused(
        f"port {first} or {first + 1} is in use; choose another with --port"
        if asked
        else f"no two free ports from {first} on; choose one with --port"
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def forget(settings: Settings, tell: Callable[[str], None]) -> None:
    """Begin with nothing: the databases, the simulator's memory, the secrets."""
    if settings.database_url:
        raise DemoRefused("--fresh empties our own servers only: empty your database yourself")
    data = settings.data
    embedded.erase(data)
    for name in (SIMULATOR_STATE, FILE, RUNNING):
        (data / name).unlink(missing_ok=True)
    shutil.rmtree(data / LOGS, ignore_errors=True)
    tell(f"jifen: {data} is empty again")


def where(data: Path) -> str:
    """Say who runs a demo on this folder, where that can be read."""
    try:
        running = msgspec.json.decode((data / RUNNING).read_bytes())
        return f" Process {running['pid']} runs the demo at {running['page']}"
    except (OSError, msgspec.MsgspecError, KeyError):
        return ""
