"""Whom a platform means, and what it may show of her; one statement each."""

from datetime import datetime

from msgspec import Struct

from loyalty import programme, standing
from loyalty.orders import IdentityRef
from models import db


class Shown(Struct, frozen=True):
    """A shopper as a platform tells of her, to the pass of ``connection_id``.

    ``name`` is its own name for her; ``others`` more such names. ``mixed`` and ``phone`` are the
    digests of the hash of her number and of the number itself, where it tells them.
    """

    connection_id: int
    name: IdentityRef | None = None
    others: tuple[IdentityRef, ...] = ()
    mixed: str = ""
    phone: str = ""


class Found(Struct, frozen=True):
    """Which customers are meant: by the number, and by what is bound.

    ``bound_name`` is under which name the number's customer is bound.
    """

    by_phone: int | None
    bound: int | None
    bound_name: str | None


class PassMember(Struct, frozen=True):
    """What a platform shows of a member: points that she can spend, and her tier's code."""

    member_id: int
    points: int
    tier: str


_ROOT = "coalesce(customer.merged_into_id, customer.id)"
_LOOK = f"""
SELECT found.by_phone, standing.bound, hers.bound_name
FROM (SELECT coalesce(
        (SELECT {_ROOT} FROM identity JOIN customer ON customer.id = customer_id
         WHERE kind = 'mobile' AND scope = '' AND value = $3),
        (SELECT {_ROOT} FROM mixed_phone JOIN identity ON identity.id = identity_id
         JOIN customer ON customer.id = identity.customer_id
         WHERE connection_id = $1 AND digest = $2)) AS by_phone) AS found
CROSS JOIN (SELECT (
        SELECT {_ROOT} FROM pass_binding JOIN customer ON customer.id = customer_id
        WHERE connection_id = $1 AND value = $4 AND ended_at IS NULL) AS bound) AS standing
CROSS JOIN LATERAL (SELECT (
        SELECT pass_binding.value FROM pass_binding JOIN customer ON customer.id = customer_id
        WHERE connection_id = $1 AND ended_at IS NULL AND found.by_phone IS NOT NULL
          AND customer_id = ANY(ARRAY(SELECT id FROM customer
                                      WHERE coalesce(merged_into_id, id) = found.by_phone))
        ORDER BY pass_binding.id LIMIT 1) AS bound_name) AS hers
"""


async def look(shown: Shown) -> Found:
    """Return which customers a platform means."""
    name = shown.name.value if shown.name else ""
    (row,) = await db.fetch(_LOOK, shown.connection_id, shown.mixed, shown.phone, name)
    return Found(*row)


async def show(member_id: int, *, at: datetime) -> PassMember:
    """Return what a platform shows of a member.

    Raises:
        NotFound: ``no_such_member``.
    """
    known = await standing.known(member_id, at=at, rules=await programme.load())
    facts = known.facts
    return PassMember(member_id, known.balance.available, facts.tiers.tiers[facts.tier_rank].code)
