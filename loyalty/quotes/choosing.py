"""Which discounts to take: of all that may stand together, those that leave the cart cheapest.

Two of a lane stand together where they share no line. Each takes off what the lanes before have
left, so what is best in one lane depends on the others: branches are followed to the last lane, and
left where even all that the rest could save would not beat what was found.
"""

from collections.abc import Sequence
from operator import le

from msgspec import Struct

from loyalty.discounts import Cart, Discount

# So many discounts are looked at on so many lines; beyond, what was found by then counts, and is
# said to be not exact. A tenth of a second: other requests wait meanwhile.
MOST_LOOKS = 40_000


class Candidate(Struct, frozen=True):
    """A discount that may apply; ``lines`` has a bit for each line that it is concerned with."""

    discount: Discount
    lines: int


class Taken(Struct, frozen=True):
    """One that is taken: its place in its lane, and the fen that it takes off each line."""

    lane: int
    place: int
    per_line: tuple[int, ...]


class _Weighed(Struct, frozen=True):
    """What a candidate of a lane would take off the costs with which the lane begins."""

    place: int
    lines: int
    per_line: tuple[int, ...]
    saved_fen: int


def choose(
    cart: Cart, lanes: Sequence[Sequence[Candidate]], *, most_looks: int
) -> tuple[list[Taken], bool]:
    """Return what is taken in the order in which it is taken off, and whether nothing beats it.

    Of choices that save the same, the one of fewer discounts counts, then of the earlier ones.
    Where ``most_looks`` do not suffice, what saves most at first sight is taken first.
    """
    search = _Search(cart, lanes, most_looks=most_looks)
    search.begin(0, [line.goods_fen for line in cart], (), 0)
    return sorted(search.best, key=lambda one: (one.lane, one.place)), search.is_exact


def concerned(discount: Discount, cart: Cart) -> int:
    """Return the lines that a discount is concerned with, as bits."""
    return sum(1 << place for place, line in enumerate(cart) if discount.touches(line))


class _Search:
    """Follows branches depth first, what saves most first."""

    def __init__(
        self, cart: Cart, lanes: Sequence[Sequence[Candidate]], *, most_looks: int
    ) -> None:
        self._cart = cart
        self._lanes = lanes
        self._most_looks = most_looks
        self._looks = 0
        self._is_cut = False
        self._most_after = self._bounds([line.goods_fen for line in cart])
        self._saved_fen = -1
        self._rank: tuple[int, list[tuple[int, int]]] = (0, [])
        self.best: tuple[Taken, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Say whether all branches were followed that might have been better."""
        return not self._is_cut

    def begin(self, lane: int, costs: list[int], taken: tuple[Taken, ...], saved_fen: int) -> None:
        """Follow all choices of a lane and the lanes after it."""
        if self._is_enough():
            return
        if lane == len(self._lanes):
            self._keep(taken, saved_fen)
            return
        weighed = self._weigh(lane, costs)
        if not weighed:
            self.begin(lane + 1, costs, taken, saved_fen)
            return
        self._follow(lane, weighed, costs, taken, saved_fen)

    def _follow(
        self,
        lane: int,
        left: list[_Weighed],
        costs: list[int],
        taken: tuple[Taken, ...],
        saved_fen: int,
    ) -> None:
        """Follow the choices of those of a lane that are left, with and without the first."""
        if not left:
            self.begin(lane + 1, costs, taken, saved_fen)
            return
        if self._is_enough():
            return
        self._looks += len(left)
        if saved_fen + _most(left) + self._most_after[lane + 1] < self._saved_fen:
            return
        one, others = left[0], left[1:]
        together = [other for other in others if not other.lines & one.lines]
        less = [cost - part for cost, part in zip(costs, one.per_line, strict=True)]
        with_it = (*taken, Taken(lane, one.place, one.per_line))
        self._follow(lane, together, less, with_it, saved_fen + one.saved_fen)
        if len(together) < len(others) or self._is_more_later(lane):
            self._follow(lane, others, costs, taken, saved_fen)

    def _is_enough(self) -> bool:
        """Say whether what was found must do; the first choice is followed to its end."""
        is_enough = self._looks > self._most_looks and self._saved_fen >= 0
        self._is_cut = self._is_cut or is_enough
        return is_enough

    def _weigh(self, lane: int, costs: list[int]) -> list[_Weighed]:
        """Return those of a lane that save something, what saves most first."""
        self._looks += len(self._lanes[lane]) * len(costs)
        found = []
        for place, one in enumerate(self._lanes[lane]):
            per_line = tuple(one.discount.per_line(self._cart, costs))
            assert min(per_line) >= 0
            assert all(map(le, per_line, costs))
            if saved_fen := sum(per_line):
                found.append(_Weighed(place, one.lines, per_line, saved_fen))
        found.sort(key=lambda one: (-one.saved_fen, one.place))
        return found if self._is_more_later(lane) else _undominated(found)

    def _is_more_later(self, lane: int) -> bool:
        """Say whether what is left by this lane still matters to others."""
        return any(self._lanes[lane + 1 :])

    def _bounds(self, costs: list[int]) -> list[int]:
        """Return what each lane and those after it can save at most: nobody saves more on less."""
        bounds = [0]
        for lane in reversed(range(len(self._lanes))):
            bounds.append(bounds[-1] + (_most(self._weigh(lane, costs)) if lane else 0))
        return bounds[::-1]

    def _keep(self, taken: tuple[Taken, ...], saved_fen: int) -> None:
        rank = len(taken), sorted((one.lane, one.place) for one in taken)
        if saved_fen > self._saved_fen or (saved_fen == self._saved_fen and rank < self._rank):
            self.best, self._saved_fen, self._rank = taken, saved_fen, rank


def _most(left: Sequence[_Weighed]) -> int:
    """Return what no choice of these exceeds: on each line the most that any one takes off it."""
    return sum(map(max, zip(*(one.per_line for one in left), strict=True)))


def _undominated(weighed: Sequence[_Weighed]) -> list[_Weighed]:
    """Leave out whoever another one saves at least as much as, on no other lines than its."""
    kept: list[_Weighed] = []
    for one in weighed:
        if not any(other.lines & one.lines == other.lines for other in kept):
            kept.append(one)
    return kept
