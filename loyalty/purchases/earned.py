"""How many points a purchase should have earned, net of refunds, and why."""

from datetime import datetime

import msgspec

from loyalty.earning import EarningCase, EarningLine
from loyalty.orders import Order
from loyalty.purchases.rules import InForce


class Earned(msgspec.Struct, frozen=True):
    """The points of an order with the rules that gave them, line by line in the order's order."""

    points: int
    version_id: int | None
    breakdown: msgspec.Raw | None


NOTHING = Earned(0, None, None)


def earned(order: Order, rules: InForce) -> Earned:
    """Return what all rules in force when the order was paid give for the money kept."""
    case = EarningCase(
        shop_kind=order.shop.kind,
        paid_at=order.paid_at,
        lines=tuple(
            [
                EarningLine(line.paid_fen - line.refunded_fen, line.sku, line.category, line.brand)
                for line in order.lines
            ]
        ),
    )
    given = [(version_id, rule.per_line(case)) for version_id, rule in rules.earning]
    points = sum(sum(per_line) for _, per_line in given)
    if not points:
        return NOTHING
    return Earned(points, given[0][0], _breakdown(given))


def _breakdown(given: list[tuple[int, list[int]]]) -> msgspec.Raw:
    told = {
        "rules": [
            {"version": version_id, "points": sum(per_line), "lines": per_line}
            for version_id, per_line in given
            if any(per_line)
        ]
    }
    return msgspec.Raw(msgspec.json.encode(told, order="sorted"))


def settles_at(order: Order, rules: InForce) -> datetime | None:
    """Return when the order's points become available; None while it is not completed."""
    if order.completed_at is None:
        return None
    return rules.points.settles_at(order.completed_at)
