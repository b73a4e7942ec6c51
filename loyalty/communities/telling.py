"""What the platform says of a group becomes what we know of it, however often it is said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from loyalty.again import in_transaction
from loyalty.customers import know_contacts
from loyalty.roots import roots_of
from loyalty.standing.changes import changed
from models import db


class Contact(Struct, frozen=True):
    """An external contact in a group; ``unionid`` is None where the corp is not told it."""

    external_user_id: str
    unionid: str | None
    name: str
    join_scene: int
    joined_at: datetime


class Roster(Struct, frozen=True):
    """A group as the platform lists it. ``version`` names the list and tells no order."""

    name: str
    owner: str
    version: str
    staff_count: int
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """How many joined and left since it was last told."""

    joined: int
    left: int


async def tell(community_id: int, roster: Roster, *, read_at: datetime, at: datetime) -> Told:
    """Take over a list that was read at ``read_at``, the time of the wire.

    Who is new in it has joined, and her invitation is accepted; who is missing has left. A list
    that was read before the one we have changes nothing.
    """
    return await in_transaction(lambda: _tell(community_id, roster, read_at=read_at, at=at))


async def _tell(community_id: int, roster: Roster, *, read_at: datetime, at: datetime) -> Told:
    rows = await db.fetch(
        "SELECT corp_id FROM community WHERE id = $1 AND dismissed_at IS NULL"
        " AND (told_at IS NULL OR told_at <= $2) FOR UPDATE",
        community_id,
        read_at,
    )
    if not rows:
        return Told(0, 0)
    contacts = list({one.external_user_id: one for one in roster.contacts}.values())
    unionids = {one.external_user_id: one.unionid for one in contacts}
    customers = await know_contacts(rows[0]["corp_id"], unionids, at=at)
    joined = await _join(community_id, contacts, customers)
    left = await _leave(community_id, list(unionids), at=at)
    await _accept(community_id)
    await db.fetch(
        "UPDATE community SET name = $2, owner = $3, member_version = $4, staff_count = $5,"
        " told_at = $6 WHERE id = $1",
        community_id,
        roster.name,
        roster.owner,
        roster.version,
        roster.staff_count,
        read_at,
    )
    return Told(joined, left)


async def _join(community_id: int, contacts: Sequence[Contact], customers: dict[str, int]) -> int:
    """Write down who is in the group, and return how many were not in it before."""
    present = await db.fetch(
        "SELECT external_user_id, customer_id FROM community_member"
        " WHERE community_id = $1 AND left_at IS NULL",
        community_id,
    )
    await db.fetch(
        "INSERT INTO community_member AS had (community_id, external_user_id, unionid,"
        "  customer_id, name, join_scene, joined_at)"
        " SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::int[],"
        "  $7::timestamptz[])"
        " ON CONFLICT (community_id, external_user_id) DO UPDATE SET name = excluded.name,"
        "  unionid = coalesce(excluded.unionid, had.unionid),"
        "  customer_id = coalesce(excluded.customer_id, had.customer_id),"
        "  join_scene = excluded.join_scene, joined_at = excluded.joined_at, left_at = NULL"
        " WHERE had.left_at IS NOT NULL"
        "  OR (had.name, had.join_scene, had.joined_at) IS DISTINCT FROM"
        "     (excluded.name, excluded.join_scene, excluded.joined_at)"
        "  OR had.unionid IS DISTINCT FROM coalesce(excluded.unionid, had.unionid)"
        "  OR had.customer_id IS DISTINCT FROM coalesce(excluded.customer_id, had.customer_id)",
        community_id,
        [one.external_user_id for one in contacts],
        [one.unionid for one in contacts],
        [customers.get(one.external_user_id) for one in contacts],
        [one.name for one in contacts],
        [one.join_scene for one in contacts],
        [one.joined_at for one in contacts],
    )
    before = {row["external_user_id"]: row["customer_id"] for row in present}
    new = [one.external_user_id for one in contacts if one.external_user_id not in before]
    known = [found for name in customers if before.get(name) != (found := customers[name])]
    await _play(known)
    return len(new)


async def _play(customer_ids: Iterable[int | None]) -> None:
    """Let those be derived again who joined or left: boards of a group have its members alone."""
    await changed((await roots_of(one for one in customer_ids if one is not None)).values())


async def _leave(community_id: int, present: list[str], *, at: datetime) -> int:
    """Write down who is in the group no more, and return how many these are."""
    rows = await db.fetch(
        "UPDATE community_member SET left_at = $3 WHERE community_id = $1 AND left_at IS NULL"
        " AND external_user_id <> ALL($2::text[]) RETURNING customer_id",
        community_id,
        present,
        at,
    )
    await _play(row["customer_id"] for row in rows)
    return len(rows)


# She may be in it under two contacts, and her customer may have been merged since.
_PRESENT = """
SELECT coalesce(customer.merged_into_id, customer.id) AS member_id, min(joined_at) AS joined_at
FROM community_member JOIN customer ON customer.id = customer_id
WHERE community_id = $1 AND left_at IS NULL
GROUP BY 1
"""


async def _accept(community_id: int) -> None:
    """Let invitations say whether she is in the group; one that staff withdrew stays so."""
    await db.fetch(
        f"WITH present AS ({_PRESENT})"
        " UPDATE invitation SET state = 'accepted', accepted_at = present.joined_at"
        " FROM present, customer WHERE community_id = $1 AND customer.id = invitation.member_id"
        " AND coalesce(merged_into_id, customer.id) = present.member_id"
        " AND state IN ('open', 'left')",
        community_id,
    )
    await db.fetch(
        f"WITH present AS ({_PRESENT})"
        " UPDATE invitation SET state = 'left' WHERE community_id = $1 AND state = 'accepted'"
        " AND (SELECT coalesce(merged_into_id, id) FROM customer WHERE id = invitation.member_id)"
        "  NOT IN (SELECT member_id FROM present)",
        community_id,
    )


async def dismiss(community_id: int, *, at: datetime) -> None:
    """Write down that there is no such group any more; nobody is in it."""
    async with db.transaction():
        await db.fetch(
            "UPDATE community SET dismissed_at = $2 WHERE id = $1 AND dismissed_at IS NULL",
            community_id,
            at,
        )
        await _leave(community_id, [], at=at)
        await _accept(community_id)


async def reconciled(community_id: int, *, at: datetime) -> None:
    """Write down when the group was last compared with the platform's list."""
    await db.fetch("UPDATE community SET reconciled_at = $2 WHERE id = $1", community_id, at)
