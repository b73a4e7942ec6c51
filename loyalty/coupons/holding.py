"""The coupons that a member holds, as they stand at a moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from loyalty.coupons.issuing import Reason
from loyalty.errors import NotFound, Refused
from loyalty.roots import HER_IDS
from models import CouponState, db

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Held:
    """A coupon at a moment: one whose time is over is expired, swept or not.

    ``locked_by`` is the store order that holds it, or that used it.
    """

    id: int
    uuid: UUID
    slot: str
    rule_version_id: int
    code: str
    reason: Reason
    state: CouponState
    issued_at: datetime
    expires_at: datetime
    locked_by: int | None

    def refusal(self) -> Refused | None:
        """Return why it cannot be used now; None where it can.

        ``coupon_locked``, ``coupon_used``, ``coupon_void`` or ``coupon_expired``.
        """
        return None if self.state is CouponState.ISSUED else Refused(f"coupon_{self.state.value}")


_HELD = f"""
SELECT id, uuid, slot, rule_version_id, code, reason, now_in.state, issued_at, expires_at, locked_by
FROM coupon CROSS JOIN LATERAL (
    SELECT CASE WHEN coupon.state = 'issued' AND coupon.expires_at <= $2 THEN 'expired'
                ELSE coupon.state END AS state) AS now_in
WHERE member_id = ANY({HER_IDS})
"""


# Of each of her ids no more is read than is shown, by the indexes, however many she ever had. What
# can still be used ends at ``place``, and what is over ended there; a page begins after such a one.
_OF = f"""
WITH begins AS (
    SELECT '-infinity'::timestamptz AS soonest, 'infinity'::timestamptz AS latest, 0::bigint AS last
    WHERE $4::uuid IS NULL
    UNION ALL
    SELECT CASE WHEN is_over THEN 'infinity' ELSE expires_at END,
           CASE WHEN is_over THEN coalesce(ended_at, expires_at) ELSE 'infinity' END, id
    FROM coupon AS one CROSS JOIN LATERAL (
        SELECT one.state NOT IN ('issued', 'locked')
               OR one.state = 'issued' AND one.expires_at <= $2 AS is_over) AS told
    WHERE uuid = $4 AND member_id = ANY({HER_IDS})
)
SELECT found.id, uuid, slot, rule_version_id, code, reason,
       CASE WHEN found.state = 'issued' AND is_over THEN 'expired' ELSE found.state END AS state,
       issued_at, expires_at, locked_by
FROM begins CROSS JOIN unnest({HER_IDS}) AS her (id) CROSS JOIN LATERAL (
    (SELECT coupon.*, false AS is_over, expires_at AS place FROM coupon
     WHERE member_id = her.id AND state IN ('issued', 'locked')
       AND (state = 'locked' OR expires_at > $2) AND (expires_at, coupon.id) > (soonest, last)
       AND ($5::text[] IS NULL OR state = ANY($5))
     ORDER BY expires_at, coupon.id LIMIT $3)
    UNION ALL
    (SELECT coupon.*, true, expires_at FROM coupon
     WHERE member_id = her.id AND state IN ('issued', 'locked') AND state = 'issued'
       AND expires_at <= $2 AND expires_at <= latest AND (expires_at < latest OR coupon.id > last)
       AND ($5::text[] IS NULL OR 'expired' = ANY($5))
     ORDER BY expires_at DESC, coupon.id LIMIT $3)
    UNION ALL
    (SELECT coupon.*, true, coalesce(ended_at, expires_at) FROM coupon
     WHERE member_id = her.id AND state NOT IN ('issued', 'locked')
       AND coalesce(ended_at, expires_at) <= latest
       AND (coalesce(ended_at, expires_at) < latest OR coupon.id > last)
       AND ($5::text[] IS NULL OR state = ANY($5))
     ORDER BY coalesce(ended_at, expires_at) DESC, coupon.id LIMIT $3)
) AS found
ORDER BY is_over, CASE WHEN is_over THEN -extract(epoch FROM place) ELSE extract(epoch FROM place)
                  END, found.id
LIMIT $3
"""


async def of(
    member_id: int,
    *,
    states: Collection[CouponState] | None = None,
    before: UUID | None = None,
    limit: int = SHOWN,
    at: datetime,
) -> list[Held]:
    """Return a member's coupons, or those that come after one of hers in the list.

    First those that can still be used, soonest expiry first, then the others, last ended first;
    with ``states`` only those that stand so.
    """
    wanted = None if states is None else sorted(states)
    rows = await db.fetch(_OF, member_id, at, limit, before, wanted)
    return [_held(row) for row in rows]


async def find(uuid: UUID, *, member_id: int, at: datetime) -> Held:
    """Return one of a member's coupons.

    Raises:
        NotFound: ``no_such_coupon``: none, or another member's.
    """
    rows = await db.fetch(_HELD + "AND uuid = $3", member_id, at, uuid)
    if not rows:
        raise NotFound("no_such_coupon", uuid=uuid)
    return _held(rows[0])


async def by_key(key: str, *, member_id: int, at: datetime) -> Held | None:
    """Return the coupon that a member has by its cause; None where she has none by it."""
    rows = await db.fetch(_HELD + "AND key = $3", member_id, at, key)
    return _held(rows[0]) if rows else None


async def usable_of(member_id: int, version_ids: Sequence[int], *, at: datetime) -> list[Held]:
    """Return the coupons of these versions that a member can use, soonest expiry first."""
    rows = await db.fetch(
        _HELD + "AND coupon.state = 'issued' AND expires_at > $2"
        " AND rule_version_id = ANY($3::bigint[]) ORDER BY expires_at, id",
        member_id,
        at,
        version_ids,
    )
    return [_held(row) for row in rows]


_HOLD = """
SELECT coalesce(customer.merged_into_id, customer.id) AS root,
       coupon.id, coupon.uuid, slot, rule_version_id, code, reason,
       CASE WHEN state = 'issued' AND expires_at <= $2 THEN 'expired' ELSE state END AS state,
       issued_at, expires_at, locked_by
FROM coupon JOIN customer ON customer.id = member_id
WHERE coupon.uuid = ANY($1::uuid[]) ORDER BY coupon.id FOR UPDATE OF coupon
"""


async def hold(uuids: Sequence[UUID], *, at: datetime) -> dict[UUID, tuple[int, Held]]:
    """Hold coupons to the end of the caller's transaction; return whose each is, and the coupon."""
    rows = await db.fetch(_HOLD, list(uuids), at)
    return {row["uuid"]: (row["root"], _held(row)) for row in rows}


def _held(row: db.Row) -> Held:
    return Held(
        row["id"],
        row["uuid"],
        row["slot"],
        row["rule_version_id"],
        row["code"],
        msgspec.json.decode(row["reason"], type=Reason),
        CouponState(row["state"]),
        row["issued_at"],
        row["expires_at"],
        row["locked_by"],
    )
