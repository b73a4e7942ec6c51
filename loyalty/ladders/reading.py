"""How far a member is on the ladders in force, and what she has of them."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from loyalty import programme
from loyalty.errors import NotFound
from loyalty.ladders.histories import HeldCoupon, bought, held
from loyalty.policies import POLICIES
from loyalty.policies.ladder import Ladder, Rung
from loyalty.programme import Programme
from loyalty.roots import HER_IDS
from models import ShopCouponState, db

# A shop on Taobao has a connection of the same kind.
_SHOPS = f"""
SELECT connection.scope, connection.name, EXISTS (
    SELECT FROM identity
    WHERE (identity.kind = 'tmall_ouid' AND identity.scope = connection.scope
           OR identity.kind = 'taobao_open_uid') AND customer_id = ANY({HER_IDS})) AS is_known
FROM connection WHERE kind = 'tmall'
"""


class RungProgress(Struct, frozen=True):
    """One rung for one member; ``coupon`` is what she has of it in the window that runs.

    Of a rung that she reached and has nothing of yet, ``coupon`` comes within moments. What it is
    worth may have been otherwise when she reached it.
    """

    rung: Rung
    is_reached: bool
    coupon: HeldCoupon | None

    @property
    def coupon_fen(self) -> int:
        """Return what hers is worth, else what the rung gives."""
        return self.coupon.coupon_fen if self.coupon else self.rung.coupon_yuan * 100

    @property
    def least_order_fen(self) -> int:
        """Return on what order hers can be used, else what the rung says."""
        return self.coupon.least_order_fen if self.coupon else self.rung.least_order_yuan * 100


class LadderProgress(Struct, frozen=True):
    """One ladder for one member: what she spent of what counts, and each rung.

    ``is_known``: the shop, or its app, has a name for her, so that she can be given its coupons.
    ``earlier`` are coupons of windows before that are still good.
    """

    code: str
    ladder: Ladder
    shop_name: str
    is_known: bool
    spent_fen: int
    rungs: list[RungProgress]
    earlier: list[HeldCoupon]


async def progress(
    member_id: int, *, at: datetime, rules: Programme | None = None
) -> list[LadderProgress]:
    """Return how far a member is on each ladder in force.

    Raises:
        NotFound: ``no_such_member``.
    """
    rules = rules or await programme.recent()
    found = [rule for rule in rules.of(POLICIES, at) if isinstance(rule.body, Ladder)]
    if not found:
        return []
    history = (await bought([member_id])).get(member_id)
    if history is None:
        raise NotFound("no_such_member")
    hers = (await held([member_id]))[member_id]
    shops = {row["scope"]: row for row in await db.fetch(_SHOPS, member_id)}
    told = []
    for rule in found:
        ladder: Ladder = rule.body
        spent_fen = ladder.spent_fen(
            history.counted_by(ladder), begun_at=rules.begins_at(rule.slot, POLICIES), at=at
        )
        shop = shops.get(ladder.shop_code)
        of_slot = [one for one in hers if one.slot == rule.slot]
        rungs = [_rung(rung, ladder, of_slot, spent_fen, at=at) for rung in ladder.rungs]
        shown = {one.coupon.id for one in rungs if one.coupon}
        told.append(
            LadderProgress(
                code=rule.slot.partition(":")[2],
                ladder=ladder,
                shop_name=shop["name"] if shop else ladder.shop_code,
                is_known=bool(shop and shop["is_known"]),
                spent_fen=spent_fen,
                rungs=rungs,
                earlier=[one for one in of_slot if one.id not in shown and _is_good(one, at=at)],
            )
        )
    return told


def _is_good(one: HeldCoupon, *, at: datetime) -> bool:
    if one.state is ShopCouponState.SENT:
        return one.ends_at is not None and one.ends_at > at
    return one.state in (ShopCouponState.WAITING, ShopCouponState.ASKED)


def _rung(
    rung: Rung, ladder: Ladder, hers: Iterable[HeldCoupon], spent_fen: int, *, at: datetime
) -> RungProgress:
    """Return a rung in the window that runs, with the newest coupon of it."""
    of_rung = [
        one
        for one in hers
        if one.rung == rung.code
        and one.state is not ShopCouponState.WITHDRAWN
        and ladder.is_of_window(one.crossing, at)
    ]
    coupon = of_rung[-1] if of_rung else None
    is_reached = spent_fen >= rung.spend_fen or (coupon is not None and coupon.below_at is None)
    return RungProgress(rung, is_reached, coupon)
