"""Which boosts members had when they paid, and which one a member has now."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from loyalty.earning import PersonalBoost
from loyalty.programme import Programme
from loyalty.roots import ids_of
from models import db

# By the merges that stood at the moment, undone since or not: hers were those of all whom she was.
# The largest first; of equal ones the first that was given.
_HELD = """
WITH RECURSIVE hers (member_id, at, id) AS (
    SELECT member_id, at, member_id
    FROM unnest($1::bigint[], $2::timestamptz[]) AS wanted (member_id, at)
    UNION
    SELECT hers.member_id, at, other_id FROM hers CROSS JOIN LATERAL (
        SELECT other_id FROM merge
        WHERE root_id = hers.id AND merged_at <= at AND (undone_at IS NULL OR undone_at > at)
    ) AS led
)
SELECT hers.member_id, at, boost.id, cause, rule_version_id, times_percent
FROM hers CROSS JOIN LATERAL (
    SELECT * FROM boost WHERE boost.member_id = hers.id AND starts_at <= at AND at < ends_at
) AS boost
ORDER BY times_percent DESC, boost.id
"""

Payment = tuple[int, datetime]


class Boosted(Struct, frozen=True):
    """That what a member pays for now earns so many times, and until when."""

    times_percent: int
    ends_at: datetime


def now(member: str, at: str) -> str:
    """Return the SQL of the boost that counts for what a member pays at a moment.

    Many ask who have none: whether anybody has one is looked at once.
    """
    return f"""
        SELECT times_percent, ends_at FROM boost
        WHERE EXISTS (SELECT FROM boost WHERE ends_at > {at})
          AND member_id = ANY({ids_of(member)}) AND starts_at <= {at} AND {at} < ends_at
        ORDER BY times_percent DESC, ends_at DESC LIMIT 1
    """


async def held(
    payments: Iterable[Payment], *, rules: Programme
) -> Mapping[Payment, tuple[PersonalBoost, ...]]:
    """Return the boosts with which members paid at moments, the largest first.

    ``member_id`` is who she was then. One statement; none where nobody had a boost by then.
    """
    asked = {one for one in payments if rules.boosted_until and one[1] < rules.boosted_until}
    if not asked:
        return {}
    found: dict[Payment, list[PersonalBoost]] = {}
    rows = await db.fetch(_HELD, [one for one, _ in asked], [at for _, at in asked])
    for member_id, at, *boost in rows:
        found.setdefault((member_id, at), []).append(PersonalBoost(*boost))
    return {payment: tuple(boosts) for payment, boosts in found.items()}


async def boosted(member_id: int, *, at: datetime, rules: Programme) -> Boosted | None:
    """Return the boost that counts for what a member pays now; None, without asking, if none."""
    if rules.boosted_until is None or rules.boosted_until <= at:
        return None
    rows = await db.fetch(now("$1::bigint", "$2::timestamptz"), member_id, at)
    return Boosted(*rows[0]) if rows else None
