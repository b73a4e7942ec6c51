"""Callbacks: the sealed text 积分 in, a sealed reply out, beside what others use for it.

Every server is kept on one core, takes its turn in every round, and gets requests of the same
kind over 32 connections. Ours does what none of the others does: it stores each event in
PostgreSQL, refuses what is old or was used before, and answers a retry with the first reply.
"""

import asyncio
import random
from contextlib import ExitStack

from msgspec import Struct

from benchmarks import brand, fleet, load, servers
from benchmarks.brand import FOLLOWERS
from benchmarks.fleet import FLASK, FLOOR, KOA, OURS, WEROBOT, Server
from benchmarks.load import Job, Load, Told
from benchmarks.measuring import BenchmarkFailed, cpu_seconds, spread
from benchmarks.messages import CallbackAccount
from benchmarks.peers.laying import lay
from benchmarks.reporting import Comparison, Goal, Row, against, alone
from benchmarks.servers import Database
from benchmarks.setting import Setting
from models import db

GOALS = {
    WEROBOT: Goal("at_most", 0.333),
    FLASK: Goal("at_most", 0.25),
    KOA: Goal("at_most", 0.667),
    FLOOR: Goal("at_most", 2.5),
}
CONNECTIONS = 32
DAWDLERS = 500
PART_OF_PACE = 0.7
PART_HELD_OPEN = 0.9


class Slice(Struct, frozen=True):
    """What one server did in one round; microseconds a request of processor time."""

    told: Told
    server_us: float
    database_us: float
    load_us: float


def compare(setting: Setting) -> Comparison:
    """Measure, in turns, all servers on one core.

    Raises:
        BenchmarkFailed: a peer cannot be had, or a server answered wrongly.
    """
    setting.tell(f"callbacks: laying peers, database and {FOLLOWERS:,} followers")
    peers, account, cores = lay(), brand.new_account(), setting.cores
    with ExitStack() as ending:
        found = ending.enter_context(servers.database(setting.reached, cores={cores.other}))
        started = ending.enter_context(fleet.started(peers, account, found, cores=cores))
        generator = ending.enter_context(load.started(cores.other))
        return _Measurement(setting, generator, account, found=found, fleet=started).run()


