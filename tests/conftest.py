"""Real parts for every test: one PostgreSQL and one Valkey a session, one database a test."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import hypothesis
import pytest

from jifen import embedded
from jifen.embedded.postgres import SETTINGS
from models import db
from web import boards, limits, wake

# how long an example may take says more of the machine than of us
hypothesis.settings.register_profile(
    "ours",
    hypothesis.settings.default,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("ours")


@pytest.fixture(autouse=True)
def _patience_with_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the Redis of a busy machine for away in no test, nor because the test before did."""
    monkeypatch.setattr(limits, "REDIS_SECONDS", 60.0)
    monkeypatch.setattr(boards, "COPY_SECONDS", 60.0)
    monkeypatch.setattr(boards, "_reach", wake.Reach("boards"))
    monkeypatch.setattr(wake, "PUBLISH_SECONDS", 60.0)
    monkeypatch.setattr(wake, "_publishing", wake.Reach("wake_up"))


@pytest.fixture(scope="session")
def servers() -> Iterator[embedded.Addresses]:
    """Run the embedded PostgreSQL and Valkey for the whole session.

    No test cuts the power, and what outlives processes needs no disk: waiting for it took most of
    the time that a database of one's own costs. The servers of ``faults`` wait as everywhere.
    """
    folder = Path(tempfile.mkdtemp(prefix="jifen-tests-"))
    folder.chmod(0o711)  # the servers' own account must reach its files below
    with pytest.MonkeyPatch.context() as hasty:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            hasty.setitem(SETTINGS, name, "off")
        running = embedded.start(folder, report=lambda _: None)
    with running:
        yield running.addresses
    embedded.erase(folder)
    shutil.rmtree(folder)


def named(database_url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(database_url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def template(servers: embedded.Addresses) -> str:
    """Migrate one database that every test's own is copied from."""
    name = "migrated"
    asyncio.run(run_statement(servers.database_url, f'CREATE DATABASE "{name}"'))
    asyncio.run(db.migrate(named(servers.database_url, name)))
    return name


def copied(template: str, name: str) -> str:
    """Tell how to copy a database: file by file, so that no copy is written to the log, too.

    On a busy machine it takes a quarter of the time.
    """
    return f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'


def shared(servers: embedded.Addresses, template: str, name: str) -> str:
    """Make a migrated database that many tests share and empty; return its address."""
    asyncio.run(run_statement(servers.database_url, copied(template, name)))
    return named(servers.database_url, name)


async def run_statement(database_url: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(**db.credentials(database_url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def database_url(servers: embedded.Addresses, template: str) -> AsyncIterator[str]:
    """Give the test an empty, migrated database of its own."""
    name = f"test_{uuid4().hex}"
    await run_statement(servers.database_url, copied(template, name))
    yield named(servers.database_url, name)
    await drop_database(servers.database_url, name)


async def drop_database(database_url: str, name: str) -> None:
    """Drop a database; an autovacuum worker in it is not ours to end and leaves by itself."""
    for _ in range(600):
        try:
            await run_statement(database_url, f'DROP DATABASE "{name}" WITH (FORCE)')
        except (asyncpg.InsufficientPrivilegeError, asyncpg.ObjectInUseError):
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError(f"{name} stays in use")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[None]:
    """Bind the models to the test's database."""
    async with db.opened(database_url, pool_size=4):
        yield
