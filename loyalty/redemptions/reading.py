"""Redemptions as they stand at a moment."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty import codes
from loyalty.errors import NotFound
from loyalty.roots import ids_of
from loyalty.wording import Worded
from models import PayCouponState, RedemptionPaymentState, RedemptionState, db

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A redemption at a moment: one that was not fetched in time is expired, swept or not.

    ``member_id`` is whoever she is now, if she was merged since. ``code`` is what staff scan or
    type; none where it became the coupon ``coupon_uuid``. One that cost a coupon instead of points
    was made with ``with_coupon_uuid``. ``used`` of ``uses`` were used.
    ``handed_over_by`` is the name of the staff member who did. Of a cash coupon that is hers
    ``pay_coupon_state`` and its moments are as WeChat Pay last told.
    """

    uuid: UUID
    member_id: int
    slot: str
    kind: str
    name: Worded
    points: int
    cash_fen: int
    with_coupon_uuid: UUID | None
    uses: int
    used: int
    state: RedemptionState
    code: str | None
    coupon_uuid: UUID | None
    redeemed_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_why: str | None
    payment_state: RedemptionPaymentState | None
    handed_over_by: str | None
    carrier: str | None
    tracking_number: str | None
    shipped_at: datetime | None
    address_erased_at: datetime | None
    pay_coupon_state: PayCouponState | None
    pay_coupon_ends_at: datetime | None
    pay_coupon_used_at: datetime | None


# $1 is the moment
_STATE = """CASE WHEN redemption.state <> 'issued' OR redemption.expires_at > $1
                 OR redemption.store_order_id IS NOT NULL
            THEN redemption.state
            WHEN redemption.used = 0 THEN 'expired' ELSE 'handed_over' END"""
_REDEEMED = f"""
SELECT redemption.uuid, coalesce(customer.merged_into_id, customer.id) AS member_id,
       redemption.slot, rule_version.kind,
       rule_version.body ->> 'name_zh' AS name_zh, rule_version.body ->> 'name_en' AS name_en,
       redemption.points, redemption.cash_fen, with_coupon.uuid AS with_coupon_uuid,
       redemption.uses, redemption.used,
       redemption.ended_why, redemption_payment.state AS payment_state,
       redemption.code, redemption.redeemed_at, redemption.expires_at,
       redemption.ended_at, coupon.uuid AS coupon_uuid, staff_member.name AS staff_name,
       shipment.carrier, shipment.tracking_number, shipment.shipped_at,
       shipment.erased_at,
       pay_coupon.state AS pay_coupon_state, pay_coupon.ends_at AS pay_coupon_ends_at,
       pay_coupon.used_at AS pay_coupon_used_at, {_STATE} AS state
FROM redemption
JOIN customer ON customer.id = redemption.member_id
JOIN rule_version ON rule_version.id = redemption.rule_version_id
LEFT JOIN coupon ON coupon.id = redemption.coupon_id
LEFT JOIN coupon AS with_coupon ON with_coupon.id = redemption.with_coupon_id
LEFT JOIN redemption_payment ON redemption_payment.redemption_id = redemption.id
LEFT JOIN shipment ON shipment.redemption_id = redemption.id
LEFT JOIN pay_coupon ON pay_coupon.redemption_id = redemption.id
LEFT JOIN staff_member ON staff_member.id = redemption.handed_over_by
"""


async def of(
    member_id: int,
    *,
    states: Collection[RedemptionState] | None = None,
    before: UUID | None = None,
    limit: int = SHOWN,
    at: datetime,
) -> list[Redeemed]:
    """Return a member's newest redemptions, or those before one of hers.

    With ``states`` only those that stand so.
    """
    return await _read(
        f"WHERE redemption.member_id = ANY({ids_of('$2')})"
        " AND ($4::uuid IS NULL OR (redemption.redeemed_at, redemption.id) <"
        "  (SELECT redeemed_at, id FROM redemption WHERE uuid = $4"
        f"   AND member_id = ANY({ids_of('$2')})))"
        f" AND ($5::text[] IS NULL OR {_STATE} = ANY($5))"
        " ORDER BY redemption.redeemed_at DESC, redemption.id DESC"
        " LIMIT $3",
        at,
        member_id,
        limit,
        before,
        None if states is None else sorted(states),
    )


async def find(uuid: UUID, *, member_id: int, at: datetime) -> Redeemed:
    """Return one of a member's redemptions.

    Raises:
        NotFound: ``no_such_redemption``: none, or another member's.
    """
    found = await named(uuid, at=at)
    if found is None or found.member_id != member_id:
        raise NotFound("no_such_redemption", uuid=uuid)
    return found


async def by_code(told: str, *, at: datetime) -> Redeemed:
    """Return the redemption whose code staff scanned or typed: see ``codes.typed``.

    Raises:
        NotFound: ``no_such_redemption_code``.
    """
    found = await _read("WHERE redemption.code = $2", at, codes.typed(told))
    if not found:
        raise NotFound("no_such_redemption_code")
    return found[0]


async def named(uuid: UUID, *, at: datetime) -> Redeemed | None:
    """Return the redemption of that name, whosever it is; None where there is none."""
    return (await named_all([uuid], at=at)).get(uuid)


async def named_all(uuids: Sequence[UUID], *, at: datetime) -> dict[UUID, Redeemed]:
    """Return the redemptions of these names, whosever they are, by their names."""
    found = await _read("WHERE redemption.uuid = ANY($2::uuid[])", at, list(uuids))
    return {one.uuid: one for one in found}


async def _read(where: str, *arguments: object) -> list[Redeemed]:
    return [_as_told(row) for row in await db.fetch(_REDEEMED + where, *arguments)]


def _as_told(row: db.Row) -> Redeemed:
    """Return a row of ``_REDEEMED``."""
    paid, fate = row["payment_state"], row["pay_coupon_state"]
    return Redeemed(
        uuid=row["uuid"],
        member_id=row["member_id"],
        slot=row["slot"],
        kind=row["kind"],
        name=Worded(row["name_zh"], row["name_en"]),
        points=row["points"],
        cash_fen=row["cash_fen"],
        with_coupon_uuid=row["with_coupon_uuid"],
        uses=row["uses"],
        used=row["used"],
        state=RedemptionState(row["state"]),
        code=row["code"],
        coupon_uuid=row["coupon_uuid"],
        redeemed_at=row["redeemed_at"],
        expires_at=row["expires_at"],
        ended_at=row["ended_at"],
        ended_why=row["ended_why"],
        payment_state=paid and RedemptionPaymentState(paid),
        handed_over_by=row["staff_name"],
        carrier=row["carrier"],
        tracking_number=row["tracking_number"],
        shipped_at=row["shipped_at"],
        address_erased_at=row["erased_at"],
        pay_coupon_state=fate and PayCouponState(fate),
        pay_coupon_ends_at=row["pay_coupon_ends_at"],
        pay_coupon_used_at=row["pay_coupon_used_at"],
    )
