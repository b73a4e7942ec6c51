"""Scores of a season: what a board counts in it, less what of that was taken back since."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.leaderboards import played
from loyalty.leaderboards.played import Played
from loyalty.leaderboards.sources import SOURCES
from loyalty.programme import Programme
from loyalty.roots import ids_of
from loyalty.seasons import Season
from models import db


class Scored(Struct, frozen=True):
    """A member's score in a season now; 0 where she is on the board no more."""

    board: str
    season: str
    member_id: int
    score: int
    reached_at: datetime


# The spans stand in their order, so what is hers is read once for all of them. Whom staff keep off
# all boards, who is not in a board's group, and who deleted her account has no score.
_SUMMED = """
WITH span AS (
    SELECT * FROM unnest($4::text[], $5::timestamptz[], $6::timestamptz[])
        AS span (season, starts_at, ends_at)
), player AS (
    SELECT wanted.id FROM unnest($1::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT {hers} AS ids OFFSET 0) AS hers
    WHERE NOT EXISTS (SELECT FROM board_exclusion WHERE member_id = ANY(hers.ids))
      AND NOT EXISTS (SELECT FROM member WHERE member.id = wanted.id AND deleted_at IS NOT NULL)
      AND ($7 = '' OR EXISTS (
          SELECT FROM community_member JOIN community ON community.id = community_id
          WHERE customer_id = ANY(hers.ids) AND left_at IS NULL AND slot = $7))
), counted AS (
    SELECT told.member_id, span.season, told.at, told.points
    FROM ({source}) AS told (member_id, at, points)
    JOIN span ON told.at >= span.starts_at AND told.at < span.ends_at
    WHERE told.member_id IN (SELECT id FROM player)
), summed AS (
    SELECT id AS member_id, span.season, coalesce(sum(points), 0)::bigint AS score,
           coalesce(max(at) FILTER (WHERE points > 0), span.starts_at) AS reached_at
    FROM unnest($1::bigint[]) AS wanted (id) CROSS JOIN span
    LEFT JOIN counted ON counted.member_id = wanted.id AND counted.season = span.season
    GROUP BY id, span.season, span.starts_at
)
"""
_READ = "SELECT season, member_id, score, reached_at FROM summed"
_WRITE = f""", gone AS (
    DELETE FROM score
    WHERE board = $8 AND season = ANY($4::text[])
      AND member_id = ANY(ARRAY(SELECT member_id FROM summed WHERE score = 0))
      AND (season, member_id) NOT IN (SELECT season, member_id FROM summed WHERE score > 0)
), kept AS (
    INSERT INTO score (board, season, member_id, score, reached_at)
    SELECT $8, season, member_id, score, reached_at FROM summed WHERE score > 0
    ORDER BY season, member_id
    ON CONFLICT (board, season, member_id) DO UPDATE
    SET score = excluded.score, reached_at = excluded.reached_at
    WHERE (score.score, score.reached_at) IS DISTINCT FROM (excluded.score, excluded.reached_at)
)
{_READ}
"""


def _summed(source: str) -> str:
    return _SUMMED.format(source=SOURCES[source], hers=ids_of("wanted.id"))


SCORE = {source: _summed(source) + _WRITE for source in SOURCES}


async def score(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> list[Scored]:
    """Score members anew in the seasons whose scores still change, and return all their scores.

    One statement for each way in which a board counts.
    """
    alike: dict[tuple[str, str, str, str], list[Season]] = {}
    for one in await played.scored(rules, at=at):
        board = one.board
        key = (one.rule.slot, board.season, board.source, board.community_slot)
        alike.setdefault(key, []).append(one.season)
    scored: list[Scored] = []
    for (slot, _, source, community_slot), spans in sorted(alike.items(), key=lambda one: one[0]):
        asked = arguments(member_ids, spans, community_slot=community_slot)
        rows = await db.fetch(SCORE[source], *asked, slot)
        scored += [Scored(slot, *row) for row in rows]
    return scored


async def scores_now(member_ids: Sequence[int], one: Played) -> dict[int, int]:
    """Return what members would have in a season that may be frozen, writing nothing."""
    asked = arguments(member_ids, [one.season], community_slot="")
    rows = await db.fetch(_summed(one.board.source) + _READ, *asked)
    return {row["member_id"]: row["score"] for row in rows}


def arguments(
    member_ids: Sequence[int], spans: Sequence[Season], *, community_slot: str
) -> tuple[object, ...]:
    """Return what the statements ask for."""
    ordered = sorted(spans, key=lambda span: span.starts_at)
    return (
        list(member_ids),
        ordered[0].starts_at,
        max(span.ends_at for span in ordered),
        [span.name for span in ordered],
        [span.starts_at for span in ordered],
        [span.ends_at for span in ordered],
        community_slot,
    )
