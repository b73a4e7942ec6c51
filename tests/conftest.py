"""Real parts for every test: one PostgreSQL and one Valkey a session, one database at a time."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest
from tortoise.apps import Apps

from jifen import embedded
from jifen.embedded.postgres import SETTINGS
from models import db
from tests.databases import RIGHT, Databases, named, run_statement
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


@pytest.fixture(autouse=True, scope="session")
def _queries_built_once() -> Iterator[None]:
    """Build the models' queries for the first database only: they name no database.

    Building them took a quarter of a small test's time.
    """
    built: list[Apps] = []

    def build(apps: Apps) -> None:
        if not built:
            build_each_time(apps)
            built.append(apps)

    build_each_time = Apps._build_initial_querysets
    with pytest.MonkeyPatch.context() as once:
        once.setattr(Apps, "_build_initial_querysets", build)
        yield


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


@pytest.fixture(scope="session")
def template(servers: embedded.Addresses) -> str:
    """Migrate one database that every test's own is copied from."""
    name = "migrated"
    asyncio.run(run_statement(servers.database_url, f'CREATE DATABASE "{name}"'))
    asyncio.run(db.migrate(named(servers.database_url, name)))
    return name


@pytest.fixture(scope="session")
def databases(servers: embedded.Addresses, template: str) -> Iterator[Databases]:
    """Keep databases that are emptied and given out again."""
    as_owner = servers.database_url.replace("//jifen:", "//postgres:", 1)
    asyncio.run(run_statement(as_owner, RIGHT))
    kept = Databases(servers.database_url, template)
    yield kept
    kept.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """Give the test an empty, migrated database of its own."""
    with databases.one() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[None]:
    """Bind the models to the test's database."""
    async with db.opened(database_url, pool_size=4):
        yield
