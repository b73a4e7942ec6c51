"""How many points a purchase should have earned, net of refunds, and why."""

from datetime import datetime

import msgspec

from loyalty.earning import EarningCase, EarningLine, PersonalBoost
from loyalty.giving import Given
from loyalty.orders import Order
from loyalty.purchases.rules import InForce


class Earned(msgspec.Struct, frozen=True):
    """The points of an order, and in JSON which rules gave them to which line."""

    points: int
    version_id: int | None = None
    told: bytes = b""

    def breakdown(self, *, held: int) -> msgspec.Raw | None:
        """Return what its entry keeps; ``held`` are the points that earlier entries gave."""
        if not self.told or not held:
            return msgspec.Raw(self.told) if self.told else None
        told = {**msgspec.json.decode(self.told), "before": held}
        return msgspec.Raw(msgspec.json.encode(told, order="sorted"))


NOTHING = Earned(0)


def given(
    order: Order, rules: InForce, *, tier: str, boosts: tuple[PersonalBoost, ...] = ()
) -> Given:
    """Return what all rules in force when the order was paid give for the money kept."""
    case = EarningCase(
        shop_kind=order.shop.kind,
        shop_code=order.shop.code,
        paid_at=order.paid_at,
        tier=tier,
        boosts=boosts,
        lines=tuple(
            [
                EarningLine(line.paid_fen - line.refunded_fen, line.sku, line.category, line.brand)
                for line in order.lines
            ]
        ),
    )
    return rules.giving.of(case)


def counted(found: Given) -> Earned:
    """Return the points that are left of what was given.

    Told at once: to keep all that was given to a batch until it is written costs as much again.
    """
    points = found.points
    if not points:
        return NOTHING
    told = msgspec.json.encode(found.told(), order="sorted")
    return Earned(points, found.parts[0].rule.version_id, told)


def earned(
    order: Order, rules: InForce, *, tier: str = "", boosts: tuple[PersonalBoost, ...] = ()
) -> Earned:
    """Return what an order earns where no cap looks at other orders of the member."""
    return counted(given(order, rules, tier=tier, boosts=boosts))


def settles_at(order: Order, rules: InForce) -> datetime | None:
    """Return when the order's points become available; None while it is not completed."""
    if order.completed_at is None:
        return None
    return rules.points.settles_at(order.completed_at)
