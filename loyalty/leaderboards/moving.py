"""How ranks moved since the day began: they are kept once a day, for all at once."""

from collections.abc import Iterable
from datetime import datetime

from loyalty import programme
from loyalty.calendar import day_of
from loyalty.leaderboards import played
from loyalty.leaderboards.reading import ORDER
from models import db

_KEEP = f"""
INSERT INTO rank_before (board, season, member_id, rank, kept_on)
SELECT board, season, member_id, row_number() OVER (ORDER BY {ORDER}), $3
FROM score WHERE board = $1 AND season = $2 ORDER BY member_id
ON CONFLICT (board, season, member_id) DO UPDATE
SET rank = excluded.rank, kept_on = excluded.kept_on WHERE rank_before.kept_on < excluded.kept_on
"""

# Whoever left the board meanwhile has no rank to come from.
_FORGET = """
DELETE FROM rank_before WHERE (board, season) NOT IN (SELECT * FROM unnest($1::text[], $2::text[]))
   OR kept_on < $3
"""
_BEFORE = """
SELECT member_id, rank FROM rank_before
WHERE board = $1 AND season = $2 AND member_id = ANY($3::bigint[])
"""


async def keep_ranks(*, at: datetime) -> int:
    """Keep the ranks of the running seasons, and forget those of others; return of how many boards.

    A second time on a day it changes nothing.
    """
    rules, on = await programme.load(), day_of(at)
    running = [one for one in played.shown(rules, at=at) if one.season.holds(at)]
    async with db.transaction():
        for one in running:
            await db.fetch(_KEEP, one.rule.slot, one.season.name, on)
        await db.fetch(
            _FORGET, [one.rule.slot for one in running], [one.season.name for one in running], on
        )
    return len(running)


async def ranks_before(board: str, season: str, member_ids: Iterable[int]) -> dict[int, int]:
    """Return the ranks that members had as the day began, of those who had one."""
    rows = await db.fetch(_BEFORE, board, season, sorted(set(member_ids)))
    return {row["member_id"]: row["rank"] for row in rows}
