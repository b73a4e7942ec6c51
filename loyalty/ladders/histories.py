"""What members bought, by shop, and what they have on ladders, read for many of them at once."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.happenings.kept_orders import KeptOrder
from loyalty.milestones import Crossing
from loyalty.policies.ladder import Ladder
from loyalty.roots import ids_of
from models import ShopCouponState, db


class Bought(Struct, frozen=True):
    """What a member kept of her orders, as they were paid, with the shop of each."""

    orders: tuple[KeptOrder, ...] = ()
    shops: tuple[str, ...] = ()

    def counted_by(self, ladder: Ladder) -> Sequence[KeptOrder]:
        """Return the orders of the shops that a ladder counts."""
        if ladder.counts == "all_shops":
            return self.orders
        pairs = zip(self.orders, self.shops, strict=True)
        return [order for order, shop in pairs if shop == ladder.shop]


class HeldCoupon(Struct, frozen=True):
    """A coupon of a rung as it stands; ``owner_id`` is whose it was before a merge.

    ``ends_at`` is of its batch, once there is one.
    """

    id: int
    owner_id: int
    slot: str
    round: str
    rung: str
    coupon_fen: int
    least_order_fen: int
    rule_version_id: int
    state: ShopCouponState
    reached_at: datetime
    lapses_at: datetime
    asked_at: datetime | None
    below_at: datetime | None
    ends_at: datetime | None

    @property
    def crossing(self) -> Crossing:
        """Return when she reached its rung, as it was known then."""
        return Crossing(self.round, self.reached_at)


# An order that was split up is one, with all that its parts kept. Whoever was merged is her root,
# and has no history of her own.
_BOUGHT = """
SELECT member.id AS member_id, bought.moments, bought.kept_fen, bought.shops
FROM unnest($1::bigint[]) AS wanted (id) JOIN member USING (id)
CROSS JOIN LATERAL (SELECT {ids} AS ids) AS hers
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(paid_at ORDER BY paid_at, purchase.id), '{{}}') AS moments,
           coalesce(array_agg(kept ORDER BY paid_at, purchase.id), '{{}}') AS kept_fen,
           coalesce(array_agg(shop.kind || ':' || shop.code ORDER BY paid_at, purchase.id), '{{}}')
               AS shops
    FROM (SELECT shop_id, min(id) AS id, min(paid_at) AS paid_at,
                 sum(greatest(paid_fen - freight_fen - refunded_fen, 0))::bigint AS kept
          FROM purchase WHERE customer_id = ANY(hers.ids)
          GROUP BY shop_id, CASE WHEN parent_number = '' THEN number ELSE parent_number END
    ) AS purchase JOIN shop ON shop.id = shop_id WHERE kept > 0
) AS bought
WHERE member.merged_into_id IS NULL AND member.deleted_at IS NULL
""".format(ids=ids_of("member.id"))

_HELD = """
SELECT coalesce(customer.merged_into_id, customer.id) AS root, shop_coupon.id,
       shop_coupon.member_id AS owner_id, shop_coupon.slot, round, shop_coupon.rung,
       shop_coupon.coupon_fen, shop_coupon.least_order_fen, shop_coupon.rule_version_id,
       shop_coupon.state, reached_at, lapses_at, shop_coupon.asked_at, below_at,
       batch.ends_at
FROM shop_coupon JOIN customer ON customer.id = shop_coupon.member_id
LEFT JOIN shop_coupon_batch AS batch ON batch.id = batch_id
WHERE coalesce(customer.merged_into_id, customer.id) = ANY($1::bigint[])
ORDER BY reached_at, shop_coupon.id
"""


async def bought(member_ids: Sequence[int]) -> dict[int, Bought]:
    """Return what these members bought, without those who are somebody else by now."""
    return {
        row["member_id"]: Bought(
            tuple(map(KeptOrder, row["moments"], row["kept_fen"])), tuple(row["shops"])
        )
        for row in await db.fetch(_BOUGHT, list(member_ids))
    }


async def held(member_ids: Sequence[int]) -> dict[int, list[HeldCoupon]]:
    """Return what each of these members has, or had, in the order in which she reached it."""
    found: dict[int, list[HeldCoupon]] = {member_id: [] for member_id in member_ids}
    for row in await db.fetch(_HELD, list(member_ids)):
        told = dict(row)
        root, state = told.pop("root"), ShopCouponState(told.pop("state"))
        found[root].append(HeldCoupon(**told, state=state))
    return found
