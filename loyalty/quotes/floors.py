"""What a cart must still bring after all discounts: of each line, and of its lines together.

A line may lose what it costs so far less its floor. The floor of the order comes after those of
the lines: what is too much is taken back from the discount that was taken last, then from the one
before it. Lines whose cost nobody knows have no part in it.
"""

from collections.abc import Sequence

from msgspec import Struct

from loyalty.allocation import shares
from loyalty.discounts import Cart
from loyalty.policies.margin import Margin


class Floors(Struct, frozen=True):
    """Floors in fen: of each line, and of those lines together that ``count`` for the order."""

    lines: tuple[int, ...] = ()
    count: tuple[bool, ...] = ()
    order_fen: int = 0

    def clipped(self, per_line: Sequence[int], costs: Sequence[int]) -> tuple[int, ...]:
        """Return what the lines may lose of what a discount would take off them."""
        if not self.lines:
            return tuple(per_line)
        return tuple(
            min(part, cost - floor)
            for part, cost, floor in zip(per_line, costs, self.lines, strict=True)
        )

    def clipped_at(
        self, places: Sequence[int], parts: tuple[int, ...], costs: Sequence[int]
    ) -> tuple[int, ...]:
        """Return what the lines of some places may lose of what a discount would take off them."""
        if not self.lines:
            return parts
        floors = self.lines
        return tuple(
            [
                min(part, costs[place] - floors[place])
                for place, part in zip(places, parts, strict=True)
            ]
        )

    def rooms(self, costs: Sequence[int]) -> list[int]:
        """Return what each line may still lose."""
        return list(self.clipped(costs, costs))

    def lacking_fen(self, costs: Sequence[int]) -> int:
        """Return how much too little the lines of an order bring together."""
        if not self.order_fen:
            return 0
        kept = sum(cost for cost, counts in zip(costs, self.count, strict=True) if counts)
        return max(0, self.order_fen - kept)

    def spare_fen(self, costs: Sequence[int]) -> int:
        """Return how much the lines of an order bring beyond what they must together."""
        kept = sum(cost for cost, counts in zip(costs, self.count, strict=True) if counts)
        return max(0, kept - self.order_fen)

    def most_fen(self, costs: Sequence[int]) -> int:
        """Return what all discounts can take off together at most."""
        rooms = self.rooms(costs)
        if not self.order_fen:
            return sum(rooms)
        counted = sum(room for room, counts in zip(rooms, self.count, strict=True) if counts)
        return sum(rooms) - counted + min(counted, self.spare_fen(costs))

    def given_back(self, per_line: Sequence[int], lacking_fen: int) -> tuple[int, ...]:
        """Return what a discount still takes off when so much of it is lacking, or all of it."""
        counted = [part if counts else 0 for part, counts in zip(per_line, self.count, strict=True)]
        back = shares(min(lacking_fen, sum(counted)), counted)
        return tuple(part - given for part, given in zip(per_line, back, strict=True))


NO_FLOORS = Floors()


def floors_of(margin: Margin | None, cart: Cart) -> Floors:
    """Return the floors of a cart's lines and of its order."""
    if margin is None or margin == Margin():
        return NO_FLOORS
    costs = [None if one.cost_fen is None else one.cost_fen * one.quantity for one in cart]
    known = [(line, cost) for line, cost in zip(cart, costs, strict=True) if cost is not None]
    return Floors(
        tuple(
            margin.line_floor_fen(line.goods_fen, cost)
            for line, cost in zip(cart, costs, strict=True)
        ),
        tuple(cost is not None for cost in costs),
        margin.order_floor_fen(
            sum(line.goods_fen for line, _ in known), sum(cost for _, cost in known)
        ),
    )
