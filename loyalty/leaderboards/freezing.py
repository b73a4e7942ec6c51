"""A season is over: its list is frozen once, as it stands when its orders come back no more."""

from collections.abc import Sequence
from datetime import datetime

from loyalty import programme
from loyalty.again import in_transaction
from loyalty.leaderboards import played
from loyalty.leaderboards.played import Played
from loyalty.leaderboards.reading import ORDER, on_board
from loyalty.leaderboards.scoring import score
from loyalty.programme import Programme
from models import db

PAGE = 500
SPARE = 1000  # lines below the last that wins: who moves up where others are disqualified

_WAITING = """
SELECT member_id FROM changed_member WHERE member_id > $1 ORDER BY member_id LIMIT $2
"""
_LOCK = "SELECT id FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"

# Who comes second waits here for the first, and finds it done.
_FINAL = """
INSERT INTO board_final (board, season, starts_at, ends_at, rule_version_id, frozen_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (board, season) DO NOTHING RETURNING id
"""
_PLACES = f"""
INSERT INTO board_place (final_id, rank, member_id, score, reached_at)
SELECT $1, row_number() OVER (ORDER BY {ORDER}), member_id, score, reached_at
FROM score WHERE {on_board("$2", "$3")} AND score >= $4
ORDER BY {ORDER} LIMIT $5
RETURNING rank
"""


async def freeze(*, at: datetime) -> int:
    """Freeze the lists that are due, and return how many.

    Any number of processes may do it at once. Whoever waits to be derived is scored before.
    """
    rules = await programme.load()
    done = await played.frozen(at=at)
    due = [
        one
        for one in played.promised(rules, at=at)
        if one.freezes_at and one.freezes_at <= at and (one.rule.slot, one.season.name) not in done
    ]
    if due:
        await _score_who_waits(rules, at=at)
    return sum([await _freeze(one, at=at) for one in due])


async def _score_who_waits(rules: Programme, *, at: datetime) -> None:
    """Score all who wait; they wait on for the rest of what is derived."""
    after = 0
    while rows := await db.fetch(_WAITING, after, PAGE):
        member_ids = [row["member_id"] for row in rows]
        await in_transaction(lambda ids=member_ids: _score(ids, rules, at=at))  # type: ignore[misc]
        after = member_ids[-1]


async def _score(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> None:
    await db.fetch(_LOCK, list(member_ids))
    await score(member_ids, rules, at=at)


async def _freeze(one: Played, *, at: datetime) -> bool:
    board, span = one.board, one.season
    last = board.prizes[-1].last_rank + SPARE
    async with db.transaction():
        rows = await db.fetch(
            _FINAL,
            one.rule.slot,
            span.name,
            span.starts_at,
            span.ends_at,
            one.rule.version_id,
            at,
        )
        if not rows:
            return False
        final_id = rows[0]["id"]
        await db.fetch(_PLACES, final_id, one.rule.slot, span.name, board.least_score, last)
    return True
