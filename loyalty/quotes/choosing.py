"""Which discounts to take: of all that may stand together, those that leave the cart cheapest.

Two of a lane stand together where they share no line. Each takes off what the lanes before have
left, so what is best in one lane depends on the others: branches are followed to the last lane, and
left where even all that the rest could save would not beat what was found.

Whom a floor cuts may save more on less. So what a lane can still save is reckoned without floors,
where nobody does, and then held against what its lines may lose at most.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from loyalty.discounts import Cart
from loyalty.quotes.candidates import Candidate
from loyalty.quotes.floors import NO_FLOORS, Floors

# So many discounts are looked at on so many lines; beyond, what was found by then counts, and is
# said to be not exact. Some hundredths of a second: other requests wait meanwhile.
MOST_LOOKS = 40_000


class Taken(Struct, frozen=True):
    """One that is taken: its place in its lane, and the fen that it takes off each line.

    ``full_fen`` is what it would take off in all if there were no floors.
    """

    lane: int
    place: int
    per_line: tuple[int, ...]
    full_fen: int


class _Weighed(Struct, frozen=True):
    """What a candidate of a lane takes off the costs with which the lane begins, place by place."""

    place: int
    lines: int
    places: tuple[int, ...]
    parts: tuple[int, ...]
    saved_fen: int
    full_fen: int


# Some of a branch: the lane in which each is taken, and what it takes off.
_Branch = tuple[tuple[int, _Weighed], ...]


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
    costs = [line.goods_fen for line in cart]
    search = _Search(costs, lanes, floors, most_looks=most_looks)
    search.begin(0, costs, (), 0)
    best = sorted(search.best, key=lambda one: (one[0], one[1].place))
    taken = [Taken(lane, one.place, _laid_out(one, len(cart)), one.full_fen) for lane, one in best]
    return _cut(taken, cart, floors), search.is_exact


def _cut(taken: list[Taken], cart: Cart, floors: Floors) -> list[Taken]:
    """Return what is taken after the order's floor: the last one gives back first."""
    if not floors.order_fen:
        return taken
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


