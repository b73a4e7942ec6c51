"""What rules may know of a member: figures that are kept, never computed while a rule is asked."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from loyalty.policies.tiers import Tiers


class CartLine(Struct, frozen=True):
    """One line of a cart: ``price_fen`` for one, before any discount.

    ``cost_fen`` is what one costs the brand, None where nobody knows; no shopper is ever told.
    """

    sku: str
    category: str
    brand: str
    quantity: int
    price_fen: int
    cost_fen: int | None = None

    @property
    def goods_fen(self) -> int:
        """Return what the line costs before any discount."""
        return self.quantity * self.price_fen


class Review(Struct, frozen=True):
    """When a tier is reviewed: from ``review_on`` on it is ``projected_rank``, as things stand.

    What she does before ``keep_by_on`` may keep it; by then ``still_counts`` is left of what she
    did, in the tiers' measure.
    """

    review_on: date
    keep_by_on: date
    still_counts: int
    projected_rank: int


class Facts(Struct, frozen=True):
    """One member at a moment. ``tier_rank`` counts from 0, the lowest tier.

    ``orders``, ``spent_fen`` and ``reached``, in the tiers' measure, are of the tier window, net
    of refunds; when her tier is reviewed stands in ``review``. ``segments`` are the slots of the
    newest snapshots that hold her, which decide only where she ``wants_personal_offers``; ``tiers``
    are those in force.
    """

    member_id: int
    at: datetime
    tier_rank: int = 0
    orders: int = 0
    spent_fen: int = 0
    reached: int = 0
    review: Review | None = None
    segments: frozenset[str] = frozenset()
    wants_personal_offers: bool = True
    tiers: Tiers = Tiers()


class Case(Struct, frozen=True):
    """What a condition looks at: a member, and her cart where there is one."""

    facts: Facts
    cart: tuple[CartLine, ...] | None = None


def subtotal_fen(cart: Sequence[CartLine]) -> int:
    """Return what a cart costs before any discount."""
    return sum(line.goods_fen for line in cart)
