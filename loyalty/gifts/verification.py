"""Prove that gifts and ledger agree: what was given is on its way, received, or back."""

from dataclasses import dataclass

from models import db


@dataclass(frozen=True, slots=True)
class GiftFinding:
    """A gift whose points or coupon are not where its state says."""

    gift_id: int
    rule: str
    told: str


_POINTS = """
SELECT gift.id, gift.state, gift.points,
       coalesce((SELECT -available FROM entry WHERE key = 'gift:' || gift.uuid), 0) AS spent,
       coalesce((SELECT sum(available) FROM entry
                 WHERE undoes = 'gift:' || gift.uuid AND kind = 'restore'), 0) AS restored,
       coalesce((SELECT sum(available) FROM entry
                 WHERE undoes = 'gift:' || gift.uuid AND kind = 'move'), 0) AS received
FROM gift WHERE gift.kind = 'points'
"""

_POINTS_WRONG = f"""
SELECT id, state || ': ' || points || ' given, ' || spent || ' spent, ' || restored
           || ' restored, ' || received || ' received' AS told
FROM ({_POINTS}) AS gift
WHERE spent <> points
   OR restored <> CASE WHEN state IN ('taken_back', 'returned') THEN points ELSE 0 END
   OR received <> CASE WHEN state = 'claimed' THEN points ELSE 0 END
ORDER BY id
"""

# A coupon in a gift is in exactly one that is open; void, if what it was given for was undone.
_COUPONS_WRONG = """
SELECT gift.id, gift.state || ': the coupon is ' || coupon.state AS told
FROM gift JOIN coupon ON coupon.id = gift.coupon_id
WHERE gift.state IN ('ready', 'sent') AND coupon.state NOT IN ('given', 'void')
UNION ALL
SELECT coupon.id, 'coupon in no gift' FROM coupon
WHERE coupon.state = 'given' AND NOT EXISTS (
    SELECT FROM gift WHERE gift.coupon_id = coupon.id AND gift.state IN ('ready', 'sent'))
"""


async def verify() -> list[GiftFinding]:
    """Check that every gift's points and coupon are where its state says; not in a transaction."""
    findings = [
        GiftFinding(row["id"], "points_are_where_the_gift_says", row["told"])
        for row in await db.fetch(_POINTS_WRONG)
    ]
    return findings + [
        GiftFinding(row["id"], "coupon_is_where_the_gift_says", row["told"])
        for row in await db.fetch(_COUPONS_WRONG)
    ]
