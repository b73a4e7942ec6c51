"""What leaves the house whole: members, their points by lot, every movement, and what is owed.

Each is read in pages by a key, so that any number of rows passes through little memory. Moments
are aware UTC, points whole.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from loyalty.customers.emails import shown_email
from loyalty.customers.phones import PURPOSE
from loyalty.sealing import Sealer
from models import db

PAGE = 5_000

# Each identity once, the oldest of a kind first; a merged customer's are her root's by now.
_NAMES = """
LEFT JOIN LATERAL (
    SELECT min(value) FILTER (WHERE kind = 'unionid') AS unionid,
           min(scope || ':' || value) FILTER (WHERE kind = 'openid') AS openid,
           min(value) FILTER (WHERE kind = 'customer_key') AS name,
           min(value) FILTER (WHERE kind = 'mobile') AS digest,
           (array_agg(sealed_value) FILTER (WHERE kind = 'mobile'))[1] AS sealed,
           (array_agg(value ORDER BY id) FILTER (WHERE kind = 'email'))[1] AS email_digest,
           (array_agg(sealed_value ORDER BY id) FILTER (WHERE kind = 'email'))[1] AS email_sealed
    FROM identity WHERE identity.customer_id = member.id
) AS named ON true
"""

_MEMBERS = f"""
SELECT member.id, customer.uuid::text, joined_at, joined_through, customer.language, standing.tier,
       points_available, points_pending, points_debt, named.*
FROM member JOIN customer ON customer.id = member.id
LEFT JOIN standing ON standing.member_id = member.id
{_NAMES}
WHERE member.id > $1 AND member.merged_into_id IS NULL
ORDER BY member.id LIMIT $2
"""

_BALANCES = f"""
SELECT member.id, customer.uuid::text, joined_at, lot.points, lot.expires_at, named.*
FROM (
    SELECT id, joined_at, idle_expires_at FROM member
    WHERE id > $1 AND merged_into_id IS NULL ORDER BY id LIMIT $2
) AS member
JOIN customer ON customer.id = member.id
{_NAMES}
LEFT JOIN LATERAL (
    SELECT expires_at, sum(remaining)::bigint AS points FROM lot
    WHERE lot.member_id = member.id AND settled_at IS NOT NULL AND remaining > 0
      AND coalesce(expires_at, member.idle_expires_at, 'infinity') > $3
    GROUP BY expires_at
) AS lot ON true
ORDER BY member.id, lot.expires_at
"""

_LEDGER = """
SELECT entry.member_id, customer.uuid::text, entry.number, at, entry.kind, entry.key, available,
       pending, debt, shortfall, cause, rule_version.slot, rule_version.version, recorded_at
FROM entry JOIN customer ON customer.id = entry.member_id
LEFT JOIN rule_version ON rule_version.id = entry.rule_version_id
WHERE (entry.member_id, entry.number) > ($1, $2) AND at <= $4
ORDER BY entry.member_id, entry.number LIMIT $3
"""

_OWED = """
WITH held AS (
    SELECT lot.member_id, coalesce(lot.expires_at, member.idle_expires_at) AS expiry,
           lot.settled_at IS NOT NULL AND lot.settled_at <= $1 AS is_settled,
           lot.points - coalesce(sum(draw.points) FILTER (WHERE drew.at <= $1), 0) AS points
    FROM lot JOIN member ON member.id = lot.member_id
    JOIN entry AS opened ON opened.member_id = lot.member_id AND opened.number = lot.entry_number
    LEFT JOIN draw ON draw.member_id = lot.member_id AND draw.lot_number = lot.number
    LEFT JOIN entry AS drew ON drew.member_id = draw.member_id AND drew.number = draw.entry_number
    WHERE opened.at <= $1
    GROUP BY lot.member_id, lot.number, member.idle_expires_at
)
SELECT to_char((expiry - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')
           AS month,
       coalesce(sum(points) FILTER (WHERE is_settled), 0)::bigint AS available,
       coalesce(sum(points) FILTER (WHERE NOT is_settled), 0)::bigint AS pending,
       count(DISTINCT member_id) AS members
FROM held WHERE points > 0 AND (expiry IS NULL OR expiry > $1 OR NOT is_settled)
GROUP BY month ORDER BY month NULLS LAST
"""

_PROOF = """
SELECT coalesce(sum(available), 0)::bigint AS available,
       coalesce(sum(pending), 0)::bigint AS pending, coalesce(sum(debt), 0)::bigint AS debt
FROM entry WHERE at <= $1
"""

Page = list[dict[str, Any]]


async def members(*, sealer: Sealer | None) -> AsyncIterator[Page]:
    """Yield all members with their tier, points and names, numbers only with a ``sealer``."""
    last = 0
    while rows := await db.fetch(_MEMBERS, last, PAGE):
        last = rows[-1]["id"]
        yield [_named(row, sealer) for row in rows]


async def balances(*, at: datetime, sealer: Sealer | None) -> AsyncIterator[Page]:
    """Yield what each member can spend, by when it lapses; who has nothing stands there once."""
    last = 0
    while rows := await db.fetch(_BALANCES, last, PAGE, at):
        last = rows[-1]["id"]
        yield [_named(row, sealer) | {"points": row["points"] or 0} for row in rows]


async def ledger(*, until: datetime) -> AsyncIterator[Page]:
    """Yield every movement that took effect up to a moment, member by member, in their order."""
    last: tuple[int, int] = (0, 0)
    while rows := await db.fetch(_LEDGER, *last, PAGE, until):
        last = rows[-1]["member_id"], rows[-1]["number"]
        yield [dict(row) for row in rows]


async def owed(*, at: datetime) -> tuple[Page, dict[str, int]]:
    """Return what members could spend or waited for at a moment, by the month in which it lapses.

    Beside it the sums of all entries up to then, points owed to us with them. They hold what was
    due and not yet taken away, too. Where points lapse by inactivity, the month is today's.
    """
    months: Sequence[db.Row] = await db.fetch(_OWED, at)
    (proof,) = await db.fetch(_PROOF, at)
    return [dict(row) for row in months], dict(proof)


def _named(row: db.Row, sealer: Sealer | None) -> dict[str, Any]:
    told = dict(row)
    sealed, digest = told.pop("sealed"), told.pop("digest")
    if sealed is not None and sealer is not None:
        told["mobile"] = sealer.unseal(sealed, purpose=f"{PURPOSE}:{digest}").decode()
    digest, sealed = told.pop("email_digest"), told.pop("email_sealed")
    if sealed is not None and sealer is not None:
        told["email"] = shown_email(digest, sealed, sealer=sealer)
    app_id, _, openid = (told["openid"] or "").partition(":")
    return told | {"app_id": app_id, "openid": openid}
