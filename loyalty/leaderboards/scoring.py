"""Scores of a season: what was earned in it, less what of that was taken back since."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import astuple

from loyalty.festivals import is_festival
from loyalty.policies import POLICIES
from loyalty.policies.board import Board
from loyalty.policies.seasons import Seasons
from loyalty.programme import Programme
from loyalty.roots import ids_of
from loyalty.seasons import Season, before, season
from models import db

SETTLES = timedelta(days=60)  # after a festival's season orders of it are still given back


class Scored(Struct, frozen=True):
    """A member's score in a season now; 0 where she is on the board no more."""

    board: str
    season: str
    member_id: int
    score: int
    reached_at: datetime


# An entry that undoes an earning leaves with it, whenever it came and whoever bore it. Each member
# is looked up by the index: without statistics the planner would read all entries for each.
# The spans stand in their order, so her entries are read once for all of them.
_SCORE = f"""
WITH span AS (
    SELECT * FROM unnest($3::text[], $4::timestamptz[], $5::timestamptz[])
        AS span (season, starts_at, ends_at)
), counted AS (
    SELECT wanted.id AS member_id, span.season, earned.at,
           greatest(earned.available + earned.pending - earned.debt
                    + coalesce(undone.points, 0), 0) AS points
    FROM unnest($1::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT key, at, available, pending, debt FROM entry
        WHERE member_id = ANY({ids_of("wanted.id")}) AND kind = 'earn'
          AND at >= ($4::timestamptz[])[1] AND at < ($5::timestamptz[])[cardinality($5)]
        OFFSET 0
    ) AS earned
    JOIN span ON earned.at >= span.starts_at AND earned.at < span.ends_at
    LEFT JOIN LATERAL (
        SELECT sum(available + pending - debt) AS points FROM entry
        WHERE undoes = earned.key AND kind IN ('cancel', 'claw_back')
    ) AS undone ON true
), summed AS (
    SELECT id AS member_id, span.season, coalesce(sum(points), 0)::bigint AS score,
           coalesce(max(at) FILTER (WHERE points > 0), span.starts_at) AS reached_at
    FROM unnest($1::bigint[]) AS wanted (id) CROSS JOIN span
    LEFT JOIN counted ON counted.member_id = wanted.id AND counted.season = span.season
    GROUP BY id, span.season, span.starts_at
), gone AS (
    DELETE FROM score
    WHERE board = $2 AND season = ANY($3::text[])
      AND member_id = ANY(ARRAY(SELECT member_id FROM summed WHERE score = 0))
      AND (season, member_id) NOT IN (SELECT season, member_id FROM summed WHERE score > 0)
), kept AS (
    INSERT INTO score (board, season, member_id, score, reached_at)
    SELECT $2, season, member_id, score, reached_at FROM summed WHERE score > 0
    ORDER BY season, member_id
    ON CONFLICT (board, season, member_id) DO UPDATE
    SET score = excluded.score, reached_at = excluded.reached_at
    WHERE (score.score, score.reached_at) IS DISTINCT FROM (excluded.score, excluded.reached_at)
)
SELECT season, member_id, score, reached_at FROM summed
"""


async def score(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> list[Scored]:
    """Score members anew in this season and the one before, and return all their scores.

    The season of a festival is scored until orders of it are hardly given back any more.
    """
    scored: list[Scored] = []
    for rule in rules.of(POLICIES, at):
        if isinstance(rule.body, Board):
            spans = _open(rule.body, rules.seasons(at), at=at)
            scored += await _score(member_ids, rule.slot, spans) if spans else []
    return scored


def _open(board: Board, seasons: Seasons, *, at: datetime) -> list[Season]:
    """Return the seasons whose scores still change, in their order."""
    this = season(board.season, at, seasons)
    if is_festival(board.season):
        return [this] if at < this.ends_at + SETTLES else []
    return [before(board.season, this, seasons), this]


async def _score(member_ids: Sequence[int], board: str, spans: Sequence[Season]) -> list[Scored]:
    names, starts, ends = map(list, zip(*map(astuple, spans), strict=True))
    rows = await db.fetch(_SCORE, list(member_ids), board, names, starts, ends)
    return [Scored(board, *row) for row in rows]
