"""Which discounts to take: of all that may stand together, those that leave the cart cheapest.

Two of a lane stand together where they share no line. Each takes off what the lanes before have
left, so what is best in one lane depends on the others: branches are followed to the last lane, and
left where even all that the rest could save would not beat what was found.

Whom a floor cuts may save more on less. So what a lane can still save is reckoned without floors,
where nobody does, and then held against what its lines may lose at most.
"""

from collections.abc import Iterable, Sequence
from operator import le

from msgspec import Struct
from msgspec.structs import replace

from loyalty.discounts import Cart, Discount
from loyalty.quotes.floors import NO_FLOORS, Floors

# So many discounts are looked at on so many lines; beyond, what was found by then counts, and is
# said to be not exact. A tenth of a second: other requests wait meanwhile.
MOST_LOOKS = 40_000


class Candidate(Struct, frozen=True):
    """A discount that may apply; ``lines`` has a bit for each line that it is concerned with.

    It is taken whole or not at all where its budgets have ``left_fen``; None: no end.
    """

    discount: Discount
    lines: int
    left_fen: int | None = None


class Taken(Struct, frozen=True):
    """One that is taken: its place in its lane, and the fen that it takes off each line.

    ``full_fen`` is what it would take off in all if there were no floors.
    """

    lane: int
    place: int
    per_line: tuple[int, ...]
    full_fen: int


class _Weighed(Struct, frozen=True):
    """What a candidate of a lane would take off the costs with which the lane begins."""

    place: int
    lines: int
    per_line: tuple[int, ...]
    saved_fen: int
    full_fen: int


def choose(
    cart: Cart,
    lanes: Sequence[Sequence[Candidate]],
    *,
    most_looks: int,
    floors: Floors = NO_FLOORS,
) -> tuple[list[Taken], bool]:
    """Return what is taken in the order in which it is taken off, and whether nothing beats it.

    Of choices that save the same, the one of fewer discounts counts, then of the earlier ones.
    Where ``most_looks`` do not suffice, what saves most at first sight is taken first. One of
    which the order's floor leaves nothing is still there, with nothing.
    """
    search = _Search(cart, lanes, floors, most_looks=most_looks)
    search.begin(0, [line.goods_fen for line in cart], (), 0)
    taken = sorted(search.best, key=lambda one: (one.lane, one.place))
    return _cut(taken, cart, floors), search.is_exact


def _cut(taken: list[Taken], cart: Cart, floors: Floors) -> list[Taken]:
    """Return what is taken after the order's floor: the last one gives back first."""
    costs = [line.goods_fen for line in cart]
    for one in taken:
        costs = [cost - part for cost, part in zip(costs, one.per_line, strict=True)]
    kept: list[Taken] = []
    lacking = floors.lacking_fen(costs)
    for one in reversed(taken):
        per_line = floors.given_back(one.per_line, lacking) if lacking else one.per_line
        lacking -= sum(one.per_line) - sum(per_line)
        kept.append(replace(one, per_line=per_line))
    return kept[::-1]


def concerned(discount: Discount, cart: Cart) -> int:
    """Return the lines that a discount is concerned with, as bits."""
    return sum(1 << place for place, line in enumerate(cart) if discount.touches(line))


class _Search:
    """Follows branches depth first, what saves most first."""

    def __init__(
        self,
        cart: Cart,
        lanes: Sequence[Sequence[Candidate]],
        floors: Floors,
        *,
        most_looks: int,
    ) -> None:
        self._cart = cart
        self._lanes = lanes
        self._floors = floors
        self._most_looks = most_looks
        self._looks = 0
        self._is_cut = False
        costs = [line.goods_fen for line in cart]
        self._most_fen = floors.most_fen(costs)
        self._most_after = self._bounds(costs)
        self._may_lack = bool(floors.order_fen) and self._reaches_floor(costs)
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
            self._keep(taken, saved_fen - self._floors.lacking_fen(costs))
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
        most_fen = min(
            self._most_fen,
            saved_fen + _most(one.per_line for one in left) + self._most_after[lane + 1],
        )
        if most_fen < self._saved_fen:
            return
        if most_fen == self._saved_fen and len(taken) > self._rank[0]:
            return
        one, others = left[0], left[1:]
        together = [other for other in others if not other.lines & one.lines]
        less = [cost - part for cost, part in zip(costs, one.per_line, strict=True)]
        with_it = (*taken, Taken(lane, one.place, one.per_line, one.full_fen))
        self._follow(lane, together, less, with_it, saved_fen + one.saved_fen)
        if len(together) < len(others) or self._matters_later(lane):
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
            full = self._full(one, costs)
            per_line = self._floors.clipped(full, costs)
            saved_fen = sum(per_line)
            if saved_fen and (one.left_fen is None or saved_fen <= one.left_fen):
                found.append(_Weighed(place, one.lines, per_line, saved_fen, sum(full)))
        found.sort(key=lambda one: (-one.saved_fen, one.place))
        return found if self._matters_later(lane) else _undominated(found)

    def _full(self, one: Candidate, costs: list[int]) -> list[int]:
        """Return what a discount would take off each line if there were no floors."""
        full = one.discount.per_line(self._cart, costs)
        assert min(full) >= 0
        assert all(map(le, full, costs))
        return full

    def _matters_later(self, lane: int) -> bool:
        """Say whether what is left by this lane still matters: to others, or to the order."""
        return self._may_lack or any(self._lanes[lane + 1 :])

    def _reaches_floor(self, costs: list[int]) -> bool:
        """Say whether all lanes together may save more than the order's floor lets them."""
        most_fen = self._most_after[0] + (self._most_of(0, costs) if self._lanes else 0)
        return most_fen > self._floors.spare_fen(costs)

    def _bounds(self, costs: list[int]) -> list[int]:
        """Return what each lane and those after it can save at most."""
        bounds = [0]
        for lane in reversed(range(len(self._lanes))):
            bounds.append(bounds[-1] + (self._most_of(lane, costs) if lane else 0))
        return bounds[::-1]

    def _most_of(self, lane: int, costs: list[int]) -> int:
        """Return what a lane can save at most: nobody saves more on less, or than lines may lose.

        How the most that one can save is laid out over its lines does not matter for the bound.
        """
        self._looks += len(self._lanes[lane]) * len(costs)
        rooms = self._floors.rooms(costs)
        laid_out = []
        for one in self._lanes[lane]:
            full = self._full(one, costs)
            room = [fen if one.lines >> place & 1 else 0 for place, fen in enumerate(rooms)]
            laid_out.append(min(full, room, key=sum))
        return _most(laid_out)

    def _keep(self, taken: tuple[Taken, ...], saved_fen: int) -> None:
        rank = len(taken), sorted((one.lane, one.place) for one in taken)
        if saved_fen > self._saved_fen or (saved_fen == self._saved_fen and rank < self._rank):
            self.best, self._saved_fen, self._rank = taken, saved_fen, rank


def _most(laid_out: Iterable[Sequence[int]]) -> int:
    """Return what no choice of these exceeds: on each line the most that any one takes off it."""
    return sum(map(max, zip(*laid_out, strict=True)))


def _undominated(weighed: Sequence[_Weighed]) -> list[_Weighed]:
    """Leave out whoever another one saves at least as much as, on no other lines than its."""
    kept: list[_Weighed] = []
    for one in weighed:
        if not any(other.lines & one.lines == other.lines for other in kept):
            kept.append(one)
    return kept
