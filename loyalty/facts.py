"""What rules may know of a member: figures that are kept, never computed while a rule is asked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from loyalty.calendar import day_of
from loyalty.policies.tiers import Tiers
from loyalty.spans import Span


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


class BoughtSince(Struct, frozen=True):
    """What she bought since a day, net of refunds."""

    orders: int = 0
    spent_fen: int = 0


NOTHING_BOUGHT: Mapping[date, BoughtSince] = {}
NEVER_BOUGHT: Mapping[str, date] = {}


class KeptCart(Struct, frozen=True):
    """The cart that is kept for her: units by SKU, and since when it is as it is."""

    units: Mapping[str, int]
    changed_at: datetime


class Wanted(Struct, frozen=True):
    """What rules want to know of a member beyond her standing.

    ``spans`` are those of which they count orders or money; ``goods`` are "sku:M-020",
    "category:咖啡" or "brand:..." of which they ask when she last bought them.
    """

    spans: frozenset[Span] = frozenset()
    goods: frozenset[str] = frozenset()
    is_more: bool = False

    def __or__(self, other: "Wanted") -> "Wanted":
        return Wanted(
            self.spans | other.spans, self.goods | other.goods, self.is_more or other.is_more
        )

    @property
    def is_any(self) -> bool:
        """Say whether they want to know anything."""
        return bool(self.spans or self.goods or self.is_more)


class Facts(Struct, frozen=True):
    """One member at a moment. ``tier_rank`` counts from 0, the lowest tier.

    ``orders``, ``spent_fen`` and ``reached``, in the tiers' measure, are of the tier window, net
    of refunds; when her tier is reviewed stands in ``review``. ``segments`` are the slots of the
    newest snapshots that hold her, which decide only where she ``wants_personal_offers``; ``tiers``
    are those in force.

    The rest is known where a rule in force wants it (``Wanted``): what she ``bought`` since the
    days on which spans begin, and by "sku:...", "category:..." or "brand:..." the day on which she
    ``last_bought`` it; the moment of her last order that she kept; whether an order of the own
    store ``is_under_way`` that is not counted yet, and which of the goods that rules name such
    orders hold; ``birthday`` as MM-DD; the ``communities`` in whose
    groups she is, by slot; the names of her ``tags`` in WeCom; the ``kept_cart``; when an order of
    hers last had an offer that waited for her to hesitate.
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
    joined_at: datetime | None = None
    last_paid_at: datetime | None = None
    is_under_way: bool = False
    goods_under_way: frozenset[str] = frozenset()
    bought: Mapping[date, BoughtSince] = NOTHING_BOUGHT
    last_bought: Mapping[str, date] = NEVER_BOUGHT
    birthday: str | None = None
    communities: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    kept_cart: KeptCart | None = None
    hesitated_at: datetime | None = None

    @property
    def today(self) -> date:
        """Return the Shanghai day."""
        return day_of(self.at)

    def bought_in(self, span: Span) -> BoughtSince:
        """Return what she bought in a span that a rule in force wants to know of."""
        return self.bought[span.begins_on(self.today)]


class Case(Struct, frozen=True):
    """What a condition looks at: a member, and where there is one her cart and the own store.

    ``store`` is the code of the own store that she is in, such as its mini-program's app id.
    """

    facts: Facts
    cart: tuple[CartLine, ...] | None = None
    store: str | None = None


def subtotal_fen(cart: Sequence[CartLine]) -> int:
    """Return what a cart costs before any discount."""
    return sum(line.goods_fen for line in cart)