class _Measurement:
    """One run over all servers."""

    def __init__(
        self,
        setting: Setting,
        generator: Load,
        account: CallbackAccount,
        *,
        found: Database,
        fleet: list[Server],
    ) -> None:
        self._setting = setting
        self._generator = generator
        self._account = account
        self._found = found
        self._fleet = fleet
        self._slices: dict[str, list[Slice]] = {server.name: [] for server in fleet}
        self._asked_of_ours = 0

    def run(self) -> Comparison:
        short = self._setting.is_short
        self._in_turns(rounds=2 if short else 7, seconds=0.4 if short else 3.0)
        under_load = self._under_load(rounds=1 if short else 3, seconds=2 if short else 10)
        asyncio.run(self._count_effects())
        beside = {name: _figures(slices) for name, slices in self._slices.items()}
        return Comparison("callbacks", [*self._rows(), *under_load], beside, self._remarks())

    def _in_turns(self, *, rounds: int, seconds: float) -> None:
        self._setting.tell("callbacks: warming all servers up")
        per_second = {server.name: self._warmed(server) for server in self._fleet}
        dice = random.Random(5)
        for number in range(rounds):
            self._setting.tell(f"callbacks: round {number + 1} of {rounds}")
            for server in dice.sample(self._fleet, len(self._fleet)):
                count = max(200, int(per_second[server.name] * seconds))
                self._slices[server.name].append(self._slice(server, count))

    def _warmed(self, server: Server) -> float:
        """Ask until caches and pools are filled; return requests a second."""
        count = 100 if self._setting.is_short else 1500
        self._slice(server, count)
        return self._slice(server, count).told.per_second

    def _slice(self, server: Server, count: int) -> Slice:
        self._generator.prepare(self._job(server, count, connections=CONNECTIONS))
        server_began, database_began = cpu_seconds(server.pid), self._database_seconds()
        told = self._fired(server)
        server_used = cpu_seconds(server.pid) - server_began
        database_used = self._database_seconds() - database_began
        return Slice(
            told,
            server_us=server_used / count * 1e6,
            database_us=database_used / count * 1e6,
            load_us=told.cpu_seconds / count * 1e6,
        )

    def _job(
        self,
        server: Server,
        count: int,
        *,
        connections: int,
        rate: float = 0,
        dawdlers: int = 0,
    ) -> Job:
        return Job(
            port=server.port,
            account=self._account,
            count=count,
            followers=FOLLOWERS,
            connections=connections,
            rate=rate,
            dawdlers=dawdlers,
            are_replies_sealed=server.name != FLOOR,
        )

    def _fired(self, server: Server) -> Told:
        told = self._generator.fire()
        self._asked_of_ours += told.answered if server.name == OURS else 0
        if told.failures:
            raise BenchmarkFailed(f"{server.name} answered wrongly: {told.failures}")
        return told

    def _database_seconds(self) -> float:
        postmaster = self._found.postmaster
        return cpu_seconds(postmaster) if postmaster else 0.0

    async def _count_effects(self) -> None:
        async with db.session(self._found.url) as session:
            (row,) = await session.fetch(
                "SELECT count(*) FROM inbound_event WHERE state = 'worked' AND reply IS NOT NULL"
            )
        if row["count"] != self._asked_of_ours:
            raise BenchmarkFailed(f"{self._asked_of_ours} answered, {row['count']} stored")

    def _rows(self) -> list[Row]:
        used = {name: [one.server_us for one in told] for name, told in self._slices.items()}
        unit = "server CPU us/request"
        return [
            against(f"beside {name}", unit, used[OURS], used[name], goal=goal)
            for name, goal in GOALS.items()
        ]

    def _under_load(self, *, rounds: int, seconds: float) -> list[Row]:
        """Latency of ours at 70 % of its pace at full load, without and with slow connections."""
        ours = next(server for server in self._fleet if server.name == OURS)
        rate = PART_OF_PACE * spread([one.told.per_second for one in self._slices[OURS]]).median
        rows = []
        for dawdlers, goal in ((0, None), (DAWDLERS, Goal("at_most", 50, "ms"))):
            self._setting.tell(f"callbacks: {rate:,.0f} a second, {dawdlers} slow connections")
            count = int(rate * seconds)
            job = self._job(ours, count, connections=4 * CONNECTIONS, rate=rate, dawdlers=dawdlers)
            p99s = [self._at_rate(ours, job).p99_ms for _ in range(rounds)]
            what = f"p99 at {rate:,.0f}/s (70 % of our pace), {dawdlers} slow connections"
            rows.append(alone(what, "ms", p99s, goal=goal))
        return rows

    def _at_rate(self, server: Server, job: Job) -> Told:
        self._generator.prepare(job)
        told = self._fired(server)
        if told.dawdlers_open < job.dawdlers * PART_HELD_OPEN:
            raise BenchmarkFailed(f"only {told.dawdlers_open} slow connections were held open")
        return told

    def _remarks(self) -> list[str]:
        cores = self._setting.cores
        return [
            "CPU is user + system time of all processes of a server; PostgreSQL's and the load"
            " generator's stand beside it.",
            f"Servers on core {cores.measured}; load generator and our own PostgreSQL on core"
            f" {cores.other}.",
            "None of the others stores, deduplicates, refuses replays or asks a database.",
        ]


def _figures(slices: list[Slice]) -> dict[str, float]:
    return {
        "server us": spread([one.server_us for one in slices]).median,
        "PostgreSQL us": spread([one.database_us for one in slices]).median,
        "load us": spread([one.load_us for one in slices]).median,
        "best req/s": max(one.told.per_second for one in slices),
        "p50 ms": spread([one.told.p50_ms for one in slices]).median,
        "p99 ms": spread([one.told.p99_ms for one in slices]).median,
    }
