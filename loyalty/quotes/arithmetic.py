"""The arithmetic of a quote: which discounts apply to a cart, and what each line then costs.

Within a lane discounts compete for the lines, across lanes they stack in the order of ``LANES``.
Each line bears its part of a discount to the fen. In whatever order lines, offers and coupons come:
same answer.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from loyalty.budgets import NO_END, Left
from loyalty.discounts import LANES, Cart, Discount, Lane
from loyalty.errors import Refused
from loyalty.facts import CartLine, Case
from loyalty.policies.margin import Margin
from loyalty.quotes.choosing import MOST_LOOKS, Candidate, choose, concerned
from loyalty.quotes.floors import Floors, floors_of


class Proposal(Struct, frozen=True):
    """A discount that may apply: an offer in force, or a coupon of hers.

    ``left`` is what its budgets have left for her.
    """

    slot: str
    version_id: int
    discount: Discount
    coupon: UUID | None = None
    left: Left = NO_END

    @property
    def lane(self) -> Lane:
        """Return the lane in which it competes."""
        return self.discount.lane or ("offer" if self.coupon is None else "coupon")


class Applied(Struct, frozen=True):
    """A discount that applies, with the fen that it takes off each line.

    ``full_fen`` is what it would take off if the brand's margin had no floor.
    """

    proposal: Proposal
    per_line: tuple[int, ...]
    full_fen: int

    @property
    def saved_fen(self) -> int:
        """Return what it takes off the cart."""
        return sum(self.per_line)

    @property
    def cut_fen(self) -> int:
        """Return how much less that is than it would be without floors."""
        return self.full_fen - self.saved_fen


class Declined(Struct, frozen=True):
    """A discount that does not apply, and why."""

    proposal: Proposal
    refusal: Refused


class Priced(Struct, frozen=True):
    """A cart with its discounts. ``is_exact``: no legal combination would save more."""

    cart: tuple[CartLine, ...]
    applied: tuple[Applied, ...]
    declined: tuple[Declined, ...]
    is_exact: bool

    @property
    def costs_fen(self) -> list[int]:
        """Return what each line costs after all discounts."""
        return _left(self.cart, self.applied)

    @property
    def goods_fen(self) -> int:
        """Return what the cart costs before any discount."""
        return sum(line.goods_fen for line in self.cart)

    @property
    def saved_fen(self) -> int:
        """Return what all discounts take off."""
        return sum(one.saved_fen for one in self.applied)

    @property
    def total_fen(self) -> int:
        """Return what is to be paid."""
        return sum(self.costs_fen)


def merged(lines: Iterable[CartLine]) -> tuple[CartLine, ...]:
    """Return one line a SKU, in the SKUs' order; lines of one SKU tell the same product."""
    by_sku: dict[str, CartLine] = {}
    for line in lines:
        known = by_sku.get(line.sku)
        quantity = line.quantity + (known.quantity if known else 0)
        by_sku[line.sku] = CartLine(
            line.sku,
            line.category,
            line.brand,
            quantity=quantity,
            price_fen=line.price_fen,
            cost_fen=line.cost_fen,
        )
    return tuple(by_sku[sku] for sku in sorted(by_sku))


def priced(
    case: Case,
    proposals: Iterable[Proposal],
    *,
    margin: Margin | None = None,
    most_looks: int = MOST_LOOKS,
) -> Priced:
    """Return the cart of a case with the combination of proposals that saves most.

    Each proposal may be used once, and each line by one of a lane. Of combinations that save the
    same, the one with fewer discounts counts, then the one of the earlier slots. None takes
    anything off below the floors of ``margin``.
    """
    cart = case.cart or ()
    possible, declined = _sorted_out(case, proposals)
    lines = [concerned(one.discount, cart) for one in possible]
    places = [[n for n, one in enumerate(possible) if one.lane == lane] for lane in LANES]
    lanes = [lane for lane in places if lane]
    floors = floors_of(margin, cart)
    taken, is_exact = choose(
        cart,
        [
            [Candidate(possible[n].discount, lines[n], possible[n].left.fen) for n in lane]
            for lane in lanes
        ],
        most_looks=most_looks,
        floors=floors,
    )
    used = {lanes[one.lane][one.place]: one for one in taken if any(one.per_line)}
    applied = tuple(Applied(possible[n], one.per_line, one.full_fen) for n, one in used.items())
    left_over = [
        Declined(
            one,
            _why_cut(one, cart, applied, floors)
            or _why_rivalled(n, possible, lines, used=used)
            or _why_nothing(one, cart, applied, floors),
        )
        for n, one in enumerate(possible)
        if n not in used
    ]
    return Priced(cart, applied, (*declined, *left_over), is_exact)


def why_not(case: Case, proposal: Proposal) -> Refused | None:
    """Return why a discount is not for this cart, with its figures; None where it may apply."""
    if proposal.left.refusal:
        return proposal.left.refusal
    refusals = proposal.discount.conditions.refusals(case)
    return refusals[0] if refusals else proposal.discount.refusal(case.cart or ())


def _sorted_out(case: Case, proposals: Iterable[Proposal]) -> tuple[list[Proposal], list[Declined]]:
    possible: list[Proposal] = []
    declined: list[Declined] = []
    for one in sorted(proposals, key=lambda one: (one.slot, str(one.coupon or ""))):
        refusal = why_not(case, one)
        if refusal is None:
            possible.append(one)
        else:
            declined.append(Declined(one, refusal))
    return possible, declined


def _why_cut(
    one: Proposal, cart: Cart, applied: Sequence[Applied], floors: Floors
) -> Refused | None:
    """Tell whether what the lanes before have left is too little, or more than a budget has."""
    rank = LANES.index(one.lane)
    costs = _left(cart, [other for other in applied if LANES.index(other.proposal.lane) < rank])
    full = one.discount.per_line(cart, costs)
    saved_fen = sum(floors.clipped(full, costs))
    if one.left.fen is not None and saved_fen > one.left.fen:
        return Refused("budget_short")
    return Refused("goes_below_floor") if sum(full) > saved_fen == 0 else None


def _why_rivalled(
    place: int, possible: Sequence[Proposal], lines: Sequence[int], *, used: Iterable[int]
) -> Refused | None:
    """Tell which other one has the lines of one that might apply."""
    for other in used:
        if possible[other].lane == possible[place].lane and lines[other] & lines[place]:
            return Refused("better_discount_applies", slot=possible[other].slot)
    return None


def _why_nothing(one: Proposal, cart: Cart, applied: Sequence[Applied], floors: Floors) -> Refused:
    """Tell why one saves nothing that nobody is in the way of: the order's floor, or no money."""
    costs = _left(cart, applied)
    clipped = floors.clipped(one.discount.per_line(cart, costs), costs)
    lacking = floors.lacking_fen([cost - part for cost, part in zip(costs, clipped, strict=True)])
    if lacking and not any(floors.given_back(clipped, lacking)):
        return Refused("goes_below_floor")
    return Refused("nothing_left_to_discount")


def _left(cart: Sequence[CartLine], applied: Iterable[Applied]) -> list[int]:
    costs = [line.goods_fen for line in cart]
    for one in applied:
        costs = [cost - part for cost, part in zip(costs, one.per_line, strict=True)]
    return costs
