"""The database: opened, asked and migrated here; its driver is known here and in ``pooling``.

Models are read through Tortoise. The verbs' set-based statements go through ``fetch``, which runs
on the caller's transaction where one is open. Every statement stays within PostgreSQL 15 without
extensions.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pkgutil import iter_modules
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from asyncpg.exceptions._base import InterfaceError, InternalClientError, PostgresError
from tortoise import Tortoise, connections
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.exceptions import ConfigurationError, DBConnectionError, OperationalError
from tortoise.migrations.api.migrate import migrate as run_migrations
from tortoise.transactions import in_transaction

from models import migrations

MIGRATION_LOCK = 0x6A6966656E01
LEADER_LOCK = 0x6A6966656E02
LOOK_SECONDS = 0.1
_NAMED = "hashtextextended($1, 0)"

Row = asyncpg.Record
Unreachable = (
    OSError,
    asyncpg.PostgresConnectionError,
    InterfaceError,
    InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    DBConnectionError,
)
# What PostgreSQL says no to, at the start: a wrong password, no such database, too old a server.
Refusal = (PostgresError, DBConnectionError, OperationalError)


class Outdated(Exception):
    """What was read before a lock is true no more: as after any collision, it is done again."""


Collision = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, Outdated)


def credentials(database_url: str) -> dict[str, Any]:
    """Split ``postgresql://user:password@host:port/name?host=/socket/dir`` into driver arguments.

    Raises:
        ValueError: the address is not a PostgreSQL one or names no database.
    """
    url = urlsplit(database_url)
    name = url.path.lstrip("/")
    if url.scheme not in ("postgresql", "postgres") or not name:
        raise ValueError("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    query = {key: values[-1] for key, values in parse_qs(url.query).items()}
    found: dict[str, Any] = {
        "host": query.get("host", url.hostname or "localhost"),
        "port": int(query.get("port", url.port or 5432)),
        "user": unquote(url.username or "postgres"),
        "password": unquote(url.password) if url.password else None,
        "database": unquote(name),
    }
    if "sslmode" in query:
        found["ssl"] = query["sslmode"]
    return found


def _config(database_url: str, *, pool_size: int) -> dict[str, Any]:
    return {
        "connections": {
            "default": {
                "engine": "models.pooling",
                "credentials": {
                    **credentials(database_url),
                    "minsize": 1,
                    "maxsize": pool_size,
                    "reset": _keep_session,
                    "command_timeout": 60,
                    "timeout": 5,
                    "application_name": "jifen",
                    "server_settings": {"plan_cache_mode": "force_generic_plan"},
                },
            }
        },
        "apps": {
            "models": {
                "models": ["models"],
                "default_connection": "default",
                "migrations": "models.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def _keep_session(connection: asyncpg.Connection) -> None:
    """Leave out the driver's reset statement: no session of ours carries state between uses."""


@asynccontextmanager
async def opened(database_url: str, *, pool_size: int = 8) -> AsyncIterator[None]:
    """Keep the models bound to this database while the block runs.

    Raises:
        OSError or asyncpg.PostgresError: the database cannot be reached, at the first statement.
    """
    await Tortoise.init(
        config=_config(database_url, pool_size=pool_size), _enable_global_fallback=True
    )
    try:
        yield
    finally:
        await Tortoise.close_connections()


def _client() -> Any:
    return connections.get("default")


async def fetch(sql: str, *arguments: Any) -> list[Row]:
    """Run one statement on the open transaction, or on its own, and return its rows."""
    async with _client().acquire_connection() as connection:
        rows: list[Row] = await connection.fetch(sql, *arguments)
        return rows


async def copy(table: str, columns: Sequence[str], records: Sequence[tuple[Any, ...]]) -> None:
    """Stream rows into a table by COPY."""
    async with _client().acquire_connection() as connection:
        await connection.copy_records_to_table(table, records=records, columns=columns)


def here() -> object:
    """Return what stands for the open database as long as it is open, for caches to compare."""
    client = _client()
    while isinstance(client, TransactionalDBClient):
        client = client._parent
    return client


