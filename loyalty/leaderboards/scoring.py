"""Scores of a season: what a board counts in it, less what of that was taken back since."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.leaderboards import played
from loyalty.leaderboards.played import Played
from loyalty.leaderboards.sources import SOURCES
from loyalty.programme import Programme
from loyalty.roots import ids_of
from models import db


class Scored(Struct, frozen=True):
    """A member's score in a season now; 0 where she is on the board no more."""

    board: str
    season: str
    member_id: int
    score: int
    reached_at: datetime


# What is hers is read once for all boards that count alike. Whom staff keep off all boards, who is
# not in a board's group, and who deleted her account has no score.
_SUMMED = """
WITH span AS (
    SELECT * FROM unnest($4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[])
        AS span (board, season, starts_at, ends_at)
), absent AS (
    SELECT wanted.id FROM unnest($1::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT {hers} AS ids OFFSET 0) AS hers
    WHERE EXISTS (SELECT FROM board_exclusion WHERE member_id = ANY(hers.ids))
       OR EXISTS (SELECT FROM member WHERE member.id = wanted.id AND deleted_at IS NOT NULL)
       OR $8 <> '' AND NOT EXISTS (
          SELECT FROM community_member JOIN community ON community.id = community_id
          WHERE customer_id = ANY(hers.ids) AND left_at IS NULL AND slot = $8)
), summed AS (
    SELECT span.board, span.season, told.member_id, sum(told.points)::bigint AS score,
           coalesce(max(told.at) FILTER (WHERE told.points > 0), span.starts_at) AS reached_at
    FROM ({source}) AS told (member_id, at, points)
    JOIN span ON told.at >= span.starts_at AND told.at < span.ends_at
    WHERE told.member_id NOT IN (SELECT id FROM absent)
    GROUP BY span.board, span.season, span.starts_at, told.member_id
    HAVING sum(told.points) > 0
)
"""
_READ = "SELECT member_id, score FROM summed"
_WRITE = """, leaving AS (
    SELECT standing.row_id
    FROM unnest($1::bigint[]) AS wanted (id) CROSS JOIN span
    CROSS JOIN LATERAL (
        SELECT score.ctid AS row_id FROM score
        WHERE score.board = span.board AND score.season = span.season AND member_id = wanted.id
        OFFSET 0
    ) AS standing
    WHERE (span.board, span.season, wanted.id) NOT IN (
        SELECT board, season, member_id FROM summed)
), gone AS (
    DELETE FROM score WHERE ctid = ANY(ARRAY(SELECT row_id FROM leaving))
), kept AS (
    INSERT INTO score (board, season, member_id, score, reached_at)
    SELECT board, season, member_id, score, reached_at FROM summed
    ORDER BY board, season, member_id
    ON CONFLICT (board, season, member_id) DO UPDATE
    SET score = excluded.score, reached_at = excluded.reached_at
    WHERE (score.score, score.reached_at) IS DISTINCT FROM (excluded.score, excluded.reached_at)
)
SELECT span.board, span.season, wanted.id, coalesce(score, 0), coalesce(reached_at, span.starts_at)
FROM unnest($1::bigint[]) AS wanted (id) CROSS JOIN span
LEFT JOIN summed ON summed.board = span.board AND summed.season = span.season
     AND summed.member_id = wanted.id
"""


def _summed(source: str) -> str:
    return _SUMMED.format(source=SOURCES[source], hers=ids_of("wanted.id"))


SCORE = {source: _summed(source) + _WRITE for source in SOURCES}


async def score(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> list[Scored]:
    """Score members anew in the seasons whose scores still change; return them all.

    One statement for each way in which boards count.
    """
    alike: dict[tuple[str, str], list[Played]] = {}
    for one in await played.scored(rules, at=at):
        alike.setdefault((one.board.source, one.board.community_slot), []).append(one)
    scored: list[Scored] = []
    for (source, _), seasons in sorted(alike.items()):
        rows = await db.fetch(SCORE[source], *arguments(member_ids, seasons))
        scored += [Scored(*row) for row in rows]
    return scored


async def scores_now(member_ids: Sequence[int], one: Played) -> dict[int, int]:
    """Return what members would have in a season that may be frozen, writing nothing.

    Whoever left the board's group since counts as she did: what she earned is not undone by that.
    """
    told = arguments(member_ids, [one], community_slot="")
    rows = await db.fetch(_summed(one.board.source) + _READ, *told)
    return {row["member_id"]: row["score"] for row in rows}


def arguments(
    member_ids: Sequence[int], seasons: Sequence[Played], *, community_slot: str | None = None
) -> tuple[object, ...]:
    """Return what the statements ask for: members, and seasons of boards that count alike.

    Only members of the boards' group have a score, or of that of ``community_slot``; "" is all.
    """
    ordered = sorted(seasons, key=lambda one: (one.season.starts_at, one.rule.slot))
    spans = [one.season for one in ordered]
    return (
        list(member_ids),
        spans[0].starts_at,
        max(span.ends_at for span in spans),
        [one.rule.slot for one in ordered],
        [span.name for span in spans],
        [span.starts_at for span in spans],
        [span.ends_at for span in spans],
        ordered[0].board.community_slot if community_slot is None else community_slot,
    )
