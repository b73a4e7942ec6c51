"""The boards' copy in Redis: one sorted set a season, ranked without asking PostgreSQL.

PostgreSQL is the truth. A copy says that it is whole by its mark; where the mark is gone (Redis
was emptied, or away), boards are read from PostgreSQL until the worker has laid the copy anew.
Several workers write a copy at once. Each looks after writing whether that is still the truth: so
the last that was written is, in whatever order they came.
A member takes about 80 bytes: her id, and score and moment as one number.
"""

import asyncio
import secrets
from collections.abc import Iterable, Mapping, Sequence

from redis.asyncio import Redis

from loyalty import leaderboards
from loyalty.leaderboards import Place, Scored
from loyalty.seasons import Season
from web.wake import Away, Reach

SECONDS = 1 << 22  # more than the longest season has
KEPT_SECONDS = 60 * 86400
WRITES = 10  # each after the first because another worker changed the scores meanwhile
LAYING_SECONDS = 3600
COPY_SECONDS = 0.5  # the driver itself tries a Redis that is away for seconds
WHOLE_SECONDS = 86400  # once a day each copy is laid anew, whatever went wrong unseen
_reach = Reach("boards")


def _name(board: str, season: str) -> str:
    return f"{{jifen:{board}}}:{season}"


def _mark(board: str, season: str) -> str:
    return f"{_name(board, season)}:whole"


def _laying(board: str, season: str) -> str:
    return f"{_name(board, season)}:laying"


def _ranked(one: Scored, season: Season) -> float:
    """Put score and moment into one number: more points first, then who was there first.

    Whole up to 2**31 points, since a double holds 53 bits.
    """
    seconds = int((one.reached_at - season.starts_at).total_seconds())
    return float(one.score * SECONDS + SECONDS - 1 - min(max(seconds, 0), SECONDS - 1))


def _score(ranked: float) -> int:
    return int(ranked) // SECONDS


async def show(
    redis: Redis, scores: Iterable[Scored], seasons: Mapping[tuple[str, str], Season]
) -> None:
    """Bring the copies up to date; ``seasons`` by (board, name)."""
    shown = [one for one in scores if (one.board, one.season) in seasons]
    if left := await _bring(redis, shown, seasons):
        await redis.delete(*(_mark(*name) for name in left))


async def _bring(
    redis: Redis, scores: Sequence[Scored], seasons: Mapping[tuple[str, str], Season]
) -> set[tuple[str, str]]:
    """Write scores until they are the truth; return the boards on which some never were."""
    for _ in range(WRITES):
        if not scores:
            break
        await _write(redis, scores, seasons)
        now = await leaderboards.as_now(scores)
        scores = [
            is_now
            for is_now, written in zip(now, scores, strict=True)
            if (is_now.score or written.score) and is_now != written
        ]
    return {(one.board, one.season) for one in scores}


async def _write(
    redis: Redis, scores: Sequence[Scored], seasons: Mapping[tuple[str, str], Season]
) -> None:
    """Write scores to their boards, all in one round trip."""
    by_board: dict[tuple[str, str], list[Scored]] = {}
    for one in scores:
        by_board.setdefault((one.board, one.season), []).append(one)
    async with redis.pipeline(transaction=False) as line:
        for name, hers in by_board.items():
            on = {str(one.member_id): _ranked(one, seasons[name]) for one in hers if one.score}
            if on:
                line.zadd(_name(*name), on)
            off = [str(one.member_id) for one in hers if not one.score]
            if off:
                line.zrem(_name(*name), *off)
            line.expire(_name(*name), KEPT_SECONDS)
        await line.execute()


async def is_whole(redis: Redis, board: str, season: Season) -> bool:
    """Say whether a season's copy is whole."""
    return bool(await redis.exists(_mark(board, season.name)))


# Whoever began to lay later has emptied the copy since: it is hers to say that it is whole.
_WHOLE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[2], '1', 'EX', ARGV[2]) end
"""


async def lay(redis: Redis, board: str, season: Season) -> int:
    """Lay a season's copy anew from PostgreSQL and mark it whole; return how many lines it has."""
    lines, is_whole, turn = 0, True, secrets.token_hex(8)
    seasons = {(board, season.name): season}
    laying = _laying(board, season.name)
    async with redis.pipeline(transaction=True) as line:
        line.set(laying, turn, ex=LAYING_SECONDS)
        line.delete(_name(board, season.name), _mark(board, season.name))
        await line.execute()
    async for page in leaderboards.pages(board, season.name):
        is_whole = not await _bring(redis, page, seasons) and is_whole
        lines += len(page)
    if is_whole:
        await redis.eval(_WHOLE, 2, laying, _mark(board, season.name), turn, str(WHOLE_SECONDS))
    return lines


async def top_and_hers(
    redis: Redis, board: str, season: Season, member_id: int, *, limit: int, each_side: int
) -> tuple[list[Place], list[Place]]:
    """Return the first lines of a board, and a member's line with her neighbours.

    From the copy where it is whole, else from PostgreSQL.
    """
    if _reach.is_worth_a_try():
        try:
            async with asyncio.timeout(COPY_SECONDS):
                found = await _from_copy(
                    redis, board, season, member_id, limit=limit, each_side=each_side
                )
            _reach.found()
        except Away as error:
            _reach.lost(error)
            found = None
        if found is not None:
            return found
    return (
        await leaderboards.top(board, season.name, limit=limit),
        await leaderboards.around(board, season.name, member_id, each_side=each_side),
    )


_READ = """
if redis.call('EXISTS', KEYS[2]) == 0 then return false end
local top = redis.call('ZREVRANGE', KEYS[1], 0, ARGV[2] - 1, 'WITHSCORES')
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
if not rank then return {top, -1, {}} end
local first = math.max(rank - ARGV[3], 0)
return {top, first, redis.call('ZREVRANGE', KEYS[1], first, rank + ARGV[3], 'WITHSCORES')}
"""


async def _from_copy(
    redis: Redis, board: str, season: Season, member_id: int, *, limit: int, each_side: int
) -> tuple[list[Place], list[Place]] | None:
    """Read all at once; None where the copy is not whole."""
    told = await redis.eval(
        _READ,
        2,
        _name(board, season.name),
        _mark(board, season.name),
        str(member_id),
        str(limit),
        str(each_side),
    )
    if not told:
        return None
    top, first, around = told
    return _places(top, 0), _places(around, first)


def _places(flat: Sequence[bytes], first: int) -> list[Place]:
    return [
        Place(first + i + 1, int(flat[2 * i]), _score(float(flat[2 * i + 1])))
        for i in range(len(flat) // 2)
    ]
