"""Which lines of a cart a discount is concerned with, and what it would take off them.

A quote asks both again and again, of the same cart: what was found once is kept.
"""

from collections.abc import Sequence
from typing import NamedTuple

from loyalty.discounts import Cart, Discount
from loyalty.errors import Refused


class Part(NamedTuple):
    """Some lines of a cart, with their places in it."""

    places: tuple[int, ...]
    goods: Cart


class Shelf:
    """Where the goods of a cart stand: a bit for each line, by SKU, by category and by brand."""

    def __init__(self, cart: Cart) -> None:
        self._cart = cart
        self._every = (1 << len(cart)) - 1
        self._parts = {self._every: Part(tuple(range(len(cart))), cart)}
        self._skus: dict[str, int] = {}
        self._categories: dict[str, int] = {}
        self._brands: dict[str, int] = {}
        for place, line in enumerate(cart):
            bit = 1 << place
            self._skus[line.sku] = self._skus.get(line.sku, 0) | bit
            self._categories[line.category] = self._categories.get(line.category, 0) | bit
            self._brands[line.brand] = self._brands.get(line.brand, 0) | bit

    def touched(self, discount: Discount) -> int:
        """Return the lines that a discount is concerned with, as bits."""
        if discount.is_by_name:
            return self._named(discount)
        return sum(1 << place for place, line in enumerate(self._cart) if discount.touches(line))

    def candidate(self, discount: Discount, *, left_fen: int | None) -> "Candidate | Refused":
        """Return a discount with what it is concerned with, or what the cart lacks for it."""
        is_by_name = discount.is_by_name
        lines = self._named(discount) if is_by_name else self.touched(discount)
        part = self._parts.get(lines) or self.part(lines)
        # most kinds take whatever they name, and that was just found
        if not (lines and is_by_name and type(discount).refusal is Discount.refusal):
            refusal = discount.refusal(part.goods if is_by_name else self._cart)
            if refusal:
                return refusal
        return Candidate(discount, part, lines=lines, left_fen=left_fen)

    def part(self, lines: int) -> Part:
        """Return the lines of some bits."""
        found = self._parts.get(lines)
        if found is None:
            places = []
            left = lines
            while left:
                lowest = left & -left
                places.append(lowest.bit_length() - 1)
                left ^= lowest
            found = Part(tuple(places), tuple([self._cart[place] for place in places]))
            self._parts[lines] = found
        return found

    def _named(self, discount: Discount) -> int:
        """Return the lines of the goods that a discount names, without asking line by line."""
        lines = self._every
        if discount.skus:
            lines &= _any(discount.skus, self._skus)
        if discount.categories:
            lines &= _any(discount.categories, self._categories)
        if discount.brands:
            lines &= _any(discount.brands, self._brands)
        return lines


def _any(names: Sequence[str], known: dict[str, int]) -> int:
    if len(names) == 1:
        return known.get(names[0], 0)
    lines = 0
    for name in names:
        lines |= known.get(name, 0)
    return lines


class Candidate:
    """A discount that may apply to a cart; ``lines`` has a bit for each of its ``places``.

    It is taken whole or not at all where its budgets have ``left_fen``; None: no end.
    """

    __slots__ = ("_discount", "_goods", "_known", "left_fen", "lines", "places")

    def __init__(
        self, discount: Discount, part: Part, *, lines: int, left_fen: int | None = None
    ) -> None:
        self.lines = lines
        self.places, self._goods = part
        self.left_fen = left_fen
        self._discount = discount
        self._known: dict[tuple[int, ...], tuple[int, ...]] = {}

    def off(self, costs: Sequence[int]) -> tuple[int, ...]:
        """Return what it would take off each of its places if there were no floors."""
        here = [costs[place] for place in self.places]
        found = self._known.get(key := tuple(here))
        if found is None:
            found = self._known[key] = tuple(self._discount.off(self._goods, here))
        return found
