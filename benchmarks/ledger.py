"""Ledger writes: 256 callers who each wait for their own durable commit, and whole batches.

All share one PostgreSQL with fsync on and the whole machine; variants take turns in every round.
"""

import random
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import uvloop

from benchmarks import ledger_peers, servers
from benchmarks.ledger_ours import OurLedger
from benchmarks.ledger_peers import Pgbench
from benchmarks.measuring import spread
from benchmarks.pace import Pace, keep_calling
from benchmarks.reporting import Comparison, Goal, Row, against, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from models import db
from web.context import now

CALLERS = 256
POOL_SIZE = 8
BULK_ROWS = 1000
FIRST = "jifen, 256 callers, first credits"
REPLAY = "jifen, 256 callers, known keys"
BULK = "jifen, 1,000 a batch, 4 callers"
POOL = "asyncpg, pool of 8, 256 callers"
ORM = "ORM saves, pool of 8, 256 callers"
ONE = "pgbench, 1 row, 8 clients"
HUNDRED = "pgbench, 100 rows, 4 clients"
THOUSAND = "pgbench, 1,000 rows, 4 clients"

Variant = Callable[[float], Awaitable[Pace]]


def compare(setting: Setting) -> Comparison:
    """Measure, in turns, our ledger and other ways to write credits.

    Raises:
        BenchmarkFailed: a credit was lost or doubled, or a peer does not run.
    """
    members = 20_000 if setting.is_short else 1_000_000
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.database(setting.reached, cores=setting.cores.all) as found,
    ):
        setting.tell(f"ledger: laying {members:,} members")
        return uvloop.run(_compare(setting, found, Path(folder), members=members))


async def _compare(setting: Setting, found: Database, folder: Path, *, members: int) -> Comparison:
    await _lay_members(found, members)
    rounds, seconds = (2, 0.5) if setting.is_short else (7, 3.0)
    pgbench = Pgbench(found.url, folder, members=members, postmaster=found.postmaster)
    async with (
        db.opened(found.url, pool_size=POOL_SIZE),
        asyncpg.create_pool(  # type: ignore[no-untyped-call]
            **db.credentials(found.url), min_size=POOL_SIZE, max_size=POOL_SIZE
        ) as pool,
    ):
        measurement = _Measurement(setting, found, members=members, pool=pool, pgbench=pgbench)
        await measurement.run(rounds, seconds)
    return measurement.told()


async def _lay_members(found: Database, members: int) -> None:
    async with db.session(found.url) as session:
        await session.execute(ledger_peers.TABLES)
        for statement in (
            "INSERT INTO account (id) SELECT * FROM generate_series(1, $1::bigint)",
            "INSERT INTO customer (id, created_at)"
            " SELECT number, now() FROM generate_series(1, $1::bigint) AS all_of (number)",
            "INSERT INTO member (id, joined_at, joined_through)"
            " SELECT number, now(), 'benchmark' FROM generate_series(1, $1::bigint)"
            " AS all_of (number)",
        ):
            await session.execute(statement, members, timeout=600)
        await session.execute("VACUUM ANALYZE account, customer, member", timeout=600)


