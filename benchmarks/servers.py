"""PostgreSQL and Valkey to measure with: our own in a temporary folder, or those that are set."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
from msgspec import Struct

from benchmarks.measuring import name_of, parent_of, pin_family
from jifen import embedded
from jifen.settings import read
from models import db

PROJECT = Path(__file__).resolve().parents[1]
PREFIX = "servers-"


class Database(Struct, frozen=True):
    """A migrated database of one comparison's own, and its server's first process.

    ``postmaster`` is None where the server runs elsewhere: its processor time is not known then.
    """

    addresses: embedded.Addresses
    postmaster: int | None

    @property
    def url(self) -> str:
        return self.addresses.database_url


@contextmanager
def running(tell: Callable[[str], None]) -> Iterator[embedded.Addresses]:
    """Give the servers' addresses; our own lie on the project's disk, since fsync is measured."""
    settings = read(os.environ)
    if settings.database_url:
        yield embedded.Addresses(settings.database_url, settings.redis_url)
        return
    home = PROJECT / ".benchmarks"
    home.mkdir(exist_ok=True)
    for left in home.glob(f"{PREFIX}*"):
        with contextlib.suppress(embedded.AlreadyRunning):
            embedded.erase(left)
            shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=home, prefix=PREFIX) as folder:
        try:
            with embedded.start(Path(folder), report=tell) as ours:
                yield ours.addresses
        finally:
            embedded.erase(Path(folder))


@contextmanager
def database(servers: embedded.Addresses, *, cores: set[int]) -> Iterator[Database]:
    """Make a database, and drop it at the end; keep our own server on ``cores`` meanwhile."""
    name = f"benchmark_{uuid4().hex[:12]}"
    asyncio.run(_run(servers.database_url, f'CREATE DATABASE "{name}"'))
    url = urlunsplit(urlsplit(servers.database_url)._replace(path=f"/{name}"))
    try:
        asyncio.run(db.migrate(url))
        postmaster = asyncio.run(_postmaster(url))
        if postmaster and not read(os.environ).database_url:
            pin_family(postmaster, cores)
        yield Database(embedded.Addresses(url, servers.redis_url), postmaster)
    finally:
        asyncio.run(_drop(servers.database_url, name))


async def _drop(database_url: str, name: str) -> None:
    """Drop a database; an autovacuum worker in it is not ours to end and leaves by itself."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await _run(database_url, f'DROP DATABASE "{name}" WITH (FORCE)')
            except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectInUseError):
                await asyncio.sleep(0.1)


async def _run(database_url: str, statement: str) -> None:
    async with db.session(database_url) as session:
        await session.execute(statement)


async def _postmaster(database_url: str) -> int | None:
    """Return the parent of our session's process, if that is a PostgreSQL of this machine."""
    async with db.session(database_url) as session:
        (row,) = await session.fetch("SELECT pg_backend_pid() AS pid")
        return parent_of(row["pid"]) if name_of(row["pid"]) == "postgres" else None
