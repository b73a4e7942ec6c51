"""Checkout: quotes and redemptions over HTTP, mixed as they come before a holiday.

500 quotes and 200 redemptions a second is the goal, with server, database and load on the same two
cores; each is timed from the moment it was due. Beside it: the most of the same mix that one
server sustains, and what a request of each kind takes of the server's and the database's time.
"""

import asyncio
from collections.abc import Mapping, Sequence

from benchmarks import brand, processes, servers, shopping, steady
from benchmarks.measuring import BenchmarkFailed, cpu_seconds, quantile
from benchmarks.processes import Server
from benchmarks.reporting import Comparison, Goal, Row, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from benchmarks.steady import Kind
from loyalty.sealing import new_master_key
from models import db

QUOTES, REDEMPTIONS = 500, 200  # a second
GOAL_MS = 20
P95 = Goal("at_most", GOAL_MS, "ms")
ONE_KIND_RATE = 100
STEP = 50
CARTS: tuple[Sequence[tuple[str, int]], ...] = (
    (("C-100", 2), ("B-330", 1)),
    (("B-331", 1),),
    (("M-020", 1), ("C-100", 3), ("B-331", 2)),
)


def compare(setting: Setting) -> Comparison:
    """Ask one server for quotes and redemptions at once, and tell the p95 of each.

    Raises:
        BenchmarkFailed: an answer was wrong, or what was redeemed does not stand.
    """
    setting.tell("checkout: laying shoppers")
    master_key = new_master_key()
    with servers.database(setting.reached, cores=setting.cores.all) as found:
        tokens = asyncio.run(shopping.lay(found, brand.new_account(), master_key))
        with processes.watched(found, master_key) as server:
            kinds = _kinds(tokens)
            rows = _costs(setting, found, server, [*kinds, _least(tokens)])
            rows += _at_goal(setting, server, kinds)
            rows.append(_most(setting, server, kinds))
        asyncio.run(_count(found))
    return Comparison("checkout", rows, {}, [f"{QUOTES}:{REDEMPTIONS} quotes to redemptions"])


def _kinds(tokens: Sequence[str]) -> list[Kind]:
    share = QUOTES // len(CARTS)
    quotes = [
        Kind(
            f"quote {place}",
            "POST",
            "/quotes",
            share,
            tokens,
            {"lines": [{"sku": sku, "quantity": quantity} for sku, quantity in cart]},
        )
        for place, cart in enumerate(CARTS, 1)
    ]
    wish = {"reward": "cup"}
    redeem = Kind("redemption", "PUT", "/me/redemptions/{uuid}", REDEMPTIONS, tokens, wish)
    return [*quotes, redeem]


def _least(tokens: Sequence[str]) -> Kind:
    """Return what asks for next to nothing: what any request costs, with its session."""
    return Kind("GET /message-templates", "GET", "/message-templates", 1, tokens)


def _costs(setting: Setting, found: Database, server: Server, kinds: Sequence[Kind]) -> list[Row]:
    """Return the processor time of one request of each kind, the server's and the database's."""
    seconds = 1.0 if setting.is_short else 10.0
    rows = []
    for kind in kinds:
        steady.ask(server.port, [kind], rate=ONE_KIND_RATE, seconds=1.0)
        ours, theirs = cpu_seconds(server.pid), _database_seconds(found)
        asked = len(steady.ask(server.port, [kind], rate=ONE_KIND_RATE, seconds=seconds)[kind.name])
        each = 1e6 / asked
        rows += [
            alone(f"{kind.name}, server", "us", [(cpu_seconds(server.pid) - ours) * each]),
            alone(f"{kind.name}, database", "us", [(_database_seconds(found) - theirs) * each]),
        ]
    return rows


def _database_seconds(found: Database) -> float:
    return cpu_seconds(found.postmaster) if found.postmaster else 0.0


def _at_goal(setting: Setting, server: Server, kinds: Sequence[Kind]) -> list[Row]:
    rate = QUOTES + REDEMPTIONS
    setting.tell(f"checkout: {rate} requests a second")
    rounds = [
        steady.ask(server.port, kinds, rate=rate, seconds=1.0 if setting.is_short else 15.0)
        for _ in range(1 if setting.is_short else 3)
    ]
    rows = []
    for name, of_kind in (("quotes", "quote"), ("redemptions", "redemption")):
        took = [_took(one, of_kind) for one in rounds]
        rows += [
            alone(f"{name}, p95", "ms", [quantile(one, 0.95) for one in took], goal=P95),
            alone(f"{name}, p50", "ms", [quantile(one, 0.5) for one in took]),
        ]
    return rows


def _took(told: Mapping[str, list[float]], of_kind: str) -> list[float]:
    return [one for name, took in told.items() if name.startswith(of_kind) for one in took]


def _most(setting: Setting, server: Server, kinds: Sequence[Kind]) -> Row:
    """Return the highest rate of the mix at which both keep the goal, step by step from below."""
    kept = 0
    rate = STEP
    while rate <= (STEP if setting.is_short else 4 * (QUOTES + REDEMPTIONS)):
        told = steady.ask(server.port, kinds, rate=rate, seconds=1.0 if setting.is_short else 8.0)
        worst = max(quantile(_took(told, kind), 0.95) for kind in ("quote", "redemption"))
        setting.tell(f"checkout: {rate} a second, p95 {worst:.1f} ms")
        if worst > GOAL_MS:
            break
        kept = rate
        rate += STEP
    goal = Goal("at_least", QUOTES + REDEMPTIONS, "requests/s")
    return alone(f"most with p95 under {GOAL_MS} ms", "requests/s", [kept], goal=goal)


async def _count(found: Database) -> None:
    """Compare what was redeemed with what was spent for it."""
    async with db.session(found.url) as session:
        different = await session.fetchval(
            "SELECT (SELECT count(*) FROM redemption)"
            " - (SELECT count(*) FROM entry WHERE kind = 'spend')"
        )
    if different:
        raise BenchmarkFailed(f"{different} redemptions were not paid")
