"""What rules may know of a member: figures that are kept, never computed while a rule is asked."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.policies.tiers import Tiers


class CartLine(Struct, frozen=True):
    """One line of a cart: ``price_fen`` for one, before any discount."""

    sku: str
    category: str
    brand: str
    quantity: int
    price_fen: int

    @property
    def goods_fen(self) -> int:
        """Return what the line costs before any discount."""
        return self.quantity * self.price_fen


class Facts(Struct, frozen=True):
    """One member at a moment. ``tier_rank`` counts from 0, the lowest tier.

    ``orders`` and ``spent_fen`` are of the tier window, net of refunds. ``segments`` are the slots
    of the newest snapshots that hold her; ``tiers`` are those in force.
    """

    member_id: int
    at: datetime
    tier_rank: int = 0
    orders: int = 0
    spent_fen: int = 0
    segments: frozenset[str] = frozenset()
    tiers: Tiers = Tiers()


class Case(Struct, frozen=True):
    """What a condition looks at: a member, and her cart where there is one."""

    facts: Facts
    cart: tuple[CartLine, ...] | None = None


def subtotal_fen(cart: Sequence[CartLine]) -> int:
    """Return what a cart costs before any discount."""
    return sum(line.goods_fen for line in cart)
