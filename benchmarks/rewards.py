"""Scarce rewards: 256 callers for one hot reward, beside transactions that wait for its one row.

All share one PostgreSQL with fsync on and the whole machine; variants take turns in every round.
In the end 256 callers take a reward until nothing is left of it, and all is counted.
"""

import random
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from benchmarks import rewards_ours, servers
from benchmarks.ledger_peers import TABLES, Pgbench
from benchmarks.measuring import BenchmarkFailed, spread
from benchmarks.pace import Pace, keep_calling
from benchmarks.reporting import Comparison, Goal, Row, against, alone
from benchmarks.rewards_ours import OurRewards
from benchmarks.servers import Database
from benchmarks.setting import Setting
from models import db

CALLERS = 256
CLIENTS = 32
LAST_PIECES = 1_000
OURS = "jifen, 256 callers"
ALONE = "jifen, one a transaction, 32 callers"
HOT_ROW = "pgbench, stock first, 32 clients"
LATE_ROW = "pgbench, stock last, 32 clients"

TABLES_OF_PEERS = f"""
{TABLES}
CREATE TABLE hot_stock (id bigint PRIMARY KEY, taken bigint NOT NULL);
INSERT INTO hot_stock VALUES (1, 0);
"""
_TAKE = "UPDATE hot_stock SET taken = taken + 1 WHERE id = 1 AND taken < 1000000000;"
# Each client has members of its own, so that the stock is all that they wait for.
_DEBIT = """
WITH wanted AS (
    SELECT 1 + :client_id::bigint + :clients::bigint
             * floor(random() * (:members::bigint / :clients::bigint))::bigint AS member_id
), debited AS (
    UPDATE account SET balance = balance - 10 FROM wanted
    WHERE account.id = wanted.member_id AND balance >= 10 RETURNING id
)
INSERT INTO posting (key, member_id, points) SELECT gen_random_uuid()::text, id, 10 FROM debited;
"""
STOCK_FIRST = f"BEGIN; {_TAKE} {_DEBIT} END;"
STOCK_LAST = f"BEGIN; {_DEBIT} {_TAKE} END;"

Variant = Callable[[float], Awaitable[Pace]]


def compare(setting: Setting) -> Comparison:
    """Measure, in turns, our redemptions and transactions on one hot row.

    Raises:
        BenchmarkFailed: a redemption was lost or doubled, a stock overshot or not used up.
    """
    members = 1_000 if setting.is_short else 20_000
    with (
        tempfile.TemporaryDirectory() as folder,
        servers.database(setting.reached, cores=setting.cores.all) as found,
    ):
        setting.tell(f"rewards: laying {members:,} members with points")
        return uvloop.run(_compare(setting, found, Path(folder), members=members))


async def _compare(setting: Setting, found: Database, folder: Path, *, members: int) -> Comparison:
    rounds, seconds = (2, 1.0) if setting.is_short else (7, 3.0)
    await lay_peers(found.url, members=members)
    async with db.opened(found.url, pool_size=CLIENTS):
        ours = await rewards_ours.laid(members)
        variants = _variants(found, folder, ours, members=members)
        paces: dict[str, list[Pace]] = {name: [] for name in variants}
        dice = random.Random(5)
        for variant in variants.values():  # pools, statements and caches are filled
            await variant(min(seconds, 2.0))
        for number in range(rounds):
            setting.tell(f"rewards: round {number + 1} of {rounds}")
            for name in dice.sample(list(variants), len(variants)):
                paces[name].append(await variants[name](seconds))
        await ours.sell_out(LAST_PIECES, callers=CALLERS)
        await ours.verify()
        await verify_peers(at_least=paces[HOT_ROW][0].rows)
    return Comparison("rewards", _rows(paces), _beside(paces), _remarks(members))


async def lay_peers(url: str, *, members: int) -> None:
    """Lay the peers' tables: accounts that never run dry, and one stock."""
    async with db.session(url) as session:
        await session.execute(TABLES_OF_PEERS)
        await session.execute(
            "INSERT INTO account (id, balance) SELECT id, 1000000000000"
            " FROM generate_series(1, $1::bigint) AS all_of (id)",
            members,
        )
        await session.execute("VACUUM ANALYZE account")


def _variants(
    found: Database, folder: Path, ours: OurRewards, *, members: int
) -> dict[str, Variant]:
    def calling(act: Callable[[], Awaitable[int]], callers: int) -> Variant:
        return lambda seconds: keep_calling(
            act, callers=callers, seconds=seconds, postmaster=found.postmaster
        )

    first, last = (
        Pgbench(found.url, folder, members=members, postmaster=found.postmaster, statements=one)
        for one in (STOCK_FIRST, STOCK_LAST)
    )
    return {
        OURS: calling(ours.redeem, CALLERS),
        ALONE: calling(ours.redeem_alone, CLIENTS),
        HOT_ROW: lambda seconds: first.run(1, clients=CLIENTS, seconds=seconds),
        LATE_ROW: lambda seconds: last.run(1, clients=CLIENTS, seconds=seconds),
    }


async def verify_peers(*, at_least: int) -> None:
    """Require that the peers took as much as they debited.

    Raises:
        BenchmarkFailed: they did not, or less than they say.
    """
    (row,) = await db.fetch(
        "SELECT taken, (SELECT count(*) FROM posting) AS postings FROM hot_stock"
    )
    if row["taken"] != row["postings"] or row["taken"] < at_least:
        raise BenchmarkFailed(f"the peer took {row['taken']} and debited {row['postings']}")


def _rows(paces: dict[str, list[Pace]]) -> list[Row]:
    rates = {name: [one.per_second for one in told] for name, told in paces.items()}
    unit = "redemptions/s"
    return [
        against(f"beside {HOT_ROW}", unit, rates[OURS], rates[HOT_ROW], goal=Goal("at_least", 4)),
        against(f"beside {LATE_ROW}", unit, rates[OURS], rates[LATE_ROW]),
        against(f"beside {ALONE}", unit, rates[OURS], rates[ALONE]),
        alone("p99 at 256 callers", "ms", [one.p99_ms for one in paces[OURS]]),
    ]


def _beside(paces: dict[str, list[Pace]]) -> dict[str, dict[str, float]]:
    return {
        name: {
            "redemptions/s": spread([one.per_second for one in told]).median,
            "caller us": spread([one.caller_us for one in told]).median,
            "PostgreSQL us": spread([one.database_us for one in told]).median,
            "p50 ms": spread([one.p50_ms for one in told]).median,
            "p99 ms": spread([one.p99_ms for one in told]).median,
        }
        for name, told in paces.items()
    }


def _remarks(members: int) -> list[str]:
    return [
        f"{members:,} members. Ours checks limits and writes redemption, entry, draw, lot and"
        " totals, chained; the peer a posting, a balance and the stock.",
        f"The last {LAST_PIECES:,} pieces went to as many of {CALLERS} callers, none too many.",
        "CPU is user + system time a redemption.",
    ]
