"""Our boards as they are kept: laid by statements, ended by the verbs, and all of it counted."""

import asyncio
import contextlib
import random
from datetime import datetime, timedelta

from msgspec import Struct
from redis.asyncio import Redis

from benchmarks.measuring import BenchmarkFailed
from benchmarks.pace import Watch
from benchmarks.shopping import order
from jifen import running
from jobs.deriving import Deriver
from loyalty import leaderboards, ledger, programme, purchases
from loyalty.earning.per_yuan import PerYuan
from loyalty.expiry.rolling import Rolling
from loyalty.leaderboards import Final, finals
from loyalty.orders import IdentityRef
from loyalty.policies.board import Board, Prize
from loyalty.policies.points import PointsPolicy
from loyalty.policies.tiers import Tiers
from loyalty.programme import BEGINNING
from loyalty.seasons import Season, before, season
from models import IdentityKind, StaffMember, db
from web import boards
from web.context import now

SLOT = "board:race"
FIRST, SPREAD = 500, 7919  # points of the first; a prime, so that no two have the same score
EACH = 10  # points of all others who win
LOOKED_AT = 50  # ranks between the lines that are compared
BUYERS = 5_000
A_BATCH = 200
VERIFIED = 500
HALF_WAY_SECONDS = 0.02

_PEOPLE = (
    "INSERT INTO customer (id, created_at)"
    " SELECT n, now() FROM generate_series(1, $1::bigint) AS all_of (n)",
    "INSERT INTO member (id, joined_at, joined_through)"
    " SELECT n, now(), 'benchmark' FROM generate_series(1, $1::bigint) AS all_of (n)",
)
_SCORES = """
INSERT INTO score (board, season, member_id, score, reached_at)
SELECT $2, $3, 1 + n, 1 + n * $5 % $1, $4::timestamptz + interval '1 hour' * (n % 600)
FROM generate_series(0, $1::bigint - 1) AS n
"""


class Laid(Struct, frozen=True):
    """A board of last month with so many members, the first of them ``first``."""

    slot: str
    season: Season
    first: int
    members: int
    winners: int
    at: datetime

    def rank_of(self, place: int) -> int:
        """Return the rank of a member, counted from 0."""
        return self.members - place * SPREAD % self.members


async def lay(members: int, *, winners: int) -> Laid:
    """Lay a brand with a board of last month that is over, and everybody on it."""
    at = now()
    await _begin()
    prizes = (Prize(1, 1, FIRST), Prize(2, winners, EACH))
    board = Board("月榜", "Race", "monthly", prizes=prizes, settles_after_days=0)
    last = before("monthly", season("monthly", at))
    await programme.publish(SLOT, board, starts_at=last.starts_at, by="benchmark", at=at)
    for statement in _PEOPLE:
        await db.fetch(statement, members)
    await db.fetch(_SCORES, members, SLOT, last.name, last.starts_at, SPREAD)
    await db.fetch("VACUUM ANALYZE customer, member, score")
    await programme.load()
    return Laid(SLOT, last, 1, members, winners, at)


async def _begin() -> None:
    running.load_kinds()
    rules = (
        ("earning:base", PerYuan()),
        ("expiry", Rolling(months=12)),
        ("points", PointsPolicy(return_window_days=7)),
        ("tiers", Tiers()),
    )
    for slot, rule in rules:
        await programme.publish(slot, rule, starts_at=BEGINNING, by="benchmark", at=now())


