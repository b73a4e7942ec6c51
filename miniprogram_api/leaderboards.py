"""Boards: who leads, where she is, who is next to her, how she moved, and what there is to win."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import leaderboards, programme
from loyalty.calendar import day_of
from loyalty.leaderboards import Place, Played, finals
from loyalty.policies.board import Source
from web import boards
from web.context import Context
from web.languages import Language
from web.masks import masked
from web.session import Shopper
from web.typed import Moment

TOP = 20
EACH_SIDE = 2
_SEASONS = {"weekly": 0, "monthly": 1}
Code = Annotated[str, Meta(pattern="^[a-z0-9_]{1,40}$", max_length=40)]


class BoardLine(Struct, frozen=True):
    """One line; others' names are masked, and hidden where they want it.

    ``moved`` is by how many ranks she rose since the day began, less than 0 where she fell; null
    for whoever was not on the board then. A score is in fen where the board counts money.
    """

    rank: int
    name: str
    score: int
    is_me: bool
    moved: int | None


class MyPlace(Struct, frozen=True):
    """My rank, my score, and what the one before me has more; null for the first."""

    rank: int
    score: int
    gap: int | None
    moved: int | None


class BoardPrize(Struct, frozen=True):
    """What every rank from the first to the last wins, in words."""

    first_rank: int
    last_rank: int
    prize: str


class LastSeason(Struct, frozen=True):
    """What I won in the newest season that staff approved; ``given_at`` is null until it is mine.

    Where I won nothing, ``rank`` is null and ``prize`` is "".
    """

    season: str
    rank: int | None
    prize: str
    given_at: Moment | None


class BoardName(Struct, frozen=True):
    """A board that I may see; ``is_group``: it is of a VIP group of mine."""

    code: str
    name: str
    is_group: bool


class BoardNames(Struct, frozen=True):
    """The boards that I may see, those of all before those of groups."""

    boards: list[BoardName]


class Leaderboard(Struct, frozen=True):
    """A season of a board; ``me`` is null while I have done nothing in it.

    ``is_hidden``: others read no name of mine. ``prizes_on`` is the first Shanghai day on which
    the list is final, null where there is nothing to win; less than ``least_score`` wins nothing.
    """

    name: str
    season: str
    source: Source
    is_group: bool
    now: Moment
    ends_at: Moment
    top: list[BoardLine]
    me: MyPlace | None
    neighbours: list[BoardLine]
    is_hidden: bool
    prizes: list[BoardPrize]
    prizes_on: str | None
    least_score: int
    last: LastSeason | None


async def listed(shopper: Shopper, context: Context) -> BoardNames:
    """List the boards that I may see, weeks first: all but those of groups that I am not in."""
    rules = await programme.recent()
    found = await leaderboards.hers(shopper.customer_id, rules, at=context.clock())
    found.sort(key=lambda one: (bool(one.board.community_slot), _SEASONS.get(one.board.season, 2)))
    names = [
        BoardName(
            code=one.rule.slot.partition(":")[2],
            name=_name(one, shopper.language),
            is_group=bool(one.board.community_slot),
        )
        for one in found
    ]
    return BoardNames(names)


async def read(shopper: Shopper, context: Context, code: Code) -> Leaderboard:
    """Read a leaderboard of the running season.

    Ties go to who came first.

    Raises:
        NotFound: ``no_such_board``: or it is of a group that I am not in.
    """
    at, me, language = context.clock(), shopper.customer_id, shopper.language
    played = await leaderboards.hers_of(code, me, await programme.recent(), at=at)
    board, slot, season = played.board, played.rule.slot, played.season
    top, around = await boards.top_and_hers(
        context.redis, slot, season, me, limit=TOP, each_side=EACH_SIDE
    )
    shown = [me, *(one.member_id for one in (*top, *around))]
    lines = _Lines(
        me,
        language,
        await leaderboards.names(shown),
        await leaderboards.hidden(shown),
        await leaderboards.ranks_before(slot, season.name, shown),
    )
    ends = played.freezes_at
    return Leaderboard(
        name=_name(played, language),
        season=season.name,
        source=board.source,
        is_group=bool(board.community_slot),
        now=at,
        ends_at=season.ends_at,
        top=lines.of(top),
        me=lines.mine(around),
        neighbours=lines.of(around),
        is_hidden=me in lines.hidden,
        prizes=[
            BoardPrize(
                one.first_rank, one.last_rank, leaderboards.prize_words(one).spoken(language)
            )
            for one in (board.prizes if ends else ())
        ],
        prizes_on=day_of(ends).isoformat() if ends else None,
        least_score=board.least_score,
        last=await _last(slot, me, language),
    )


def _name(played: Played, language: Language) -> str:
    return played.board.name_zh if language == "zh" else played.board.name_en


class _Lines(Struct, frozen=True):
    """What is known of those who are shown."""

    me: int
    language: Language
    names: dict[int, UUID]
    hidden: set[int]
    before: dict[int, int]

    def of(self, places: Sequence[Place]) -> list[BoardLine]:
        return [
            BoardLine(
                one.rank,
                self._name(one.member_id),
                one.score,
                one.member_id == self.me,
                self._moved(one),
            )
            for one in places
        ]

    def mine(self, around: Sequence[Place]) -> MyPlace | None:
        for i, one in enumerate(around):
            if one.member_id == self.me:
                gap = around[i - 1].score - one.score if i else None
                return MyPlace(one.rank, one.score, gap, self._moved(one))
        return None

    def _name(self, member_id: int) -> str:
        uuid = self.names.get(member_id)
        if uuid is None:
            return "?"
        is_hidden = member_id in self.hidden
        return masked(uuid, self.language, is_me=member_id == self.me, is_hidden=is_hidden)

    def _moved(self, one: Place) -> int | None:
        before = self.before.get(one.member_id)
        return None if before is None else before - one.rank


async def _last(slot: str, me: int, language: Language) -> LastSeason | None:
    """Return how the last season ended for her; None where none was approved yet."""
    ended = await finals.last_of(slot, me)
    if ended is None:
        return None
    words = ""
    if ended.prize:
        won = leaderboards.prize_words(ended.prize, has_coupon=ended.has_coupon)
        words = won.spoken(language)
    return LastSeason(ended.season, ended.rank, words, ended.given_at)
