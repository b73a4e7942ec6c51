"""Boards: pages of a million members beside `leaderboard`; what keeping and ending them costs.

The peer asks the same Valkey from its own process. Ours answers a page and the lines around a
member in one call; the peer is asked for each. What both read is compared with the scores.
"""

import asyncio
import json
import random
import subprocess
from collections.abc import Awaitable, Callable
from time import perf_counter

import uvloop
from redis.asyncio import Redis

from benchmarks import boards_ours, servers, stores
from benchmarks.boards_ours import Laid
from benchmarks.measuring import BenchmarkFailed
from benchmarks.pace import keep_calling
from benchmarks.peers.laying import Ranking, lay_ranking
from benchmarks.reporting import Comparison, Goal, Row, against, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from models import db
from web import boards

MEMBERS, SHORT_MEMBERS = 1_000_000, 5_000
WINNERS, SHORT_WINNERS = 10_000, 300
ORDERS, SHORT_ORDERS = 10_000, 500
PAGE, EACH_SIDE = 25, 12
COMPARED = 2_000  # members whose ranks are looked up in the copy and in PostgreSQL

Figures = dict[str, list[float]]


def compare(setting: Setting) -> Comparison:
    """Measure pages, memory, laying anew, freezing, paying, and the part of scores in an order.

    Raises:
        BenchmarkFailed: a page was wrong, a prize lost or given twice, or ranks differ.
    """
    peer = lay_ranking()
    took: Figures = {}
    beside: dict[str, dict[str, float]] = {}
    with servers.database(setting.reached, cores=setting.cores.all) as found:
        uvloop.run(_boards(setting, found, peer, took, beside))
    with (
        servers.database(setting.reached, cores=setting.cores.all) as bare,
        servers.database(setting.reached, cores=setting.cores.all) as full,
    ):
        uvloop.run(_orders(setting, bare, full, took))
    for number in range(1 if setting.is_short else 5):
        setting.tell(f"boards: orders of a store, round {number + 1}")
        for name, has_boards in (("store", True), ("store, bare", False)):
            told = stores.SHORT_ORDERS if setting.is_short else stores.ORDERS
            found_rate = stores.rate(setting, told, workers=1, has_boards=has_boards)
            took.setdefault(name, []).append(found_rate)
    members = SHORT_MEMBERS if setting.is_short else MEMBERS
    winners = SHORT_WINNERS if setting.is_short else WINNERS
    remarks = [
        f"{members:,} members; a page is {PAGE} lines. One caller, one connection, each side.",
        "Freezing and paying: killed half-way, then done by two at once; the time is of all of it.",
        "A store's orders are told over HTTP to one worker. The last line is processor time of"
        " PostgreSQL and ours, all members derived.",
    ]
    return Comparison("boards", _rows(took, winners=winners), beside, remarks)


async def _boards(
    setting: Setting,
    found: Database,
    peer: Ranking,
    took: Figures,
    beside: dict[str, dict[str, float]],
) -> None:
    members = SHORT_MEMBERS if setting.is_short else MEMBERS
    winners = SHORT_WINNERS if setting.is_short else WINNERS
    setting.tell(f"boards: laying {members:,} members")
    async with (
        db.opened(found.url, pool_size=4),
        Redis.from_url(found.addresses.redis_url) as redis,
    ):
        laid = await boards_ours.lay(members, winners=winners)
        await _kept(redis, laid, took)
        await boards_ours.compare_ranks(redis, laid, min(COMPARED, members))
        asked = _Peer(peer, found.addresses.redis_url, members)
        beside["memory"] = {"peer, bytes a member": (await asked.ask("lay"))["bytes"]}
        await _pages(setting, redis, laid, asked, took)
        setting.tell(f"boards: freezing {members:,} lines and paying {winners:,} prizes")
        began = perf_counter()
        await boards_ours.freeze(laid)
        frozen = perf_counter()
        await boards_ours.pay(laid)
        took["freeze"] = [frozen - began]
        took["pay"] = [perf_counter() - frozen]
        took["end"] = [perf_counter() - began]
        await boards_ours.verify_paid(laid)


async def _kept(redis: Redis, laid: Laid, took: Figures) -> None:
    """Lay the copy anew as after it was lost, and tell what it holds."""
    before = (await redis.info("memory"))["used_memory"]
    lines = await boards.lay(redis, laid.slot, laid.season)
    took["bytes"] = [((await redis.info("memory"))["used_memory"] - before) / lines]
    await redis.delete(*[key async for key in redis.scan_iter(f"*{laid.slot}*")])
    began = perf_counter()
    await boards.lay(redis, laid.slot, laid.season)
    took["laying"] = [lines / (perf_counter() - began)]


