"""Who would move if other tiers held: worked out on all members at once, and nothing is written."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from loyalty import programme
from loyalty.policies.tiers import Tiers
from loyalty.standing.measuring import EVERYONE, arguments, stood
from models import db

SAMPLE = 5
MOST_LOOKED_AT = 100_000

_COUNT = """
SELECT count(*) AS members FROM member WHERE merged_into_id IS NULL AND deleted_at IS NULL
"""
_PREVIEW = """
WITH {stood},
moved AS (
    SELECT coalesce(standing.tier, $13) AS was, ($12::text[])[coalesce(rank_now, 0) + 1] AS becomes,
           member_id
    FROM wanted LEFT JOIN best USING (member_id) LEFT JOIN standing USING (member_id)
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY was, becomes ORDER BY member_id) AS place FROM moved
)
SELECT was, becomes, count(*) AS members,
       array_agg(member_id ORDER BY place) FILTER (WHERE place <= $14) AS sample
FROM placed GROUP BY was, becomes
"""

Way = Literal["up", "down", "stay"]


class TierMove(Struct, frozen=True):
    """So many members of one tier who would be in another, or in the same; some of them by id."""

    was: str
    becomes: str
    way: Way
    members: int
    sample: list[int]


class TierMoves(Struct, frozen=True):
    """All moves: up, down, and who stays.

    Where only every so many-th member was looked at, the numbers are estimates.
    """

    every: int
    moves: list[TierMove]


async def preview(draft: Tiers, *, at: datetime, most: int = MOST_LOOKED_AT) -> TierMoves:
    """Return who would move between which tiers, by the figures that a draft would derive now.

    One statement that reads. Of more than ``most`` members it looks at every second, third ...
    """
    held = (await programme.load()).tiers(at)
    (counted,) = await db.fetch(_COUNT)
    every = max(1, -(-counted["members"] // most))
    rows = await db.fetch(
        _PREVIEW.format(stood=stood(draft, EVERYONE)),
        *arguments([every], draft, at=at),
        [tier.code for tier in draft.tiers],
        held.tiers[0].code,
        SAMPLE,
    )
    moves = [_move(row, held, draft, every=every) for row in rows]
    order: dict[Way, int] = {"up": 0, "down": 1, "stay": 2}
    moves.sort(key=lambda one: (order[one.way], -one.members, one.was, one.becomes))
    return TierMoves(every, moves)


def _move(row: db.Row, held: Tiers, draft: Tiers, *, every: int) -> TierMove:
    was, becomes = row["was"], row["becomes"]
    way = _way(was, becomes, held, draft)
    return TierMove(was, becomes, way, row["members"] * every, row["sample"])


def _way(was: str, becomes: str, held: Tiers, draft: Tiers) -> Way:
    """Say whether a tier is above another, by whichever tiers know both; else by their places."""
    before, after = held.rank_of(was), draft.rank_of(becomes)
    for tiers in (held, draft):
        codes = [tier.code for tier in tiers.tiers]
        if was in codes and becomes in codes:
            before, after = codes.index(was), codes.index(becomes)
    if before == after:
        return "stay"
    return "up" if after > before else "down"
