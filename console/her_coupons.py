"""A member's coupons as staff see them on her page, and the batches they may give her one of."""

from uuid import uuid4

from aiohttp import web

from console.access import CHANGERS, STAFF
from console.pages import language_of
from console.words.rules import title
from loyalty import coupons, programme
from loyalty.coupons.issuing import SLOT
from loyalty.discounts import DISCOUNTS
from models import CouponState, Member, db
from web.context import CONTEXT
from web.coupons import described

SHOWN = 20

_DEEDS = """
SELECT coupon_id, kind, reason, staff_member.name AS by FROM coupon_deed
LEFT JOIN staff_member ON staff_member.id = staff_member_id
WHERE coupon_id = ANY($1::bigint[]) ORDER BY coupon_deed.id
"""


async def of_member(request: web.Request, member_id: int) -> dict[str, object]:
    """Return what the page shows: her coupons, why she has each, and what staff did with it."""
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    held = (await coupons.of(member_id, at=at))[:SHOWN]
    rules = await programme.load()
    deeds: dict[int, list[db.Row]] = {}
    for row in await db.fetch(_DEEDS, [one.id for one in held]):
        deeds.setdefault(row["coupon_id"], []).append(row)
    return {
        "her_coupons": [
            {
                "uuid": one.uuid,
                "state": one.state.value,
                "expires_at": one.expires_at,
                "words": described(one, rules, at=at, language=language),
                "deeds": deeds.get(one.id, []),
                "can_void": one.state is CouponState.ISSUED,
            }
            for one in held
        ],
        "most_coupons": SHOWN,
        "batches_to_give": [
            (one.slot.removeprefix(SLOT), title(one.body, language))
            for one in rules.of(DISCOUNTS, at)
            if one.slot.startswith(SLOT)
        ],
        "can_give": request[STAFF].role in CHANGERS
        and not await Member.exists(id=member_id, deleted_at__isnull=False),
        "give_name": uuid4(),
    }