class _Search:
    """Follows branches depth first, what saves most first."""

    def __init__(
        self,
        costs: list[int],
        lanes: Sequence[Sequence[Candidate]],
        floors: Floors,
        *,
        most_looks: int,
    ) -> None:
        self._lanes = lanes
        self._floors = floors
        self._most_looks = most_looks
        self._looks = 0
        self._is_cut = False
        self._most_fen = floors.most_fen(costs)
        self._most_after = self._bounds(costs)
        self._may_lack = bool(floors.order_fen) and self._reaches_floor(costs)
        self._saved_fen = -1
        self._rank: tuple[int, list[tuple[int, int]]] = (0, [])
        self.best: _Branch = ()

    @property
    def is_exact(self) -> bool:
        """Say whether all branches were followed that might have been better."""
        return not self._is_cut

    def begin(self, lane: int, costs: list[int], taken: _Branch, saved_fen: int) -> None:
        """Follow all choices of a lane and the lanes after it."""
        if self._is_enough():
            return
        if lane == len(self._lanes):
            self._keep(taken, saved_fen - self._floors.lacking_fen(costs))
            return
        weighed = self._weigh(lane, costs)
        self._follow(lane, weighed, costs, taken, saved_fen)

    def _follow(
        self, lane: int, left: list[_Weighed], costs: list[int], taken: _Branch, saved_fen: int
    ) -> None:
        """Follow the choices of those of a lane that are left, with and without the first."""
        if not left:
            self.begin(lane + 1, costs, taken, saved_fen)
            return
        if self._is_enough():
            return
        if not self._matters_later(lane) and _share_no_line(left):
            self._take_all(lane, left, costs, taken, saved_fen)
            return
        self._looks += len(left)
        if self._saved_fen >= 0 and not self._may_beat(lane, left, len(costs), taken, saved_fen):
            return
        one, others = left[0], left[1:]
        together = [other for other in others if not other.lines & one.lines]
        with_it = (*taken, (lane, one))
        self._follow(lane, together, _less(costs, one), with_it, saved_fen + one.saved_fen)
        if len(together) < len(others) or self._matters_later(lane):
            self._follow(lane, others, costs, taken, saved_fen)

    def _take_all(
        self, lane: int, left: list[_Weighed], costs: list[int], taken: _Branch, saved_fen: int
    ) -> None:
        """Follow the one choice of a lane of which nobody is in the way of another."""
        for one in left:
            costs = _less(costs, one)
            saved_fen += one.saved_fen
        self.begin(lane + 1, costs, (*taken, *[(lane, one) for one in left]), saved_fen)

    def _may_beat(
        self, lane: int, left: list[_Weighed], lines: int, taken: _Branch, saved_fen: int
    ) -> bool:
        """Say whether a branch may end in what is better than what was found."""
        rest_fen = _most(left, lines) + self._most_after[lane + 1]
        most_fen = min(saved_fen + rest_fen, self._most_fen)
        if most_fen == self._saved_fen:
            return len(taken) <= self._rank[0]
        return most_fen > self._saved_fen

    def _is_enough(self) -> bool:
        """Say whether what was found must do; the first choice is followed to its end."""
        is_enough = self._looks > self._most_looks and self._saved_fen >= 0
        self._is_cut = self._is_cut or is_enough
        return is_enough

    def _weigh(self, lane: int, costs: list[int]) -> list[_Weighed]:
        """Return those of a lane that save something, what saves most first."""
        found = []
        for place, one in enumerate(self._lanes[lane]):
            self._looks += len(one.places)
            full = one.off(costs)
            full_fen = saved_fen = sum(full)
            parts = full
            if self._floors.lines:
                parts = self._floors.clipped_at(one.places, full, costs)
                saved_fen = sum(parts)
            if saved_fen and (one.left_fen is None or saved_fen <= one.left_fen):
                found.append(_Weighed(place, one.lines, one.places, parts, saved_fen, full_fen))
        found.sort(key=lambda one: (-one.saved_fen, one.place))
        return found if self._matters_later(lane) else _undominated(found)

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
        rooms = self._floors.rooms(costs)
        most = [0] * len(costs)
        for one in self._lanes[lane]:
            self._looks += len(one.places)
            room = [rooms[place] for place in one.places]
            _raise_to(most, one.places, min(one.off(costs), room, key=sum))
        return sum(most)

    def _keep(self, taken: _Branch, saved_fen: int) -> None:
        if saved_fen < self._saved_fen:
            return
        rank = len(taken), sorted((lane, one.place) for lane, one in taken)
        if saved_fen > self._saved_fen or rank < self._rank:
            self.best, self._saved_fen, self._rank = taken, saved_fen, rank


def _share_no_line(weighed: Iterable[_Weighed]) -> bool:
    seen = 0
    for one in weighed:
        if seen & one.lines:
            return False
        seen |= one.lines
    return True


def _less(costs: list[int], one: _Weighed) -> list[int]:
    """Return what lines cost after one was taken off."""
    less = costs.copy()
    for place, part in zip(one.places, one.parts, strict=True):
        less[place] -= part
    return less


def _laid_out(one: _Weighed, lines: int) -> tuple[int, ...]:
    """Return what one takes off each of so many lines."""
    per_line = [0] * lines
    for place, part in zip(one.places, one.parts, strict=True):
        per_line[place] = part
    return tuple(per_line)


def _most(left: Iterable[_Weighed], lines: int) -> int:
    """Return what no choice of these exceeds: on each line the most that any one takes off it."""
    most = [0] * lines
    for one in left:
        _raise_to(most, one.places, one.parts)
    return sum(most)


def _raise_to(most: list[int], places: Sequence[int], parts: Sequence[int]) -> None:
    for place, part in zip(places, parts, strict=True):
        if part > most[place]:
            most[place] = part


def _undominated(weighed: Sequence[_Weighed]) -> list[_Weighed]:
    """Leave out whoever another one saves at least as much as, on no other lines than its."""
    kept: list[_Weighed] = []
    known: list[int] = []
    for one in weighed:
        lines = one.lines
        for other in known:
            if other & lines == other:
                break
        else:
            kept.append(one)
            known.append(lines)
    return kept