def in_caller_transaction() -> bool:
    """Say whether the running code is inside a transaction."""
    return isinstance(_client(), TransactionalDBClient)


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Open a transaction, or join the caller's.

    A connection that dies while a transaction begins or ends takes Tortoise's own bookkeeping with
    it: the dead one would stay the task's connection for ever. It is put away here.
    """
    if in_caller_transaction():
        yield
        return
    outside = _client()
    try:
        async with in_transaction("default"):
            yield
    finally:
        if (inside := _client()) is not outside:
            connections.set("default", outside)
            await _put_away(outside, inside)


async def _put_away(pooled: Any, inside: TransactionalDBClient) -> None:
    """End a transaction's connection and give its place in the pool back."""
    connection: Any = inside._connection
    with suppress(InterfaceError, InternalClientError):  # it is released or closed already
        connection.terminate()
    with suppress(*Unreachable):
        await pooled._pool.put_right(connection)


async def migrate(database_url: str) -> list[str]:
    """Bring the schema up to date and return the names of the steps taken.

    Any number of processes may call it at once: one migrates, the others wait for it.
    """
    taken: list[str] = []

    def note(event: str, app_label: str, name: str) -> None:
        if event == "apply_done":
            taken.append(name)

    async with session(database_url) as lock:
        await lock.fetch("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        await run_migrations(config=_config(database_url, pool_size=2), progress=note)
        await Tortoise.close_connections()
    return taken


@asynccontextmanager
async def session(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Hold one connection of one's own, for what lives as long as a session: advisory locks."""
    connection: Any = await asyncpg.connect(  # type: ignore[no-untyped-call]
        **credentials(database_url), timeout=5
    )
    try:
        yield connection
    finally:
        await connection.close(timeout=5)


@asynccontextmanager
async def alone(name: str, *, within_seconds: float) -> AsyncIterator[bool]:
    """Hold a name that one process at a time has, over many transactions; say whether it is ours.

    It is nobody's again when this process ends, however it ends: what a killed one held is free
    within moments, so it is asked for until ``within_seconds`` have passed. Whoever loses the
    connection loses the name unawares; what must not happen twice needs a guard of its own.
    """
    async with _client().acquire_connection() as connection:
        is_ours = await _taken(connection, name, within_seconds=within_seconds)
        try:
            yield is_ours
        finally:
            if is_ours:
                with suppress(*Unreachable):
                    await connection.fetch(f"SELECT pg_advisory_unlock({_NAMED})", name)


async def _taken(connection: asyncpg.Connection, name: str, *, within_seconds: float) -> bool:
    end = monotonic() + within_seconds
    while True:
        (row,) = await connection.fetch(f"SELECT pg_try_advisory_lock({_NAMED}) AS is_ours", name)
        if row["is_ours"] or monotonic() >= end:
            return bool(row["is_ours"])
        await asyncio.sleep(LOOK_SECONDS)


async def require_version(minimum: int = 15) -> int:
    """Return the server's major version.

    Raises:
        OperationalError: the server is older than ``minimum``.
    """
    rows = await fetch("SELECT current_setting('server_version_num')::int / 10000 AS major")
    major: int = rows[0]["major"]
    if major < minimum:
        raise OperationalError(f"PostgreSQL {major} is too old: {minimum} or newer is needed")
    return major


async def waiting_migrations() -> list[str]:
    """Return the names of the schema's steps that this database has not taken yet."""
    known = sorted(
        module.name for module in iter_modules(migrations.__path__) if module.name.startswith("m")
    )
    (row,) = await fetch("SELECT to_regclass('tortoise_migrations') IS NOT NULL AS is_there")
    if not row["is_there"]:
        return known
    taken = {row["name"] for row in await fetch("SELECT name FROM tortoise_migrations")}
    return [name for name in known if name not in taken]


@dataclass(frozen=True, slots=True)
class PoolUse:
    """Connections that run something, and connections that wait for work."""

    busy: int
    idle: int


def pool_use() -> PoolUse:
    """Return the pool's use; none where no database is open."""
    try:
        pool = getattr(_client(), "_pool", None)
    except (ConfigurationError, RuntimeError):  # no context is open
        pool = None
    if pool is None:
        return PoolUse(0, 0)
    idle = pool.get_idle_size()
    return PoolUse(pool.get_size() - idle, idle)