class _Peer:
    """The peer's program."""

    def __init__(self, ranking: Ranking, redis_url: str, members: int) -> None:
        self._told = [ranking.python, ranking.script, redis_url]
        self._members = members

    async def ask(self, what: str, seconds: float = 0) -> dict[str, float]:
        """Run it once.

        Raises:
            BenchmarkFailed: it does not run, or what it read is wrong.
        """
        command = [*self._told, what, str(self._members), str(seconds)]
        told = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, timeout=600, check=False
        )
        if told.returncode:
            raise BenchmarkFailed(f"leaderboard: {told.stderr.decode()[-500:]}")
        found: dict[str, float] = json.loads(told.stdout)
        return found


async def _pages(setting: Setting, redis: Redis, laid: Laid, peer: _Peer, took: Figures) -> None:
    dice = random.Random(5)

    async def ours() -> int:
        place = dice.randrange(laid.members)
        top, around = await boards.top_and_hers(
            redis,
            laid.slot,
            laid.season,
            laid.first + place,
            limit=PAGE,
            each_side=EACH_SIDE,
        )
        if top[0].rank != 1 or not any(
            one.member_id == laid.first + place and one.rank == laid.rank_of(place)
            for one in around
        ):
            raise BenchmarkFailed(f"the page of member {place} is wrong")
        return 1

    async def measured(seconds: float) -> None:
        pace = await keep_calling(ours, callers=1, seconds=seconds, postmaster=None)
        took.setdefault("ours", []).append(pace.per_second)

    async def peers(seconds: float) -> None:
        told = await peer.ask("ask", seconds)
        for name in ("leaders", "around_me"):
            took.setdefault(name, []).append(told[name])

    rounds, seconds = (1, 0.5) if setting.is_short else (7, 3.0)
    turns: list[Callable[[float], Awaitable[None]]] = [measured, peers]
    for number in range(rounds):
        setting.tell(f"boards: round {number + 1} of {rounds}")
        for turn in dice.sample(turns, len(turns)):
            await turn(seconds)


async def _orders(setting: Setting, bare: Database, full: Database, took: Figures) -> None:
    """Tell orders to a brand without boards and to one with them, in turns."""
    orders = SHORT_ORDERS if setting.is_short else ORDERS
    rounds = 1 if setting.is_short else 5
    for found in (bare, full):
        async with db.opened(found.url, pool_size=4):
            await boards_ours.lay_shop(has_boards=found is full)
    for number in range(rounds + 1):
        setting.tell(f"boards: orders, round {number} of {rounds}")
        for name, found in (("bare", bare), ("full", full)):
            async with (
                db.opened(found.url, pool_size=4),
                Redis.from_url(found.addresses.redis_url) as redis,
            ):
                spent = await boards_ours.tell_orders(
                    redis, orders, number=number, postmaster=found.postmaster
                )
            if number:  # the first warms all up
                took.setdefault(name, []).append(spent)


def _rows(took: Figures, *, winners: int) -> list[Row]:
    pages, around = took["leaders"], took["around_me"]
    both = [1 / (1 / page + 1 / lines) for page, lines in zip(pages, around, strict=True)]
    what, unit = "page and lines around her", "a second"
    return [
        against(
            f"{what}, beside leaders() and around_me()",
            unit,
            took["ours"],
            both,
            goal=Goal("at_least", 5),
        ),
        against(f"{what}, beside leaders() alone", unit, took["ours"], pages),
        against(f"{what}, beside around_me() alone", unit, took["ours"], around),
        alone("memory", "bytes a member", took["bytes"], goal=Goal("at_most", 100, "B")),
        alone("laid anew", "members a second", took["laying"]),
        alone("frozen", "s", took["freeze"]),
        alone(f"{winners:,} prizes approved and paid", "s", took["pay"]),
        alone("frozen and paid", "s", took["end"], goal=Goal("at_most", 20, "s")),
        against(
            "orders of a store to their points, with boards, beside without",
            "orders/s",
            took["store"],
            took["store, bare"],
            goal=Goal("at_least", 0.9),
        ),
        against(
            "all of an order until its scores are shown, with two boards, beside without",
            "us",
            took["full"],
            took["bare"],
        ),
    ]
