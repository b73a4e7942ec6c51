"""What staff do with coupons and codes by hand, noted with its reason; and the two that are here.

A note stands with the change that it tells of, or neither does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty import reasons
from loyalty.again import in_transaction
from loyalty.coupons.issuing import Issue, Reason, issue
from loyalty.coupons.using import void
from loyalty.errors import NotFound, Refused
from models import Coupon, CouponDeedKind, db

GIFT = Reason(code="coupon_given_by_staff")

_NOTE = """
INSERT INTO coupon_deed (kind, slot, reason, staff_member_id, coupon_id, run_id, done_at)
SELECT *, $7 FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
                         $6::bigint[])
ON CONFLICT (coupon_id, kind) WHERE coupon_id IS NOT NULL DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a staff member did: to a coupon, or to a run of codes."""

    kind: CouponDeedKind
    slot: str
    reason: str
    staff_member_id: int
    coupon_id: int | None = None
    run_id: int | None = None

    def __post_init__(self) -> None:
        reasons.written(self.reason)


async def note(deeds: Sequence[Deed], *, at: datetime) -> None:
    """Note what was done; joins the caller's transaction."""
    await db.fetch(
        _NOTE,
        [one.kind.value for one in deeds],
        [one.slot for one in deeds],
        [reasons.written(one.reason) for one in deeds],
        [one.staff_member_id for one in deeds],
        [one.coupon_id for one in deeds],
        [one.run_id for one in deeds],
        at,
    )


async def give(
    member_id: int, uuid: UUID, slot: str, *, reason: str, staff_member_id: int, at: datetime
) -> int:
    """Let staff give a member a coupon and return its id; the same form again gives it once.

    Raises:
        NotFound: ``no_such_coupon_batch``, ``no_such_member``.
        Refused: ``reason_missing``, ``coupon_limit_reached``, ``coupons_all_gone``.
        Conflict: ``key_reused``: the form was sent for something else.
    """

    async def given() -> int:
        wanted = Issue(f"staff:{staff_member_id}:{uuid}", member_id, slot, GIFT)
        coupon_id = (await issue([wanted], at=at))[0].unwrap()
        deed = Deed(CouponDeedKind.GIVEN, slot, reason, staff_member_id, coupon_id=coupon_id)
        await note([deed], at=at)
        return coupon_id

    return await in_transaction(given)


async def take_back(uuid: UUID, *, reason: str, staff_member_id: int, at: datetime) -> bool:
    """Let staff make a coupon void; False where it was void already.

    Raises:
        NotFound: ``no_such_coupon``.
        Refused: ``reason_missing``, ``coupon_locked``, ``coupon_used``, ``coupon_expired``.
    """

    async def taken() -> bool:
        coupon = await Coupon.get_or_none(uuid=uuid)
        if coupon is None:
            raise NotFound("no_such_coupon", uuid=uuid)
        deed = Deed(
            CouponDeedKind.VOIDED, coupon.slot, reason, staff_member_id, coupon_id=coupon.id
        )
        if await void([coupon.id], at=at):
            await note([deed], at=at)
            return True
        await coupon.refresh_from_db()
        if coupon.state == "void":
            return False
        raise Refused(f"coupon_{coupon.state.value}")

    return await in_transaction(taken)
