"""Which products a discount would be cut on by the margin, before it is published.

Each product is tried alone, from one unit on, up to the first quantity that has the discount; where
it takes goods together, all of its goods at once; and carts as they were really bought. Whom it is
for is left aside.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from loyalty.discounts import Cart, Discount
from loyalty.errors import Refused
from loyalty.facts import CartLine, Case, Facts
from loyalty.policies.margin import Margin
from loyalty.quotes.floors import floors_of

QUANTITIES = (1, 2, 3, 4, 5, 10, 20, 50, 100, 999)
MOST_TOGETHER = 50


class CutLine(Struct, frozen=True):
    """A product on which a discount is cut: of ``full_fen`` for so many, so much is left."""

    sku: str
    quantity: int
    full_fen: int
    left_fen: int


class CutCart(Struct, frozen=True):
    """A cart that has a discount: of ``full_fen`` so much is left under the margin."""

    cart: Cart
    full_fen: int
    left_fen: int

    @property
    def cut_fen(self) -> int:
        """Return how much the margin takes from the discount."""
        return self.full_fen - self.left_fen


def tried_on(
    margin: Margin, discount: Discount, carts: Sequence[Cart], *, facts: Facts
) -> list[CutCart]:
    """Return what a discount takes off each of the carts that have it, the most cut first."""
    tried = []
    for cart in carts:
        if cart and not any(_missing(discount, cart, facts)):
            full, left = _full_and_left(margin, discount, cart)
            tried.append(CutCart(cart, sum(full), sum(left)))
    return sorted(tried, key=lambda one: (-one.cut_fen, [line.sku for line in one.cart]))


def cut_by(
    margin: Margin, discount: Discount, goods: Sequence[CartLine], *, facts: Facts
) -> list[CutLine]:
    """Return what is cut of a discount on goods, one unit each, by their SKUs."""
    cut: dict[str, CutLine] = {}
    reached = False
    for line in goods:
        cart = _first((line,), discount, facts)
        reached = reached or cart is not None
        cut |= _cut(margin, discount, cart)
    if not reached:
        together = tuple(line for line in goods if _takes(discount, line))[:MOST_TOGETHER]
        cut |= _cut(margin, discount, _first(together, discount, facts))
    return [cut[sku] for sku in sorted(cut)]


def below_floor(margin: Margin, goods: Sequence[CartLine]) -> list[str]:
    """Return the SKUs of goods whose list price leaves no discount any room."""
    return [
        line.sku
        for line in goods
        if line.goods_fen and not any(floors_of(margin, (line,)).rooms([line.goods_fen]))
    ]


def _takes(discount: Discount, line: CartLine) -> bool:
    return discount.touches(line) or discount.counts(line)


def _first(goods: Cart, discount: Discount, facts: Facts) -> Cart | None:
    """Return the first cart of so many of each that has the discount."""
    for quantity in QUANTITIES if goods else ():
        cart = tuple(replace(line, quantity=quantity) for line in goods)
        if not any(_missing(discount, cart, facts)):
            return cart
    return None


def _missing(discount: Discount, cart: Cart, facts: Facts) -> Iterator[Refused]:
    refusals = discount.conditions.refusals(Case(facts, cart))
    yield from (one for one in refusals if one.code == "min_spend_not_met")
    if refusal := discount.refusal(cart):
        yield refusal


def _cut(margin: Margin, discount: Discount, cart: Cart | None) -> dict[str, CutLine]:
    if cart is None:
        return {}
    full, left = _full_and_left(margin, discount, cart)
    return {
        line.sku: CutLine(line.sku, line.quantity, whole, part)
        for line, whole, part in zip(cart, full, left, strict=True)
        if part < whole
    }


def _full_and_left(
    margin: Margin, discount: Discount, cart: Cart
) -> tuple[Sequence[int], Sequence[int]]:
    costs = [line.goods_fen for line in cart]
    floors = floors_of(margin, cart)
    full = discount.per_line(cart, costs)
    clipped = floors.clipped(full, costs)
    lacking = floors.lacking_fen([cost - part for cost, part in zip(costs, clipped, strict=True)])
    return full, floors.given_back(clipped, lacking) if lacking else clipped
