"""Migrated databases that one test after the other uses, each as empty as the first found it.

To copy a database costs forty times what emptying one costs, and to truncate all tables still more:
what a test wrote is mostly a few rows of a few tables. What emptying could not bring back ends a
database: a changed schema, many rows, statistics that would choose other plans.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from models import db

T = TypeVar("T")

MOST_BYTES = 4 * 1024 * 1024

# May empty tables whatever refers to them; who made the server gives the right, once.
RIGHT = "GRANT SET ON PARAMETER session_replication_role TO PUBLIC"
AS_ONE_LIKES = "SET session_replication_role = replica"

TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
)
OTHERS_ENDED = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
COUNTED_ANEW = """
SELECT setval(seqrelid, seqstart, false) FROM pg_sequence
 WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""
# Whatever is made, changed or dropped writes a row of these catalogues; a transaction's number
# tells a changed row from the one before.
CATALOGUES = {
    "pg_attribute": "attrelid",
    "pg_attrdef": "adrelid",
    "pg_constraint": "oid",
    "pg_index": "indexrelid",
    "pg_proc": "oid",
    "pg_rewrite": "oid",
    "pg_trigger": "oid",
    "pg_db_role_setting": "setdatabase",
}
FIRST_OF_OURS = 16384  # what PostgreSQL makes itself has lower numbers


def named(database_url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(database_url)._replace(path=f"/{name}"))


def copied(template: str, name: str) -> str:
    """Tell how to copy a database: file by file, so that no copy is written to the log, too.

    On a busy machine it takes a quarter of the time.
    """
    return f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'


async def run_statement(database_url: str, statement: str) -> None:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(**db.credentials(database_url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


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


class Reused:
    """A database that is emptied between its tests, through a connection that stays."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: Any = None

    async def begin(self) -> None:
        """Learn what an empty one looks like."""
        await self._connect()
        found = [row["relname"] for row in await self._connection.fetch(TABLES)]
        self._laid = await self._filled(found)  # what migrating wrote stays
        self._tables = [name for name in found if name not in self._laid]
        self._state = _state(self._laid)
        self._first = await self._connection.fetch(self._state)

    async def emptied(self) -> bool:
        """Empty it; say whether it is as it was."""
        try:
            await self._be_alone()
        except db.Unreachable:  # a test ended our connection with all others
            self._connection.terminate()
            await self._connect()
            await self._be_alone()
        if not await self._is_as_it_was():
            return False
        filled = await self._filled(self._tables)
        if filled:
            await self._connection.execute(";".join(f'DELETE FROM "{name}"' for name in filled))
        await self._connection.execute(COUNTED_ANEW)
        return True

    async def leave(self) -> None:
        await self._connection.close()

    async def _be_alone(self) -> None:
        """End all others; PostgreSQL itself would look only every 100 ms whether they are gone."""
        async with asyncio.timeout(60):
            while await self._connection.fetch(OTHERS_ENDED):  # noqa: ASYNC110 (nobody tells us)
                await asyncio.sleep(0.002)

    async def _is_as_it_was(self) -> bool:
        try:
            found = await self._connection.fetch(self._state)
        except asyncpg.PostgresError:  # what it asks about is dropped or renamed
            return False
        return bool(found == self._first)

    async def _connect(self) -> None:
        self._connection = await asyncpg.connect(**db.credentials(self.url))
        await self._connection.execute(AS_ONE_LIKES)

    async def _filled(self, tables: list[str]) -> list[str]:
        asked = (f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables)
        return [row[0] for row in await self._connection.fetch(" UNION ALL ".join(asked))]


def _state(laid: list[str]) -> str:
    """Tell how to ask for all that emptying brings back in no database."""
    rows = [
        f"SELECT '{name}', count(*), sum(xmin::text::bigint) FROM {name}"
        f" WHERE {key} >= {FIRST_OF_OURS}"
        for name, key in CATALOGUES.items()
    ]
    rows += [f"SELECT '{name}', count(*), sum(xmin::text::bigint) FROM \"{name}\"" for name in laid]
    rows.append(
        "SELECT 'grown', count(*), sum(reltuples)::bigint FROM pg_class"  # -1 is never analysed
        f" WHERE oid >= {FIRST_OF_OURS} AND relkind IN ('r', 'i', 't')"
        f" AND (relkind = 'r' OR pg_relation_size(oid) > {MOST_BYTES})"
    )
    return " UNION ALL ".join(rows)


class Databases:
    """Gives out databases that are copied from one, and takes them back.

    It is asked outside of any event loop: its connections live in one of its own.
    """

    def __init__(self, server_url: str, template: str) -> None:
        self._server_url = server_url
        self._template = template
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._idle: list[Reused] = []

    @contextmanager
    def one(self) -> Iterator[str]:
        """Give the address of an empty one, which is free again afterwards."""
        database = self._idle.pop() if self._idle else self._run(self._made())
        try:
            yield database.url
        finally:
            if self._run(database.emptied()):
                self._idle.append(database)
            else:
                self._run(self._dropped(database))

    def close(self) -> None:
        """Leave them all; they end with their server."""
        for database in self._idle:
            self._run(database.leave())
        self._runner.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    async def _made(self) -> Reused:
        name = f"test_{uuid4().hex}"
        await run_statement(self._server_url, copied(self._template, name))
        database = Reused(named(self._server_url, name))
        await database.begin()
        return database

    async def _dropped(self, database: Reused) -> None:
        with suppress(asyncpg.PostgresError, OSError):
            await database.leave()
        await drop_database(self._server_url, urlsplit(database.url).path.lstrip("/"))
