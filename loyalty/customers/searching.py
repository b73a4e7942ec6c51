"""Members found by what staff know of them: a number, a phone, an order, a platform's name."""

import re
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from loyalty.customers.phones import seal_phone
from loyalty.sealing import Sealer
from models import db

LONGEST_SEARCH = 100
MOST_FOUND = 200
SHORTEST_TAIL, LONGEST_TAIL = 4, 32
_TAIL = re.compile(f"[0-9a-f]{{{SHORTEST_TAIL},{LONGEST_TAIL}}}", re.ASCII)
_PHONE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})", re.ASCII)


class FoundMember(Struct, frozen=True):
    """A member as a list shows her; ``tier`` is "" before she was ever counted."""

    member_id: int
    uuid: UUID
    joined_at: datetime
    joined_through: str
    points_available: int
    points_pending: int
    tier: str
    orders: int
    spent_fen: int
    known_by: list[str]


# The pairs of kind and scope are few: names are looked up under each, by the one index there is.
_NAMED = """
WITH RECURSIVE pair AS (
    (SELECT kind, scope FROM identity ORDER BY kind, scope LIMIT 1)
    UNION ALL
    SELECT next.kind, next.scope FROM pair CROSS JOIN LATERAL (
        SELECT kind, scope FROM identity WHERE (kind, scope) > (pair.kind, pair.scope)
        ORDER BY kind, scope LIMIT 1) AS next
), named AS (
    SELECT id AS customer_id FROM customer
    WHERE reverse(replace(uuid::text, '-', '')) LIKE $1 AND $1 <> ''
    UNION
    SELECT customer_id FROM pair CROSS JOIN LATERAL (
        SELECT customer_id FROM identity
        WHERE kind = pair.kind AND scope = pair.scope AND value = ANY($2::text[]) OFFSET 0
    ) AS identity
    UNION
    SELECT customer_id FROM shop CROSS JOIN LATERAL (
        SELECT customer_id FROM purchase WHERE shop_id = shop.id AND number = $3 OFFSET 0
    ) AS purchase
)
SELECT DISTINCT coalesce(merged_into_id, customer.id) AS member_id
FROM named JOIN customer ON customer.id = customer_id LIMIT $4
"""

_SHOWN = """
SELECT member.id, customer.uuid, member.joined_at, member.joined_through, member.points_available,
       member.points_pending, coalesce(standing.tier, '') AS tier,
       coalesce(standing.orders, 0) AS orders, coalesce(standing.spent_fen, 0) AS spent_fen,
       ARRAY(SELECT DISTINCT kind FROM identity WHERE customer_id = customer.id ORDER BY kind)
           AS known_by
FROM member JOIN customer ON customer.id = member.id
LEFT JOIN standing ON standing.member_id = member.id
WHERE customer.merged_into_id IS NULL AND member.deleted_at IS NULL
"""
_OF_IDS = f"{_SHOWN} AND member.id = ANY($1::bigint[]) ORDER BY member.id DESC"
_NEWEST = f"{_SHOWN} ORDER BY member.id DESC LIMIT $1 OFFSET $2"
_OF_TIER = f"{_SHOWN} AND standing.tier = $3 ORDER BY member.id DESC LIMIT $1 OFFSET $2"
# Whoever was never counted is of the lowest.
_OF_LOWEST = (
    f"{_SHOWN} AND (standing.tier IS NULL OR standing.tier = $3)"
    " ORDER BY member.id DESC LIMIT $1 OFFSET $2"
)


async def search(words: str, *, sealer: Sealer) -> list[FoundMember]:
    """Return the members whom these words name, newest first, at most ``MOST_FOUND``.

    That is: the last letters of their number, a mobile number, an order's, or the name that a
    platform gave them.
    """
    asked = words.strip()[:LONGEST_SEARCH].replace("\x00", "")
    if not asked:
        return []
    rows = await db.fetch(_NAMED, _tail(asked), _names(asked, sealer), asked, MOST_FOUND)
    ids = [row["member_id"] for row in rows]
    return [FoundMember(*row) for row in await db.fetch(_OF_IDS, ids)]


def _tail(asked: str) -> str:
    """Return the pattern of the last letters of a number, "" where it can be none."""
    letters = asked.lower().replace("-", "")
    return f"{letters[::-1]}%" if _TAIL.fullmatch(letters) else ""


def _names(asked: str, sealer: Sealer) -> list[str]:
    """Return what she may be known by: the words, and the digest of a number."""
    phone = _PHONE.fullmatch(asked.replace(" ", "").replace("-", ""))
    if phone is None:
        return [asked]
    return [asked, seal_phone(f"+86{phone[1]}", sealer=sealer).digest]


async def listed(
    *, tier: str = "", is_lowest: bool = False, limit: int, offset: int = 0
) -> list[FoundMember]:
    """Return members, newest first; of one tier alone, where one is named."""
    if not tier:
        rows = await db.fetch(_NEWEST, limit, offset)
    else:
        rows = await db.fetch(_OF_LOWEST if is_lowest else _OF_TIER, limit, offset, tier)
    return [FoundMember(*row) for row in rows]
