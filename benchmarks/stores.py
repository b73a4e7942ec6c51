"""Stores: signed orders over HTTP to points, through one web process and some workers.

Verify, store, take up, record, move points: the time is from the first call until the last order
has its points, once first calls have shown that the workers are there and warm. The load comes
from a process of its own; all share the machine's cores.
"""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Sequence
from contextlib import ExitStack
from time import perf_counter
from uuid import uuid4

import aiohttp
import msgspec

from benchmarks import brand, processes, servers
from benchmarks.measuring import BenchmarkFailed
from benchmarks.reporting import Comparison, Goal, Row, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from loyalty import connections
from loyalty.connections import OwnStoreSettings
from loyalty.sealing import Sealer, new_master_key
from models import db
from web.context import now

CODE, SECRET = "benchmark", "a secret of the benchmark"
ORDERS, SHORT_ORDERS = 20_000, 1_000
FIRST_ORDERS = 2_000  # so that each connection has learnt the types of the ledger's rows
A_CALL = 100
AT_ONCE = 8
BUYERS = 5_000
LOOK_SECONDS = 0.1
MOST_SECONDS = 300.0
WORKERS = (1, 2)
# To count all that have points reads them all: asked once nothing waits any more.
_WAITING = "SELECT EXISTS (SELECT FROM inbound_event WHERE worked_at IS NULL)"
_WITH_POINTS = "SELECT count(*) FROM purchase WHERE points_earned > 0"
LINES = (("M-020", 20_000), ("C-100", 5_050))


def compare(setting: Setting) -> Comparison:
    """Let a store tell its orders, and tell how many a second came to their points.

    Raises:
        BenchmarkFailed: a call was refused, or an order has no points.
    """
    orders = SHORT_ORDERS if setting.is_short else ORDERS
    rounds = 1 if setting.is_short else 3
    rates: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    for number in range(rounds):
        for workers in WORKERS:
            setting.tell(f"stores: round {number + 1}, {orders:,} orders, {workers} workers")
            rates[workers].append(rate(setting, orders, workers=workers))
    return Comparison("stores", _rows(rates), {}, [f"{A_CALL} orders of 2 lines a call"])


def rate(setting: Setting, orders: int, *, workers: int, has_boards: bool = True) -> float:
    """Let a store tell so many orders, and return how many a second came to their points.

    Raises:
        BenchmarkFailed: a call was refused, or an order has no points.
    """
    master_key = new_master_key()
    with servers.database(setting.reached, cores=setting.cores.all) as found, ExitStack() as ending:
        asyncio.run(lay(found, master_key))
        if not has_boards:
            asyncio.run(_take_boards_down(found))
        port = ending.enter_context(processes.serving(found, master_key))
        for _ in range(workers):
            ending.enter_context(processes.working(found, master_key))
        first = min(FIRST_ORDERS, orders)
        asyncio.run(told_and_worked(found, port, bodies(first, named="first"), first))
        told = bodies(orders, named="B")
        return orders / asyncio.run(told_and_worked(found, port, told, first + orders))


async def lay(found: Database, master_key: str) -> None:
    """Lay the demo's brand with one store that signs what it tells."""
    await brand.lay_rules(found, brand.new_account(), master_key)
    async with db.opened(found.url, pool_size=1):
        settings = OwnStoreSettings(CODE, SECRET)
        await connections.save(settings, name="Benchmark", sealer=Sealer(master_key), at=now())


async def _take_boards_down(found: Database) -> None:
    async with db.session(found.url) as session:
        await session.execute("DELETE FROM rule_version WHERE slot LIKE 'board:%'")


def bodies(orders: int, *, named: str) -> list[bytes]:
    """Return what a store tells of so many orders, a call each ``A_CALL`` of them."""
    at = now().isoformat()
    told = [_order(f"{named}-{number}", number, at) for number in range(orders)]
    calls = [told[place : place + A_CALL] for place in range(0, orders, A_CALL)]
    return [msgspec.json.encode({"orders": call}) for call in calls]


def _order(name: str, number: int, at: str) -> dict[str, object]:
    total = sum(fen for _, fen in LINES)
    return {
        "number": name,
        "state": "completed",
        "ordered_at": at,
        "paid_at": at,
        "completed_at": at,
        "updated_at": at,
        "goods_fen": total,
        "paid_fen": total,
        "lines": [
            {
                "key": str(place),
                "sku": sku,
                "title": "咖啡",
                "quantity": 1,
                "goods_fen": fen,
                "paid_fen": fen,
            }
            for place, (sku, fen) in enumerate(LINES)
        ],
        "buyer": {"customer_key": f"C-{number % BUYERS}"},
    }


async def told_and_worked(found: Database, port: int, calls: Sequence[bytes], orders: int) -> float:
    """Send all calls and wait until so many orders have points; return the seconds."""
    waiting = iter(calls)
    async with (
        db.session(found.url) as session,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http,
    ):
        began_at = perf_counter()

        async def send() -> None:
            for body in waiting:
                await tell(http, body)

        await asyncio.gather(*(send() for _ in range(AT_ONCE)))
        while await session.fetchval(_WAITING) or await session.fetchval(_WITH_POINTS) < orders:
            if perf_counter() - began_at > MOST_SECONDS:
                raise BenchmarkFailed("the orders have no points yet")
            await asyncio.sleep(LOOK_SECONDS)
        return perf_counter() - began_at


async def tell(http: aiohttp.ClientSession, body: bytes) -> None:
    """Make a signed call of the store.

    Raises:
        BenchmarkFailed: it was refused.
    """
    timestamp, nonce = str(int(time.time())), uuid4().hex
    signed = f"{timestamp}\n{nonce}\n".encode() + body
    headers = {
        "Content-Type": "application/json",
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest(),
    }
    async with http.post(f"/ingest/{CODE}/orders", data=body, headers=headers) as answer:
        if answer.status != 202:
            raise BenchmarkFailed(f"{answer.status} {await answer.text()}")


def _rows(rates: dict[int, list[float]]) -> list[Row]:
    goal = Goal("at_least", 3_000, "orders/s")
    return [
        alone(
            f"{workers} worker{'s' if workers > 1 else ''}",
            "orders/s",
            found,
            goal=goal if workers == 1 else None,
        )
        for workers, found in rates.items()
    ]
