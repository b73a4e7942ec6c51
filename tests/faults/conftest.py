"""What the faults are done to: servers of their own, and our side over them."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from jifen import embedded
from tests.bot.conftest import begin, http, lay_brand, mood, town
from tests.databases import drop_database, named, run_statement
from tests.faults.demos import family_of, program_of

__all__ = ["begin", "http", "mood", "town"]


@dataclass
class Servers:
    """A PostgreSQL and a Valkey that may be hurt."""

    embedded: embedded.Embedded
    folder: Path

    @property
    def addresses(self) -> embedded.Addresses:
        return self.embedded.addresses

    def pids(self, program: str) -> list[int]:
        """Return the processes of one server, its first one first."""
        file = "postgres/postmaster.pid" if program == "postgres" else "valkey/valkey.pid"
        first = int((self._home() / file).read_text().split()[0])
        return [first, *sorted(family_of(first))]

    def _home(self) -> Path:
        pointer = self.folder / "embedded" / "place"
        return Path(pointer.read_text()) if pointer.exists() else self.folder / "embedded"

    def signal(self, program: str, number: int) -> None:
        for pid in self.pids(program):
            if program_of(pid):
                os.kill(pid, number)

    def kill(self, program: str) -> None:
        """Kill a server's first process; PostgreSQL's others end by themselves."""
        os.kill(self.pids(program)[0], signal.SIGKILL)

    async def recovered(self) -> None:
        """Wait until PostgreSQL answers again: on a busy disk its recovery takes a while."""
        async with asyncio.timeout(90):
            while True:
                try:
                    await run_statement(self.addresses.database_url, "SELECT 1")
                except (asyncpg.PostgresError, OSError):
                    await asyncio.sleep(0.1)
                else:
                    return

    async def start_again(self) -> list[str]:
        """Start what was killed."""
        async with asyncio.timeout(90):
            while not (names := await asyncio.to_thread(self.embedded.restart_dead)):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return names


@pytest.fixture(scope="module")
def own() -> Iterator[Servers]:
    """Run servers for one file of faults, with the brand laid in one database."""
    folder = Path(tempfile.mkdtemp(prefix="jifen-tests-"))
    folder.chmod(0o711)
    with embedded.start(folder, report=lambda _: None) as started:
        asyncio.run(lay_brand(started.addresses.database_url, "branded"))
        yield Servers(started, folder)
    embedded.erase(folder)
    shutil.rmtree(folder)


@pytest.fixture
async def reached(own: Servers) -> AsyncIterator[embedded.Addresses]:
    """Give the test a brand of its own on the servers that may be hurt."""
    name = f"test_{uuid4().hex}"
    url = own.addresses.database_url
    await run_statement(url, f'CREATE DATABASE "{name}" TEMPLATE "branded"')
    yield embedded.Addresses(named(url, name), own.addresses.redis_url)
    await drop_database(url, name)