async def compare_ranks(redis: Redis, laid: Laid, compared: int) -> None:
    """Require that the copy has the ranks that PostgreSQL has.

    Raises:
        BenchmarkFailed: it has others, or is not whole.
    """
    dice = random.Random(6)
    if not await boards.is_whole(redis, laid.slot, laid.season):
        raise BenchmarkFailed("the copy is not whole")
    truth = await leaderboards.top(laid.slot, laid.season.name, limit=compared)
    some = laid.first + dice.randrange(laid.members)
    shown, _ = await boards.top_and_hers(
        redis, laid.slot, laid.season, some, limit=compared, each_side=1
    )
    if shown != truth:
        raise BenchmarkFailed("the copy ranks others than PostgreSQL")
    for place in dice.sample(range(laid.members), min(compared // LOOKED_AT, laid.members)):
        _, around = await boards.top_and_hers(
            redis, laid.slot, laid.season, laid.first + place, limit=1, each_side=2
        )
        member_id = laid.first + place
        if around != await leaderboards.around(laid.slot, laid.season.name, member_id, each_side=2):
            raise BenchmarkFailed(f"the copy has other neighbours of member {member_id}")


async def freeze(laid: Laid) -> None:
    """Freeze the list: killed on its way, then by two at once."""
    await _killed(leaderboards.freeze(at=laid.at))
    await asyncio.gather(leaderboards.freeze(at=laid.at), leaderboards.freeze(at=laid.at))


async def pay(laid: Laid) -> None:
    """Approve the list, and pay it: killed on its way, then by two at once."""
    staff, _ = await StaffMember.get_or_create(
        account="benchmark",
        defaults={"name": "B", "role": "manager", "language": "en", "created_at": laid.at},
    )
    final = await _final(laid)
    await leaderboards.approve(final.uuid, deeds_seen=0, staff_member_id=staff.id, at=laid.at)
    await _killed(leaderboards.pay(at=laid.at), seconds=HALF_WAY_SECONDS * 20)
    await asyncio.gather(leaderboards.pay(at=laid.at), leaderboards.pay(at=laid.at))


async def _killed(work: object, *, seconds: float = HALF_WAY_SECONDS) -> None:
    task = asyncio.ensure_future(work)  # type: ignore[call-overload]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(task, seconds)


async def _final(laid: Laid) -> Final:
    found = [one for one in await finals.newest(limit=20) if one.slot == laid.slot]
    if len(found) != 1:
        raise BenchmarkFailed(f"{len(found)} lists were frozen")
    return found[0]


async def verify_paid(laid: Laid) -> None:
    """Require that whoever won has her prize, once, and nobody else has any.

    Raises:
        BenchmarkFailed: somebody has not, or the ledger does not add up.
    """
    final = await _final(laid)
    rows = await db.fetch("SELECT member_id, sum(points)::bigint AS points FROM lot GROUP BY 1")
    found = {row["member_id"]: row["points"] for row in rows}
    by_rank = {laid.rank_of(place): laid.first + place for place in range(laid.members)}
    wanted = {by_rank[rank]: FIRST if rank == 1 else EACH for rank in range(1, laid.winners + 1)}
    if found != wanted or final.given != laid.winners:
        raise BenchmarkFailed(f"{final.given} prizes given, {len(found)} members have points")
    some = random.Random(7).sample(sorted(wanted), min(VERIFIED, len(wanted)))
    if wrong := await ledger.verify(member_ids=some):
        raise BenchmarkFailed(f"the ledger does not add up: {wrong[0]}")


async def lay_shop(*, has_boards: bool) -> None:
    """Lay a brand with two boards, or with none."""
    await _begin()
    if has_boards:
        for slot, one in (("board:week", "weekly"), ("board:month", "monthly")):
            board = Board("榜", "Board", one)  # type: ignore[arg-type]
            await programme.publish(slot, board, starts_at=BEGINNING, by="benchmark", at=now())


async def tell_orders(redis: Redis, orders: int, *, number: int, postmaster: int | None) -> float:
    """Tell orders of many buyers and derive all who wait; return an order's processor time, us."""
    deriver = Deriver(redis)
    at = now()
    watch = Watch(postmaster)
    for first in range(0, orders, A_BATCH):
        batch = [
            order(
                f"{number}-{place}",
                IdentityRef(IdentityKind.BUYER_NAME, "taobao", f"b{place % BUYERS}"),
                at - timedelta(minutes=1),
            )
            for place in range(first, min(first + A_BATCH, orders))
        ]
        for outcome in await purchases.record(batch, at=at):
            outcome.unwrap()
        await deriver.derive(at)
    while await deriver.derive(at):
        pass
    pace = watch.stop(orders, [])
    (row,) = await db.fetch("SELECT count(*) AS waiting FROM changed_member")
    if row["waiting"]:
        raise BenchmarkFailed(f"{row['waiting']} still wait")
    return pace.caller_us + pace.database_us
