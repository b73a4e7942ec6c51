"""The boards as PostgreSQL has them: the truth, whatever became of the copies."""

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from loyalty.errors import NotFound
from loyalty.leaderboards.played import Played, of_rule
from loyalty.leaderboards.scoring import Scored
from loyalty.policies import POLICIES
from loyalty.policies.board import Board
from loyalty.programme import Programme
from loyalty.roots import HER_IDS, ids_of
from loyalty.seasons import season as season_at
from models import db

PAGE = 5000

# Ties: who came first, to the second; then as the copies in Redis have it.
ORDER = "score DESC, date_trunc('second', reached_at), member_id::text COLLATE \"C\" DESC"


def on_board(board: str = "$1", season: str = "$2") -> str:
    """Return the SQL of who stands on a season's board, for what goes by ranks.

    The index of ranks is on this alone: a member is looked up by her columns, and never by reading
    a board.
    """
    return f"board || '/' || season = {board} || '/' || {season}"


class Place(Struct, frozen=True):
    """One line of a board; ``rank`` counts from 1."""

    rank: int
    member_id: int
    score: int


_GROUPS = f"""
SELECT DISTINCT slot FROM community JOIN community_member ON community_id = community.id
WHERE customer_id = ANY({HER_IDS}) AND left_at IS NULL
"""


def season_of(code: str, rules: Programme, *, at: datetime) -> Played:
    """Return the season of a board that runs, with its rule; between festivals the last one.

    Raises:
        NotFound: ``no_such_board``.
    """
    rule = rules.find(f"board:{code}", POLICIES, at)
    if rule is None or not isinstance(rule.body, Board):
        raise NotFound("no_such_board")
    return of_rule(rule, rules, season_at(rule.body.season, at, rules.seasons(at)))


async def hers(member_id: int, rules: Programme, *, at: datetime) -> list[Played]:
    """Return the running seasons of the boards that a member may see: all but other groups'."""
    codes = [
        rule.slot.partition(":")[2]
        for rule in rules.of(POLICIES, at)
        if isinstance(rule.body, Board)
    ]
    found = [season_of(code, rules, at=at) for code in codes]
    if any(one.board.community_slot for one in found):
        groups = {row["slot"] for row in await db.fetch(_GROUPS, member_id)}
        found = [one for one in found if one.board.community_slot in ("", *groups)]
    return found


async def hers_of(code: str, member_id: int, rules: Programme, *, at: datetime) -> Played:
    """Return the running season of a board that a member may see.

    Raises:
        NotFound: ``no_such_board``: or it is of a group that she is not in.
    """
    for one in await hers(member_id, rules, at=at):
        if one.rule.slot == f"board:{code}":
            return one
    raise NotFound("no_such_board")


async def top(board: str, season: str, *, limit: int, offset: int = 0) -> list[Place]:
    """Return lines of a board from the first on."""
    rows = await db.fetch(
        f"SELECT member_id, score FROM score WHERE {on_board()}"
        f" ORDER BY {ORDER} LIMIT $3 OFFSET $4",
        board,
        season,
        limit,
        offset,
    )
    return [Place(offset + i, row["member_id"], row["score"]) for i, row in enumerate(rows, 1)]


_RANK = f"""
SELECT (SELECT count(*) FROM score AS other WHERE {on_board()}
        AND (other.score > hers.score
             OR other.score = hers.score AND other.second < hers.second
             OR other.score = hers.score AND other.second = hers.second
                AND other.name > hers.name)) + 1 AS rank
FROM score AS hers WHERE board = $1 AND season = $2 AND member_id = $3
""".replace(
    "FROM score AS",
    "FROM (SELECT *, date_trunc('second', reached_at) AS second,"
    ' member_id::text COLLATE "C" AS name FROM score) AS',
)


async def rank_of(board: str, season: str, member_id: int) -> int | None:
    """Return a member's rank, or None where she is not on the board."""
    rows = await db.fetch(_RANK, board, season, member_id)
    return rows[0]["rank"] if rows else None


async def around(board: str, season: str, member_id: int, *, each_side: int) -> list[Place]:
    """Return a member's line with her neighbours; nothing where she is not on the board."""
    rank = await rank_of(board, season, member_id)
    if rank is None:
        return []
    first = max(rank - each_side, 1)
    return await top(board, season, limit=rank + each_side - first + 1, offset=first - 1)


async def pages(board: str, season: str) -> AsyncIterator[list[Scored]]:
    """Go through a season's scores, a page at a time."""
    after = 0
    while True:
        rows = await db.fetch(
            "SELECT member_id, score, reached_at FROM score WHERE board = $1 AND season = $2"
            " AND member_id > $3 ORDER BY member_id LIMIT $4",
            board,
            season,
            after,
            PAGE,
        )
        if not rows:
            return
        after = rows[-1]["member_id"]
        yield [
            Scored(board, season, row["member_id"], row["score"], row["reached_at"]) for row in rows
        ]


_NOW = """
SELECT wanted.board, wanted.season, id, coalesce(score, 0), coalesce(reached_at, 'epoch')
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS wanted (board, season, id)
LEFT JOIN LATERAL (
    SELECT score, reached_at FROM score
    WHERE score.board = wanted.board AND score.season = wanted.season AND member_id = wanted.id
    OFFSET 0
) AS hers ON true
"""


async def as_now(scored: Sequence[Scored]) -> list[Scored]:
    """Return these scores as they are now, in their order; 0 where one is on the board no more."""
    rows = await db.fetch(
        _NOW,
        [one.board for one in scored],
        [one.season for one in scored],
        [one.member_id for one in scored],
    )
    return [Scored(*row) for row in rows]


async def names(member_ids: Sequence[int]) -> dict[int, UUID]:
    """Return the names by which the outside knows members."""
    rows = await db.fetch(
        "SELECT id, uuid FROM customer WHERE id = ANY($1::bigint[])", list(member_ids)
    )
    return {row["id"]: row["uuid"] for row in rows}


_HIDDEN = f"""
SELECT id FROM unnest($1::bigint[]) AS wanted (id)
WHERE NOT coalesce((SELECT is_given FROM consent
                    WHERE customer_id = ANY({ids_of("wanted.id")}) AND purpose = 'boards'
                    ORDER BY consent.id DESC LIMIT 1), true)
"""


async def hidden(member_ids: Iterable[int]) -> set[int]:
    """Return those of these members who do not want to be shown: others read no name of theirs."""
    return {row["id"] for row in await db.fetch(_HIDDEN, sorted(set(member_ids)))}
