"""What a member sees of her invitations: her code, each friend, and how far she is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from loyalty import programme
from loyalty.boosts import Boosted, boosted
from loyalty.policies.referral import ReferralPolicy
from loyalty.referrals.codes import code_of, policy_in_force
from loyalty.roots import HER_IDS
from models import ReferralState, ReferralWay, db


class Inviting(Struct, frozen=True):
    """By what a member invites now, how many friends count, and what her points are boosted by."""

    code: str
    policy: ReferralPolicy
    friends: int
    on_the_way: int
    boost: Boosted | None


class Friend(Struct, frozen=True):
    """One friend whom a member invited: nothing of her but a public id, and how far she has come.

    ``reason`` is why she does not count, ``shared`` what was on the card by which she came.
    """

    number: int
    uuid: UUID
    invitee_uuid: UUID
    state: ReferralState
    reason: str
    opened_at: datetime
    qualified_at: datetime | None
    shared: str


class FullReferral(Struct, frozen=True):
    """One invitation as staff see it, by who both are now."""

    number: int
    uuid: UUID
    inviter_uuid: UUID
    invitee_uuid: UUID
    way: ReferralWay
    state: ReferralState
    reason: str
    barred: str
    opened_at: datetime
    qualified_at: datetime | None
    shared: str


_NEWEST = """
SELECT referral.id, referral.uuid, inviter.uuid, invitee.uuid, way, state, reason, barred,
       opened_at, qualified_at, shared
FROM referral
JOIN customer AS invited_by ON invited_by.id = inviter_id
JOIN customer AS inviter ON inviter.id = coalesce(invited_by.merged_into_id, inviter_id)
JOIN customer AS came ON came.id = invitee_id
JOIN customer AS invitee ON invitee.id = coalesce(came.merged_into_id, invitee_id)
WHERE ($1::text IS NULL OR state = $1)
  AND referral.id < coalesce((SELECT id FROM referral AS last WHERE last.uuid = $2),
                             9223372036854775807)
ORDER BY referral.id DESC LIMIT $3
"""
_COUNTED = f"""
SELECT count(*) FILTER (WHERE state = 'qualified') AS friends,
       count(*) FILTER (WHERE state IN ('joined', 'bought')) AS on_the_way
FROM referral WHERE inviter_id = ANY({HER_IDS})
"""
_FRIENDS = f"""
SELECT referral.id, referral.uuid, customer.uuid AS invitee_uuid, state, reason, opened_at,
       qualified_at, shared
FROM referral JOIN customer ON customer.id = invitee_id
WHERE inviter_id = ANY({HER_IDS})
  AND referral.id < coalesce((SELECT id FROM referral AS last WHERE last.uuid = $2),
                             9223372036854775807)
ORDER BY referral.id DESC LIMIT $3
"""


async def inviting(member_id: int, *, at: datetime) -> Inviting:
    """Return by what a member invites, and how far she is.

    Raises:
        Refused: ``no_invitations_now``. NotFound: ``no_such_member``.
    """
    rules = await programme.recent()
    policy = policy_in_force(rules, at=at)
    code = await code_of(member_id, at=at)
    (row,) = await db.fetch(_COUNTED, member_id)
    boost = await boosted(member_id, at=at, rules=rules)
    return Inviting(code, policy, row["friends"], row["on_the_way"], boost)


async def friends(member_id: int, *, before: UUID | None = None, limit: int) -> Sequence[Friend]:
    """Return whom a member invited, newest first, or those invited before one of them."""
    rows = await db.fetch(_FRIENDS, member_id, before, limit)
    return [
        Friend(
            row["id"],
            row["uuid"],
            row["invitee_uuid"],
            ReferralState(row["state"]),
            row["reason"],
            row["opened_at"],
            row["qualified_at"],
            row["shared"],
        )
        for row in rows
    ]


async def newest(
    *, state: ReferralState | None = None, before: UUID | None = None, limit: int
) -> list[FullReferral]:
    """Return the newest invitations of all members, or the newest that stand so."""
    rows = await db.fetch(_NEWEST, state.value if state else None, before, limit)
    return [_full(*row) for row in rows]


def _full(
    number: int,
    uuid: UUID,
    inviter_uuid: UUID,
    invitee_uuid: UUID,
    way: str,
    state: str,
    *rest: Any,
) -> FullReferral:
    reason, barred, opened_at, qualified_at, shared = rest
    return FullReferral(
        number,
        uuid,
        inviter_uuid,
        invitee_uuid,
        ReferralWay(way),
        ReferralState(state),
        reason,
        barred,
        opened_at,
        qualified_at,
        shared,
    )