class _Measurement:
    """One run over all variants."""

    def __init__(
        self,
        setting: Setting,
        found: Database,
        *,
        members: int,
        pool: asyncpg.Pool,
        pgbench: Pgbench,
    ) -> None:
        self._tell = setting.tell
        self._postmaster = found.postmaster
        self._members = members
        self._saved_from = members - members // 10 + 1  # the ORM has members of its own
        self._ours = OurLedger(self._saved_from - 1)
        self._pool = pool
        self._pgbench = pgbench
        self._dice = random.Random(5)
        self._paces: dict[str, list[Pace]] = {}

    async def run(self, rounds: int, seconds: float) -> None:
        """Let every variant write for ``seconds`` in every round; then count what stands."""
        variants = self._variants()
        for variant in variants.values():  # pools, statements and caches are filled
            await variant(min(seconds, 1.0))
        for number in range(rounds):
            self._tell(f"ledger: round {number + 1} of {rounds}")
            for name in self._dice.sample(list(variants), len(variants)):
                self._paces.setdefault(name, []).append(await variants[name](seconds))
        await self._ours.verify()

    def _variants(self) -> dict[str, Variant]:
        ours, pgbench, calling = self._ours, self._pgbench, self._calling
        return {
            FIRST: lambda seconds: calling(ours.earn, seconds),
            REPLAY: lambda seconds: calling(ours.replay(), seconds),
            BULK: lambda seconds: calling(lambda: ours.earn_many(BULK_ROWS), seconds, callers=4),
            POOL: lambda seconds: calling(self._credit, seconds),
            ORM: lambda seconds: calling(self._save_rows, seconds),
            ONE: lambda seconds: pgbench.run(1, clients=8, seconds=seconds),
            HUNDRED: lambda seconds: pgbench.run(100, clients=4, seconds=seconds),
            THOUSAND: lambda seconds: pgbench.run(BULK_ROWS, clients=4, seconds=seconds),
        }

    async def _calling(
        self, act: Callable[[], Awaitable[int]], seconds: float, *, callers: int = CALLERS
    ) -> Pace:
        return await keep_calling(
            act, callers=callers, seconds=seconds, postmaster=self._postmaster
        )

    async def _credit(self) -> int:
        return await ledger_peers.credit(self._pool, self._dice, members=self._members)

    async def _save_rows(self) -> int:
        return await ledger_peers.save_rows(
            self._dice, first=self._saved_from, last=self._members, at=now()
        )

    def told(self) -> Comparison:
        """Return the comparison."""
        beside = {name: _figures(told) for name, told in self._paces.items()}
        return Comparison("ledger", _rows(self._paces), beside, self._remarks())

    def _remarks(self) -> list[str]:
        remarks = [
            f"{self._members:,} members; ours writes entry, lot and totals of a member, chained;"
            " the others a posting and a balance, the ORM what ours does, unchained.",
            "All variants have the whole machine; CPU is user + system time a row.",
        ]
        if self._pgbench.program is None:
            remarks.append("There is no pgbench here: its rows are asyncpg in a loop, not pgbench.")
        return remarks


def _rows(paces: dict[str, list[Pace]]) -> list[Row]:
    rates = {name: [one.per_second for one in told] for name, told in paces.items()}
    first, unit = rates[FIRST], "credits/s"
    p99s = [one.p99_ms for one in paces[FIRST]]
    bulk, bulk_goal = f"{BULK}, beside {THOUSAND}", Goal("at_least", 0.7)
    replay = "known keys, beside first credits"
    return [
        against(f"beside {POOL}", unit, first, rates[POOL], goal=Goal("at_least", 8)),
        against(f"beside {HUNDRED}", unit, first, rates[HUNDRED], goal=Goal("at_least", 0.35)),
        against(f"beside {ONE}", unit, first, rates[ONE]),
        against(f"beside {ORM}", unit, first, rates[ORM]),
        alone("p99 at 256 callers", "ms", p99s, goal=Goal("at_most", 150, "ms")),
        against(bulk, unit, rates[BULK], rates[THOUSAND], goal=bulk_goal),
        against(replay, unit, rates[REPLAY], first, goal=Goal("at_least", 3)),
    ]


def _figures(paces: list[Pace]) -> dict[str, float]:
    figures = {
        "rows/s": spread([one.per_second for one in paces]).median,
        "best rows/s": max(one.per_second for one in paces),
        "caller us": spread([one.caller_us for one in paces]).median,
        "PostgreSQL us": spread([one.database_us for one in paces]).median,
    }
    if any(one.p50_ms for one in paces):
        figures["p50 ms"] = spread([one.p50_ms for one in paces]).median
        figures["p99 ms"] = spread([one.p99_ms for one in paces]).median
    return figures
