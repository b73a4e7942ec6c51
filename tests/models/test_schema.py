"""The models describe the tables that the migrations make, and migrations can meet each other."""

import asyncio
import sys
from uuid import uuid4

import asyncpg
import pytest
from tortoise.fields.base import Field
from tortoise.models import Model

import models
from jifen import embedded
from models import db
from tests.databases import drop_database, named, run_statement

MODELS = [one for one in vars(models).values() if isinstance(one, type) and issubclass(one, Model)]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
async def test_a_model_describes_its_table(model: type[Model], database: None) -> None:
    rows = await db.fetch(
        "SELECT column_name, is_nullable = 'YES' AS can_be_null FROM information_schema.columns"
        " WHERE table_name = $1",
        model._meta.db_table,
    )
    columns = {row["column_name"]: row["can_be_null"] for row in rows}
    fields: dict[str, Field[object]] = {
        model._meta.fields_db_projection[name]: model._meta.fields_map[name]
        for name in model._meta.db_fields
        if name in model._meta.fields_db_projection
    }
    assert columns.keys() == fields.keys()
    assert columns == {name: field.null for name, field in fields.items()}


async def test_every_table_has_its_model(database: None) -> None:
    rows = await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = {row["tablename"] for row in rows} - {"tortoise_migrations"}
    assert tables == {model._meta.db_table for model in MODELS}


async def test_processes_that_migrate_at_once_do_it_once(servers: embedded.Addresses) -> None:
    name = f"test_{uuid4().hex}"
    await run_statement(servers.database_url, f'CREATE DATABASE "{name}"')
    url = named(servers.database_url, name)
    code = (
        "import asyncio, sys; from models import db;"
        "print(','.join(asyncio.run(db.migrate(sys.argv[1]))))"
    )
    running = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, url), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    told = [(await one.communicate())[0].decode().strip() for one in running]
    assert [one.returncode for one in running] == [0, 0, 0]
    assert sorted(bool(steps) for steps in told) == [False, False, True]
    await drop_database(servers.database_url, name)


async def test_a_migrated_database_that_is_full_migrates_again_to_nothing(
    database_url: str, database: None
) -> None:
    await db.fetch("INSERT INTO customer (created_at) VALUES (now())")
    assert await db.waiting_migrations() == []
    connection = await asyncpg.connect(**db.credentials(database_url))
    assert await connection.fetchval("SELECT count(*) FROM customer") == 1
    await connection.close()


def test_an_address_that_is_none_is_refused_with_the_form_it_should_have() -> None:
    for wrong in ("mysql://a@b/c", "postgresql://host-without-database", "nonsense"):
        with pytest.raises(ValueError, match="postgresql://user:password@host:5432/name"):
            db.credentials(wrong)


def test_a_socket_folder_and_an_escaped_password_are_understood() -> None:
    found = db.credentials("postgresql://jifen:p%40ss@/jifen?host=/run/pg&port=6000")
    assert (found["host"], found["port"], found["password"]) == ("/run/pg", 6000, "p@ss")
