"""A season of 6.18 played by many, with cheaters, killed workers and refunds afterwards.

Points, prizes and boards are compared with a count made of the script alone. There is no goal but
that all of it is right: a fast wrong answer is no answer.
"""

import asyncio
import contextlib
from time import perf_counter

import uvloop
from redis.asyncio import Redis

from benchmarks import servers
from benchmarks.measuring import BenchmarkFailed
from benchmarks.reporting import Comparison, alone
from benchmarks.season import count, script
from benchmarks.season.count import Line
from benchmarks.season.play import CHECKED, DAYS, KILLED_ON, SPENT, Season
from benchmarks.season.script import APPROVED, END, FROZEN, Person, at
from benchmarks.servers import Database
from benchmarks.setting import Setting
from loyalty import leaderboards, ledger
from loyalty.leaderboards import Final, finals
from loyalty.seasons import season as season_at
from models import StaffMember, db
from web import boards

PEOPLE, SHORT_PEOPLE = 100_000, 2_000
SEED = 618
WORKERS = 2
PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.2
TAKEN_OFF = (3, 10)  # ranks that staff disqualify
SHOWN = 1_000


def compare(setting: Setting) -> Comparison:
    """Play the season, and tell how long it took and what it was.

    Raises:
        BenchmarkFailed: somebody has other points, prizes or ranks than by the script.
    """
    people = script.written(SHORT_PEOPLE if setting.is_short else PEOPLE, seed=SEED)
    with servers.database(setting.reached, cores=setting.cores.all) as found:
        began = perf_counter()
        season, prizes = uvloop.run(played(setting, found, people))
        seconds = perf_counter() - began
    friends = sum(count.counts(one) for one in people)
    claims = sum(len(count.claims(one)) for one in people)
    remarks = [
        f"{len(people):,} people, {season.orders:,} tellings of orders, {claims:,} steps claimed,"
        f" {season.visited.total():,} visits, {friends:,} friends who count, {prizes:,} prizes.",
        f"Workers were killed {season.kills} times. Points, prizes and boards are as counted from"
        " the script alone.",
    ]
    return Comparison("season", [alone("the whole season", "s", [seconds])], {}, remarks)


async def played(setting: Setting, found: Database, people: list[Person]) -> tuple[Season, int]:
    """Play a season to its end, and require that all is right; return it and how many won.

    Raises:
        BenchmarkFailed: something is not.
    """
    async with (
        db.opened(found.url, pool_size=8),
        Redis.from_url(found.addresses.redis_url) as redis,
    ):
        season = Season(people, found, seed=SEED)
        setting.tell(f"season: {len(people):,} people")
        await season.begin()
        working = asyncio.create_task(season.work(WORKERS))
        try:
            winners: dict[int, int] = {}
            for day in DAYS:
                setting.tell(f"season: day {day}")
                await season.day(day)
                if day in KILLED_ON:
                    await season.kill_one()
                if day == FROZEN:
                    await _until_nothing_waits(working)
                    await _compare_boards(season, redis, day=day)
                    final = await _frozen(working)
                    await _compare_final(season, final, day=day)
                if day == APPROVED:
                    winners = await _approve(season, final)
            season.look_at(END)
            await _until_nothing_waits(working)
        finally:
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working
        await _compare_points(season, winners)
        return season, len(winners)


async def _until_nothing_waits(working: asyncio.Task[None]) -> None:
    """Wait until everybody is derived, all that is due has settled and all prizes are given."""
    began = perf_counter()
    while True:
        (row,) = await db.fetch(
            "SELECT (SELECT count(*) FROM changed_member)"
            " + (SELECT count(*) FROM board_prize WHERE given_at IS NULL) AS waiting"
        )
        if not row["waiting"]:
            return
        if working.done() or perf_counter() - began > PATIENCE_SECONDS:
            raise BenchmarkFailed(f"{row['waiting']} still wait")
        await asyncio.sleep(LOOK_SECONDS)


