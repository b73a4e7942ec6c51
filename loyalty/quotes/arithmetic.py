"""The arithmetic of a quote: which discounts apply to a cart, and what each line then costs.

Within a lane discounts compete, across lanes they stack in the order of ``LANES``. Each line bears
its part of a discount to the fen. In whatever order lines, offers and coupons come: same answer.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from uuid import UUID

from msgspec import Struct

from loyalty.discounts import LANES, Discount, Lane
from loyalty.errors import Refused
from loyalty.facts import CartLine, Case

# So many combinations of discounts are all compared; beyond, each lane takes what saves most.
MOST_COMPARED = 256


class Proposal(Struct, frozen=True):
    """A discount that may apply: an offer in force, or a coupon of hers."""

    slot: str
    version_id: int
    discount: Discount
    coupon: UUID | None = None

    @property
    def lane(self) -> Lane:
        """Return the lane in which it competes."""
        return self.discount.lane or ("offer" if self.coupon is None else "coupon")


class Applied(Struct, frozen=True):
    """A discount that applies, with the fen that it takes off each line."""

    proposal: Proposal
    per_line: tuple[int, ...]

    @property
    def saved_fen(self) -> int:
        """Return what it takes off the cart."""
        return sum(self.per_line)


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
            line.sku, line.category, line.brand, quantity=quantity, price_fen=line.price_fen
        )
    return tuple(by_sku[sku] for sku in sorted(by_sku))


def priced(case: Case, proposals: Iterable[Proposal]) -> Priced:
    """Return the cart of a case with the combination of proposals that saves most.

    Each proposal may be used once. Of combinations that save the same, the one with fewer
    discounts counts, then the one of the earlier slots.
    """
    cart = case.cart or ()
    possible, declined = _sorted_out(case, proposals)
    lanes = [[one for one in possible if one.lane == lane] for lane in LANES]
    is_exact = prod(len(lane) + 1 for lane in lanes) <= MOST_COMPARED
    applied = _best_of_all(cart, lanes) if is_exact else _best_of_each_lane(cart, lanes)
    taken = [one.proposal for one in applied]
    left_over = [one for one in possible if one not in taken]
    return Priced(
        cart,
        tuple(applied),
        (*declined, *(_left_over(one, taken) for one in left_over)),
        is_exact,
    )


def why_not(case: Case, proposal: Proposal) -> Refused | None:
    """Return why a discount is not for this cart, with its figures; None where it may apply."""
    refusals = proposal.discount.conditions.refusals(case)
    if refusals:
        return refusals[0]
    if not any(proposal.discount.counts(line) for line in case.cart or ()):
        return Refused("no_goods_for_discount")
    return None


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


def _left_over(proposal: Proposal, taken: Sequence[Proposal]) -> Declined:
    """Tell why one that might apply does not: another one of its lane, or nothing left to save."""
    better = next((one for one in taken if one.lane == proposal.lane), None)
    if better is None:
        return Declined(proposal, Refused("nothing_left_to_discount"))
    return Declined(proposal, Refused("better_discount_applies", slot=better.slot))


def _best_of_all(cart: tuple[CartLine, ...], lanes: Sequence[Sequence[Proposal]]) -> list[Applied]:
    choices: Iterable[Sequence[Proposal | None]] = product(*([None, *lane] for lane in lanes))
    found = (_stacked(cart, [one for one in choice if one is not None]) for choice in choices)
    return min(found, key=lambda applied: (-_saved_fen(applied), len(applied)))


def _best_of_each_lane(
    cart: tuple[CartLine, ...], lanes: Sequence[Sequence[Proposal]]
) -> list[Applied]:
    chosen: list[Proposal] = []
    for lane in lanes:
        stacks = [chosen, *([*chosen, one] for one in lane)]
        chosen = min(stacks, key=lambda stack: -_saved_fen(_stacked(cart, stack)))
    return _stacked(cart, chosen)


def _stacked(cart: tuple[CartLine, ...], chosen: Sequence[Proposal]) -> list[Applied]:
    applied: list[Applied] = []
    costs = [line.goods_fen for line in cart]
    for one in chosen:
        per_line = one.discount.per_line(cart, costs)
        assert all(0 <= part <= cost for part, cost in zip(per_line, costs, strict=True)), one.slot
        costs = [cost - part for cost, part in zip(costs, per_line, strict=True)]
        applied.append(Applied(one, tuple(per_line)))
    return applied


def _saved_fen(applied: Iterable[Applied]) -> int:
    return sum(one.saved_fen for one in applied)


def _left(cart: Sequence[CartLine], applied: Iterable[Applied]) -> list[int]:
    costs = [line.goods_fen for line in cart]
    for one in applied:
        costs = [cost - part for cost, part in zip(costs, one.per_line, strict=True)]
    return costs
