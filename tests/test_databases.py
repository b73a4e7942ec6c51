"""A database that is given out again is as empty as the first, or it is not given out again."""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from jifen import embedded
from models import db
from tests.databases import Databases


def asked(url: str, *statements: str) -> list[asyncpg.Record]:
    """Run statements one by one, and return the last one's rows."""

    async def run() -> list[asyncpg.Record]:
        async with db.session(url) as connection:
            for statement in statements:
                rows: list[asyncpg.Record] = await connection.fetch(statement)
            return rows

    return asyncio.run(run())


JOIN = (
    "WITH new AS (INSERT INTO customer (created_at) VALUES (now()) RETURNING id)"
    " INSERT INTO member (id, joined_at, joined_through) SELECT id, now(), 'test' FROM new"
    " RETURNING id"
)


@pytest.fixture
def fresh(servers: embedded.Addresses, template: str, databases: Databases) -> Iterator[Databases]:
    """Keep databases that no other test used: autovacuum has found nothing to do in them."""
    kept = Databases(servers.database_url, template)
    yield kept
    kept.close()


def test_what_refers_to_each_other_is_gone_and_numbers_begin_anew(fresh: Databases) -> None:
    with fresh.one() as first:
        assert [row["id"] for row in asked(first, JOIN, JOIN)] == [2]
    with fresh.one() as second:
        assert second == first
        assert asked(second, "SELECT FROM member") == asked(second, "SELECT FROM customer") == []
        assert [row["id"] for row in asked(second, JOIN)] == [1]
        assert asked(second, "SELECT FROM tortoise_migrations")


def test_two_at_once_are_two(databases: Databases) -> None:
    with databases.one() as one, databases.one() as other:
        asked(one, JOIN)
        assert asked(other, "SELECT FROM member") == []


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (id int)",
        "DROP INDEX {index}",
        "ALTER TABLE member ADD COLUMN more int",
        "ALTER TABLE member ALTER COLUMN joined_through SET DEFAULT 'x'",
        "ALTER TABLE member ADD CONSTRAINT old CHECK (id > 0)",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DELETE FROM tortoise_migrations",
        "DROP TABLE tortoise_migrations",
        "ANALYZE member",
        "INSERT INTO customer (created_at) SELECT now() FROM generate_series(1, 250000)",
    ],
)
def test_what_emptying_does_not_bring_back_ends_a_database(
    databases: Databases, change: str
) -> None:
    with databases.one() as first:
        (index,) = asked(
            first,
            "SELECT indexrelid::regclass::text AS name FROM pg_index"
            " WHERE indrelid = 'member'::regclass AND NOT indisprimary LIMIT 1",
        )
        asked(first, JOIN, change.format(index=index["name"]))
    with databases.one() as second:
        assert second != first
        assert asked(second, "SELECT FROM member") == []


def test_who_is_left_behind_in_it_is_sent_away(fresh: Databases) -> None:
    with asyncio.Runner() as runner:
        with fresh.one() as first:
            left = runner.run(asyncpg.connect(**db.credentials(first)))
            runner.run(left.execute("BEGIN"))
            runner.run(left.fetch(JOIN))
        with fresh.one() as second:
            assert second == first
            assert asked(second, JOIN)[0]["id"] == 1
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            runner.run(left.fetch("SELECT 1"))


def test_a_test_may_end_all_connections(databases: Databases) -> None:
    with databases.one() as first:
        asked(
            first,
            JOIN,
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
    with databases.one() as second:
        assert asked(second, "SELECT FROM member") == []