async def _compare_boards(season: Season, redis: Redis, *, day: int) -> None:
    """Require that PostgreSQL and its copy rank as the script does."""
    lines = count.board(season.people, season.ids, day=day)
    wanted = [(season.ids[line.number], line.score) for line in lines]
    span = season_at("618", at(0))
    top = await leaderboards.top(SPENT, span.name, limit=len(season.people))
    _same("board", wanted, [(one.member_id, one.score) for one in top])
    while not await boards.is_whole(redis, SPENT, span):  # noqa: ASYNC110
        await asyncio.sleep(LOOK_SECONDS)
    shown, _ = await boards.top_and_hers(
        redis, SPENT, span, season.ids[0], limit=len(season.people), each_side=1
    )
    _same("copy", wanted, [(one.member_id, one.score) for one in shown])
    rows = await db.fetch(
        "SELECT member_id, score FROM score WHERE board = $1 AND season = $2", CHECKED, span.name
    )
    checked = {
        season.ids[one.number]: len(one.check_ins)
        for one in season.people
        if one.check_ins and not one.deletes
    }
    _same("check-ins", sorted(checked.items()), sorted(map(tuple, rows)))


async def _frozen(working: asyncio.Task[None]) -> Final:
    while not (found := await finals.newest(limit=1)):
        if working.done():
            raise BenchmarkFailed("the workers stopped")
        await asyncio.sleep(LOOK_SECONDS)
    return found[0]


async def _compare_final(season: Season, final: Final, *, day: int) -> None:
    lines = count.board(season.people, season.ids, day=day)
    places = await finals.places(final)
    wanted = [(season.ids[line.number], line.score) for line in lines[: len(places)]]
    _same("final list", wanted, [(one.member_id, one.score) for one in places])


async def _approve(season: Season, final: Final) -> dict[int, int]:
    """Disqualify some and approve, twice at once; return what each winner gets, by number."""
    staff, _ = await StaffMember.get_or_create(
        account="benchmark",
        defaults={"name": "B", "role": "manager", "language": "en", "created_at": at(0)},
    )
    deed = {"staff_member_id": staff.id, "at": at(APPROVED)}
    lines = count.board(season.people, season.ids, day=FROZEN)
    for rank in TAKEN_OFF:
        await leaderboards.disqualify(final.uuid, rank, reason="cheated", **deed)
    left = [one for place, one in enumerate(lines, 1) if place not in TAKEN_OFF]
    seen = len(TAKEN_OFF)
    await asyncio.gather(
        *(leaderboards.approve(final.uuid, deeds_seen=seen, **deed) for _ in range(2))
    )
    won: dict[int, int] = {}
    for rank, line in enumerate(left, 1):
        prize = final.board.prize_of(rank)
        if prize is None or rank > final.places - seen:
            break
        won[line.number] = prize.reward_points
    return won


async def _compare_points(season: Season, winners: dict[int, int]) -> None:
    """Require that everybody has the points of the script, and that the ledger adds up."""
    people = season.people
    wanted = count.points(people, visited=season.visited, prizes=winners)
    rows = await db.fetch(
        "SELECT id, points_available + points_pending - points_debt AS points FROM member"
    )
    found = {row["id"]: row["points"] for row in rows}
    numbers = [one.number for one in people]
    _same(
        "points",
        [(number, wanted[number]) for number in numbers],
        [(number, found.get(season.ids[number], 0)) for number in numbers],
    )
    for first in range(0, len(people), SHOWN):
        if wrong := await ledger.verify(member_ids=season.ids[first : first + SHOWN]):
            raise BenchmarkFailed(f"the ledger does not add up: {wrong[0]}")


def _same(what: str, wanted: list[tuple[int, int]], found: list[tuple[int, int]]) -> None:
    """Require that two lists are one.

    Raises:
        BenchmarkFailed: they differ; it names the first difference.
    """
    if wanted == found:
        return
    first = next(
        (pair for pair in zip(wanted, found, strict=False) if pair[0] != pair[1]),
        (len(wanted), len(found)),
    )
    raise BenchmarkFailed(f"{what}: by the script {first[0]}, by jifen {first[1]}")


__all__ = ["Line", "compare", "played"]
