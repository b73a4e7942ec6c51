"""Groups as staff read them: each with its figures, its members, its invitations."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from loyalty.errors import NotFound
from models import db


class FullCommunity(Struct, frozen=True):
    """A group; ``members`` counts staff, too, ``known`` those whom we know as customers.

    ``invited`` of its invitations are open, ``accepted`` brought somebody who is in it, ``left``
    somebody who is in it no more; ``tasks`` are open.
    """

    id: int
    slot: str
    corp_id: str
    chat_id: str
    name: str
    owner: str
    owner_name: str
    capacity: int
    qr_code: str | None
    told_at: datetime | None
    reconciled_at: datetime | None
    members: int
    known: int
    gone: int
    invited: int
    accepted: int
    left: int
    tasks: int


_GROUPS = """
SELECT community.id, slot, corp_id, chat_id, community.name, owner,
       coalesce((SELECT staff_member.name FROM staff_member
                 WHERE wecom_user_id = owner LIMIT 1), owner) AS owner_name,
       capacity, qr_code, told_at, reconciled_at,
       staff_count + counts.present AS members, counts.known, counts.gone,
       asked.invited, asked.accepted, asked.gone AS left,
       (SELECT count(*) FROM community_task
        WHERE community_id = community.id AND state = 'open') AS tasks
FROM community
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE left_at IS NULL) AS present,
           count(*) FILTER (WHERE left_at IS NULL AND customer_id IS NOT NULL) AS known,
           count(*) FILTER (WHERE left_at IS NOT NULL) AS gone
    FROM community_member WHERE community_id = community.id) AS counts
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'open') AS invited,
           count(*) FILTER (WHERE state = 'accepted') AS accepted,
           count(*) FILTER (WHERE state = 'left') AS gone
    FROM invitation WHERE community_id = community.id) AS asked
WHERE dismissed_at IS NULL
"""


async def all_of_them() -> list[FullCommunity]:
    """Return all groups, by their rules and in the sequence in which they were connected."""
    rows = await db.fetch(_GROUPS + " ORDER BY slot, community.id")
    return [FullCommunity(*row) for row in rows]


async def full(community_id: int) -> FullCommunity:
    """Return a group.

    Raises:
        NotFound: ``no_such_community``.
    """
    rows = await db.fetch(_GROUPS + " AND community.id = $1", community_id)
    if not rows:
        raise NotFound("no_such_community")
    return FullCommunity(*rows[0])


class FullMember(Struct, frozen=True):
    """One who is or was in a group; ``name`` is what the platform calls her.

    ``join_scene`` as the platform numbers it: 1 invited, 2 by a link, 3 by a QR code.
    """

    id: int
    member_uuid: UUID | None
    name: str
    join_scene: int | None
    joined_at: datetime
    left_at: datetime | None


_MEMBERS = """
SELECT community_member.id, root.uuid, community_member.name, join_scene, joined_at, left_at
FROM community_member
LEFT JOIN customer ON customer.id = customer_id
LEFT JOIN customer AS root ON root.id = coalesce(customer.merged_into_id, customer.id)
WHERE community_id = $1 ORDER BY left_at IS NOT NULL, coalesce(left_at, joined_at) DESC,
      community_member.id LIMIT $2 OFFSET $3
"""
PAGE = 500


async def members(community_id: int, *, limit: int, offset: int = 0) -> list[FullMember]:
    """Return who is in a group, the newest first, then who was, the last to leave first."""
    rows = await db.fetch(_MEMBERS, community_id, limit, offset)
    return [FullMember(*row) for row in rows]


async def pages(community_id: int) -> AsyncIterator[Sequence[FullMember]]:
    """Go through all who are or were in a group, a page at a time."""
    offset = 0
    while found := await members(community_id, limit=PAGE, offset=offset):
        offset += PAGE
        yield found
