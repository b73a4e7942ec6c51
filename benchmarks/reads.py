"""Reads: what the mini-program shows, with a million members and ten million entries.

Asked by members like most, and by those who have thousands of movements and coupons: what is shown
of a page may not cost what her whole history is long. The database lies on disk and warm in
memory as far as it fits; server, database and load share the cores.
"""

import asyncio
from collections.abc import Mapping, Sequence

from redis.asyncio import Redis

from benchmarks import laying, processes, servers, steady
from benchmarks.copying import HEAVY_EVERY
from benchmarks.laying import Crowd
from benchmarks.measuring import BenchmarkFailed, quantile
from benchmarks.reporting import Comparison, Goal, Row, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from benchmarks.steady import Kind
from jobs.deriving import shown_seasons
from loyalty.sealing import new_master_key
from models import db
from web import boards
from web.context import now

MEMBERS, SHORT_MEMBERS = 1_000_000, 3_000
ASKING = 2_000  # of the many; and all that there are, up to so many, of the others
RATE = 200
P95 = Goal("at_most", 10, "ms")
PATHS = (
    "/me",
    "/me/ledger",
    "/me/coupons",
    "/rewards",
    "/me/redemptions",
    "/me/code",
    "/me/tiers",
    "/me/purchases",
    "/me/orders",
    "/me/gifts",
    "/me/cart",
    "/me/profile",
    "/me/consents",
    "/coupon-batches",
    "/challenges",
    "/leaderboards/week",
    "/ladders",
    "/communities",
    "/products",
    "/products/C-100/reviews",
    "/message-templates",
    "/brand",
)


def compare(setting: Setting) -> Comparison:
    """Lay members, and tell the p95 of each read, by few and by many movements.

    Raises:
        BenchmarkFailed: the ledger that was laid does not add up, or an answer was wrong.
    """
    members = SHORT_MEMBERS if setting.is_short else MEMBERS
    setting.tell(f"reads: laying {members:,} members")
    master_key = new_master_key()
    with servers.database(setting.reached, cores=setting.cores.all) as found:
        cores = len(setting.cores.all)
        at = now()
        crowd = asyncio.run(laying.lay(found, master_key, members=members, processes=cores, at=at))
        tokens = asyncio.run(_ready(found, crowd, master_key))
        asyncio.run(_show_boards(found))
        with processes.serving(found, master_key) as port:
            rounds = [_round(setting, port, tokens) for _ in range(1 if setting.is_short else 3)]
    return Comparison("reads", _rows(rounds), {}, [f"{members:,} members"])


async def _ready(found: Database, crowd: Crowd, master_key: str) -> Mapping[str, list[str]]:
    """Prove what was laid, and sign in those who will ask: (few movements, many)."""
    step = max(2, crowd.members // ASKING)
    few = [number for number in range(1, crowd.members, step) if number % HEAVY_EVERY]
    many = list(range(0, crowd.members, HEAVY_EVERY))[:ASKING]
    async with db.opened(found.url, pool_size=2):
        if wrong := await laying.verify(crowd, [*few[:1000], *many[:20]]):
            raise BenchmarkFailed(f"the ledger does not add up: {wrong[0]}")
        return {
            "few": await laying.open_sessions(crowd, few, master_key, at=now()),
            "many": await laying.open_sessions(crowd, many, master_key, at=now()),
        }


async def _show_boards(found: Database) -> None:
    """Lay the copies of the boards, as a worker has always done before anybody asks."""
    async with (
        db.opened(found.url, pool_size=2),
        Redis.from_url(found.addresses.redis_url) as redis,
    ):
        for (board, _), season in (await shown_seasons(now())).items():
            await boards.lay(redis, board, season)


def _kinds(tokens: Mapping[str, Sequence[str]]) -> list[Kind]:
    return [
        Kind(f"GET {path}, {who}", "GET", path, 4 if who == "few" else 1, tokens[who])
        for who in tokens
        for path in PATHS
    ]


def _round(setting: Setting, port: int, tokens: Mapping[str, list[str]]) -> dict[str, list[float]]:
    kinds = _kinds(tokens)
    steady.ask(port, kinds, rate=RATE, seconds=1.0 if setting.is_short else 10.0)
    setting.tell(f"reads: {RATE} requests a second")
    return steady.ask(port, kinds, rate=RATE, seconds=2.0 if setting.is_short else 30.0)


def _rows(rounds: Sequence[Mapping[str, list[float]]]) -> list[Row]:
    rows = []
    for name in rounds[0]:
        rows.append(
            alone(f"{name}, p95", "ms", [quantile(one[name], 0.95) for one in rounds], goal=P95)
        )
        rows.append(alone(f"{name}, p50", "ms", [quantile(one[name], 0.5) for one in rounds]))
    return rows
