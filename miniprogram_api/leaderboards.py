"""A board: who leads, where she is, who is next to her."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from loyalty import leaderboards, programme
from loyalty.leaderboards import Place
from web import boards
from web.context import Context
from web.masks import masked
from web.session import Shopper
from web.typed import Moment

TOP = 20
EACH_SIDE = 2
Code = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", max_length=40)]


class BoardLine(Struct, frozen=True):
    """One line; others' names are masked."""

    rank: int
    name: str
    score: int
    is_me: bool


class MyPlace(Struct, frozen=True):
    """My rank, my score, and the points that the one before me has more; null for the first."""

    rank: int
    score: int
    gap: int | None


class Leaderboard(Struct, frozen=True):
    """A season of a board; ``me`` is null while I have earned nothing in it."""

    name: str
    season: str
    now: Moment
    ends_at: Moment
    top: list[BoardLine]
    me: MyPlace | None
    neighbours: list[BoardLine]


async def read(shopper: Shopper, context: Context, code: Code) -> Leaderboard:
    """Read a leaderboard of the running season.

    Ties go to who came first.

    Raises:
        NotFound: ``no_such_board``.
    """
    at = context.clock()
    rules = await programme.recent()
    played = leaderboards.season_of(code, rules, at=at)
    board, slot, season = played.board, played.rule.slot, played.season
    me = shopper.customer_id
    top, around = await boards.top_and_hers(
        context.redis, slot, season, me, limit=TOP, each_side=EACH_SIDE
    )
    names = await leaderboards.names([one.member_id for one in (*top, *around)])
    shown = {
        member_id: masked(uuid, shopper.language, is_me=member_id == me)
        for member_id, uuid in names.items()
    }
    return Leaderboard(
        name=board.name_zh if shopper.language == "zh" else board.name_en,
        season=season.name,
        now=at,
        ends_at=season.ends_at,
        top=_lines(top, shown, me),
        me=_mine(around, me),
        neighbours=_lines(around, shown, me),
    )


def _lines(places: Sequence[Place], shown: dict[int, str], me: int) -> list[BoardLine]:
    return [
        BoardLine(one.rank, shown.get(one.member_id, "?"), one.score, one.member_id == me)
        for one in places
    ]


def _mine(around: Sequence[Place], me: int) -> MyPlace | None:
    for i, one in enumerate(around):
        if one.member_id == me:
            return MyPlace(one.rank, one.score, around[i - 1].score - one.score if i else None)
    return None
