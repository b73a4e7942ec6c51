"""Caps over several orders of a member: what each order has room for, whatever came in first.

Orders use up the room of a period in the sequence in which they were paid. So what each earns
depends on the orders as they stand, not on the way there: an order that comes in late, or is
refunded, changes what orders paid after it have earned.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.earning import PersonalBoost
from loyalty.earning.cap import Cap
from loyalty.giving import Given
from loyalty.orders import Order
from loyalty.programme import Rule
from loyalty.purchases.earned import given
from loyalty.purchases.rules import InForce, Rules

MOMENT = timedelta(microseconds=1)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Capped:
    """An order that uses up room of the member who paid it, and what was given for it."""

    order: Order
    paid_as_id: int
    given: Given
    rules: InForce

    def cap(self, slot: str, width: int) -> Rule | None:
        """Return the cap of a slot that was in force when it was paid, if it is so wide."""
        for rule in self.rules.giving.member_caps:
            if rule.slot == slot and rule.body.width == width and rule.body.holds(self.given.case):
                return rule
        return None


def capped(
    order: Order,
    rules: Rules,
    *,
    paid_as_id: int,
    tier: str,
    boosts: tuple[PersonalBoost, ...],
) -> Capped:
    """Return an order as caps look at it, with what it would earn by itself."""
    in_force = rules.at(order.paid_at)
    return Capped(order, paid_as_id, given(order, in_force, tier=tier, boosts=boosts), in_force)


def share_room(orders: Iterable[Capped]) -> None:
    """Cut what the caps over several orders leave no room for, the narrowest period first."""
    in_sequence = sorted(orders, key=_sequence)
    found = {
        (rule.body.width, not rule.body.limited_slots, rule.slot)
        for one in in_sequence
        for rule in one.rules.giving.member_caps
    }
    for width, _, slot in sorted(found):
        used: dict[tuple[int, datetime], int] = {}
        for one in in_sequence:
            rule = one.cap(slot, width)
            if rule is None:
                continue
            cap: Cap = rule.body
            period = one.paid_as_id, cap.period(one.order.paid_at)[0]
            before = used.get(period, 0)
            one.given.limit(rule, room=max(0, cap.most - before))
            used[period] = before + one.given.limited(cap)


def _sequence(one: Capped) -> tuple[datetime, str, str, str]:
    shop = one.order.shop
    return one.order.paid_at, shop.kind.value, shop.code, one.order.number


def reach(span: Span, caps: Sequence[Cap]) -> Span:
    """Return the first and the last moment of what shares a period with a span, or in turn.

    ``caps`` widen it one by one: the narrowest first for what a change can change, the widest
    first for what must be known to tell it.
    """
    first, last = span
    for cap in caps:
        start, end = cap.period(first)[0], cap.period(last)[1]
        if start <= last and first < end:
            first, last = min(first, start), max(last, end - MOMENT)
    return first, last
