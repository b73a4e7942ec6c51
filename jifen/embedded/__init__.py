"""Our own PostgreSQL and Valkey from wheels, for when no addresses are given.

Both run as our children: as ourselves, or as an account without rights when we are root; over
unix sockets and with a password only; and they end when we end, however we end. What was
committed is there at the next start. Start them before the event loop; `restart_dead` and `stop`
block as well.

The files lie in the folder `embedded` of the data folder. Nothing else is changed.
"""

import sys
import time
from pathlib import Path

if sys.platform == "win32":
    raise ImportError(
        "jifen's own servers need Linux or macOS; on Windows use WSL, "
        "or set DATABASE_URL and REDIS_URL."
    )

from jifen.embedded import pair, places
from jifen.embedded.errors import (
    AlreadyRunning,
    EmbeddedError,
    NoAccount,
    NoBinary,
    NoSpace,
    NotOurs,
    NotOwner,
    ServerFailed,
    Unreachable,
    WrongMajor,
)
from jifen.embedded.keep import Addresses, Keep
from jifen.embedded.places import Report
from jifen.embedded.running import Embedded

__all__ = [
    "Addresses",
    "AlreadyRunning",
    "Embedded",
    "EmbeddedError",
    "NoAccount",
    "NoBinary",
    "NoSpace",
    "NotOurs",
    "NotOwner",
    "ServerFailed",
    "Unreachable",
    "WrongMajor",
    "attach",
    "erase",
    "start",
]

ATTACH_SECONDS = 120


def start(data: Path, *, attach: bool = False, report: Report = print) -> Embedded:
    """Start both servers on the files in `data`, or (`attach`) join those that run there.

    An owner who is just starting is waited for; one who dies meanwhile is succeeded.

    Raises:
        AlreadyRunning: another process runs them, and `attach` is false.
        EmbeddedError: any of its other kinds, when they cannot be started.
    """
    ends_at = time.monotonic() + (ATTACH_SECONDS if attach else 0)
    keep = Keep.make(data)
    while (lock := keep.lock()) is None:
        found = keep.running() if attach else None
        if found:
            return Embedded(found.addresses, keep)
        if time.monotonic() > ends_at:
            raise _already_running(data, keep)
    ours = pair.Pair(keep, lock, report)
    return Embedded(ours.start(), keep, pair=ours)


def attach(data: Path) -> Addresses | None:
    """The addresses of the servers that another process runs on `data`; None: none are ready.

    Raises:
        NotOurs: they belong to another user.
    """
    keep = Keep.find(data)
    found = keep.running() if keep else None
    return found.addresses if found else None


def erase(data: Path) -> None:
    """Remove the servers' files, so that the next start begins with an empty database.

    Raises:
        AlreadyRunning: they are in use. NotOurs: they belong to another user.
    """
    keep = Keep.find(data)
    if not keep:
        return
    lock = keep.lock()
    if lock is None:
        raise _already_running(data, keep)
    pair.erase(keep, lock, places.elsewhere(keep))


def _already_running(data: Path, keep: Keep) -> AlreadyRunning:
    pid = keep.owner_pid()
    return AlreadyRunning(
        f"The servers of {data} are run by process {pid}; "
        f"stop it, or choose another folder with --data.",
        pid,
    )
