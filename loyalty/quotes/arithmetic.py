"""The arithmetic of a quote: which discounts apply to a cart, and what each line then costs.

Within a lane discounts compete for the lines, across lanes they stack in the order of ``LANES``.
Each line bears its part of a discount to the fen. In whatever order lines, offers and coupons come:
same answer.
"""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from msgspec import Struct

from loyalty.budgets import NO_END, Left
from loyalty.discounts import LANES, Cart, Discount, Lane
from loyalty.errors import Refused
from loyalty.facts import CartLine, Case
from loyalty.policies.margin import Margin
from loyalty.quotes.candidates import Candidate, Shelf
from loyalty.quotes.choosing import MOST_LOOKS, Taken, choose
from loyalty.quotes.floors import floors_of


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
        return _left([line.goods_fen for line in self.cart], self.applied)

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
    return Reckoning(case, margin).priced(proposals, most_looks=most_looks)


def why_not(case: Case, proposal: Proposal) -> Refused | None:
    """Return why a discount is not for this cart, with its figures; None where it may apply."""
    if proposal.left.refusal:
        return proposal.left.refusal
    refusal = proposal.discount.conditions.refusal(case)
    return refusal or proposal.discount.refusal(case.cart or ())


# One that may apply, and what it would take off.
_Possible = tuple[Proposal, Candidate]


class Reckoning:
    """A cart that is priced with some proposals, then with others: each is looked at only once.

    A proposal is known by its slot and its coupon.
    """

    def __init__(self, case: Case, margin: Margin | None) -> None:
        self._case = case
        self._cart = case.cart or ()
        self._floors = floors_of(margin, self._cart)
        self._shelf = Shelf(self._cart)
        self._looked_at: dict[tuple[str, UUID | None], Candidate | Refused] = {}

    def priced(self, proposals: Iterable[Proposal], *, most_looks: int = MOST_LOOKS) -> Priced:
        """Return the cart with the combination of these that saves most; see above."""
        possible, declined = self._sorted_out(proposals)
        lanes = _lanes(possible)
        taken, is_exact = choose(
            self._cart,
            [[possible[n][1] for n in lane] for lane in lanes],
            most_looks=most_looks,
            floors=self._floors,
        )
        assert all(min(one.per_line, default=0) >= 0 for one in taken), "none makes a line dearer"
        used = {lanes[one.lane][one.place]: one for one in taken if any(one.per_line)}
        applied = [Applied(possible[n][0], one.per_line, one.full_fen) for n, one in used.items()]
        costs = _costs_by_lane(self._cart, used.values(), len(lanes))
        whys = self._left_over(possible, lanes, used.keys(), costs)
        left_over = [Declined(possible[n][0], whys[n]) for n in sorted(whys)]
        return Priced(self._cart, tuple(applied), (*declined, *left_over), is_exact)

    def look_at(self, one: Proposal) -> Candidate | Refused:
        """Return what a proposal may take off, or why it is not for this cart."""
        found = self._looked_at.get((one.slot, one.coupon))
        if found is None:
            discount, left = one.discount, one.left
            found = (
                left.refusal
                or (discount.conditions.all_of and discount.conditions.refusal(self._case))
                or self._shelf.candidate(discount, left_fen=left.fen)
            )
            self._looked_at[one.slot, one.coupon] = found
        return found

    def _sorted_out(self, proposals: Iterable[Proposal]) -> tuple[list[_Possible], list[Declined]]:
        possible: list[_Possible] = []
        declined: list[Declined] = []
        for one in sorted(proposals, key=lambda one: (one.slot, str(one.coupon or ""))):
            found = self.look_at(one)
            if isinstance(found, Candidate):
                possible.append((one, found))
            else:
                declined.append(Declined(one, found))
        return possible, declined

    def _left_over(
        self,
        possible: Sequence[_Possible],
        lanes: Sequence[Sequence[int]],
        used: Collection[int],
        costs: Sequence[Sequence[int]],
    ) -> dict[int, Refused]:
        """Tell of those that might apply and do not, why; ``costs`` are as each lane begins."""
        whys: dict[int, Refused] = {}
        for lane, before in zip(lanes, costs, strict=False):
            rivals = [
                (possible[n][1].lines, Refused("better_discount_applies", slot=possible[n][0].slot))
                for n in lane
                if n in used
            ]
            for n in lane:
                if n not in used:
                    one = possible[n][1]
                    whys[n] = (
                        self._why_cut(one, before)
                        or _why_rivalled(one, rivals)
                        or self._why_nothing(one, costs[-1])
                    )
        return whys

    def _why_cut(self, one: Candidate, costs: Sequence[int]) -> Refused | None:
        """Tell whether what the lanes before have left is too little, or more than a budget has."""
        if one.left_fen is None and not self._floors.lines:
            return None
        full = one.off(costs)
        saved_fen = sum(self._floors.clipped_at(one.places, full, costs))
        if one.left_fen is not None and saved_fen > one.left_fen:
            return Refused("budget_short")
        return Refused("goes_below_floor") if not saved_fen and any(full) else None

    def _why_nothing(self, one: Candidate, costs: Sequence[int]) -> Refused:
        """Tell why one saves nothing though none is in its way: the order's floor, or no money."""
        per_line = [0] * len(costs)
        clipped = self._floors.clipped_at(one.places, one.off(costs), costs)
        for place, part in zip(one.places, clipped, strict=True):
            per_line[place] = part
        left = [cost - part for cost, part in zip(costs, per_line, strict=True)]
        lacking = self._floors.lacking_fen(left)
        if lacking and not any(self._floors.given_back(per_line, lacking)):
            return Refused("goes_below_floor")
        return Refused("nothing_left_to_discount")


def _why_rivalled(one: Candidate, rivals: Iterable[tuple[int, Refused]]) -> Refused | None:
    """Tell which other one of its lane has its lines."""
    for lines, refusal in rivals:
        if lines & one.lines:
            return refusal
    return None


def _lanes(possible: Sequence[_Possible]) -> list[list[int]]:
    """Return whose turn it is in each lane that has any, in the lanes' order."""
    lanes: dict[Lane, list[int]] = {lane: [] for lane in LANES}
    for n, (one, _) in enumerate(possible):
        lanes[one.lane].append(n)
    return [lane for lane in lanes.values() if lane]


def _costs_by_lane(cart: Cart, taken: Iterable[Taken], lanes: int) -> list[list[int]]:
    """Return what lines cost as each lane begins, and after the last one."""
    costs = [[line.goods_fen for line in cart]]
    by_lane: dict[int, list[Taken]] = {}
    for one in taken:
        by_lane.setdefault(one.lane, []).append(one)
    for lane in range(lanes):
        costs.append(_left(costs[-1], by_lane.get(lane, ())))
    assert min(costs[-1], default=0) >= 0, "no line costs less than nothing"
    return costs


def _left(costs: list[int], taken: Iterable[Taken | Applied]) -> list[int]:
    for one in taken:
        costs = [cost - part for cost, part in zip(costs, one.per_line, strict=True)]
    return costs
