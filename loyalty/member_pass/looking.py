"""Whom a platform means, and what it may show of her; one statement each."""

from datetime import datetime

from msgspec import Struct

from loyalty import programme
from loyalty.errors import NotFound
from loyalty.ledger.reading import BALANCE, SOON
from loyalty.orders import IdentityRef
from models import db


class Shown(Struct, frozen=True):
    """A shopper as a platform tells of her, to the pass of ``connection_id``.

    ``name`` is its own name for her; ``others`` more such names. ``mixed`` and ``phone`` are the
    digests of the hash of her number and of the number itself, where it tells them. ``told_at`` is
    the platform's own moment of what it tells, where it has one.
    """

    connection_id: int
    name: IdentityRef | None = None
    others: tuple[IdentityRef, ...] = ()
    mixed: str = ""
    phone: str = ""
    told_at: datetime | None = None


class Found(Struct, frozen=True):
    """Which customers are meant: by the number, and by what is bound.

    ``bound_name`` is under which name the number's customer is bound. ``own`` is whom the number,
    or else the name, meant before a merge: what comes with it goes with her when they part.
    """

    by_phone: int | None
    own: int | None
    bound: int | None
    bound_name: str | None


class PassMember(Struct, frozen=True):
    """What a platform shows of a member: points that she can spend, and her tier's code."""

    member_id: int
    points: int
    tier: str


_ROOT = "coalesce(customer.merged_into_id, customer.id)"
_OWN = "coalesce(before_merge_id, customer_id)"
_LOOK = f"""
SELECT found.by_phone, coalesce(found.own, named.own) AS own, standing.bound, hers.bound_name
FROM (SELECT (
        SELECT {_OWN} FROM identity WHERE kind = $4 AND scope = $5 AND value = $6) AS own) AS named
LEFT JOIN LATERAL (
        SELECT {_ROOT} AS by_phone, {_OWN} AS own
        FROM (SELECT 1 AS place, id FROM identity
              WHERE kind = 'mobile' AND scope = '' AND value = $3
              UNION ALL
              SELECT 2, identity_id FROM mixed_phone WHERE connection_id = $1 AND digest = $2
             ) AS number
        JOIN identity USING (id) JOIN customer ON customer.id = customer_id
        ORDER BY place LIMIT 1) AS found ON true
CROSS JOIN (SELECT (
        SELECT {_ROOT} FROM pass_binding JOIN customer ON customer.id = customer_id
        WHERE connection_id = $1 AND value = $6 AND ended_at IS NULL) AS bound) AS standing
CROSS JOIN LATERAL (SELECT (
        SELECT pass_binding.value FROM pass_binding JOIN customer ON customer.id = customer_id
        WHERE connection_id = $1 AND ended_at IS NULL AND found.by_phone IS NOT NULL
          AND customer_id = ANY(ARRAY(SELECT id FROM customer
                                      WHERE coalesce(merged_into_id, id) = found.by_phone))
        ORDER BY pass_binding.id LIMIT 1) AS bound_name) AS hers
"""


# A platform waits a second for it: her points and her tier, and nothing else of what is known.
_SHOW = f"""
SELECT standing.tier, {BALANCE.columns}
FROM member LEFT JOIN standing ON standing.member_id = member.id {BALANCE.join}
WHERE member.id = $3
"""


async def look(shown: Shown) -> Found:
    """Return which customers a platform means."""
    name = shown.name
    (row,) = await db.fetch(
        _LOOK,
        shown.connection_id,
        shown.mixed,
        shown.phone,
        name.kind.value if name else "",
        name.scope if name else "",
        name.value if name else "",
    )
    return Found(*row)


async def show(member_id: int, *, at: datetime) -> PassMember:
    """Return what a platform shows of a member.

    Raises:
        NotFound: ``no_such_member``.
    """
    rows = await db.fetch(_SHOW, at, at + SOON, member_id)
    if not rows:
        raise NotFound("no_such_member")
    tiers = (await programme.recent()).tiers(at)
    hers = tiers.tiers[tiers.rank_of(rows[0]["tier"] or "")]
    return PassMember(member_id, rows[0]["available"], hers.code)
