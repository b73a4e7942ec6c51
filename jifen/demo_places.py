"""Where the demo keeps its files, and where it listens."""

import shutil
import socket
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from jifen import embedded
from jifen.credentials import FILE
from jifen.settings import Settings
from models import migrations

FIRST_PORT = 8080
PORTS_TRIED = 50
SIMULATOR_STATE = "simulator.json"
RUNNING = "running.json"
SCHEMA = "schema"
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
    for name in (SIMULATOR_STATE, FILE, RUNNING, SCHEMA):
        (data / name).unlink(missing_ok=True)
    shutil.rmtree(data / LOGS, ignore_errors=True)
    tell(f"jifen: {data} is empty again")


def require_schema(settings: Settings) -> None:
    """Note which schema our own database is laid with, or find that it was laid with another one.

    Until the first release the steps of the schema are changed in place.

    Raises:
        DemoRefused: it was; it cannot be brought up to date.
    """
    steps = sorted(Path(migrations.__file__).parent.glob("m*.py"))
    digest = sha256(b"".join(step.read_bytes() for step in steps)).hexdigest()
    kept = settings.data / SCHEMA
    is_laid = (settings.data / FILE).exists() and not settings.database_url
    if is_laid and (not kept.exists() or kept.read_text() != digest):
        raise DemoRefused(
            f"{settings.data} was laid by an earlier state of the project: begin anew with --fresh"
            " (it forgets all that was there), or choose another folder with --data"
        )
    settings.data.mkdir(parents=True, exist_ok=True)
    kept.write_text(digest)


def where(data: Path) -> str:
    """Say who runs a demo on this folder, where that can be read."""
    try:
        running = msgspec.json.decode((data / RUNNING).read_bytes())
        return f" Process {running['pid']} runs the demo at {running['page']}"
    except (OSError, msgspec.MsgspecError, KeyError):
        return ""
