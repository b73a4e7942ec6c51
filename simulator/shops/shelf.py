"""What one shop sells, whatever its platform: SKUs with their item, price and cost, in lists."""

import zlib
from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from simulator.clock import Clock
from simulator.faults import FaultBoard

Text = Annotated[str, Meta(max_length=300)]
Fen = Annotated[int, Meta(ge=0, le=10**9)]


class Good(msgspec.Struct, kw_only=True):
    """One SKU by the shop's own code; ``item`` is what it belongs to, itself where none is told.

    ``listed_at`` and ``turn`` say where it stands in lists: what is listed anew goes to the end.
    """

    sku: Annotated[str, Meta(min_length=1, max_length=300)]
    title: Text
    item: Text = ""
    spec: Text = ""
    category: Text = ""
    brand: Text = ""
    price_fen: Fen = 0
    cost_fen: Fen | None = None
    picture: Text = ""
    is_on_sale: bool = True
    listed_at: int = 0
    turn: int = 0

    @property
    def item_name(self) -> str:
        """What tells its item from others."""
        return self.item or self.sku


Items = Mapping[str, list[Good]]


class Shelf:
    """The goods of one shop."""

    def __init__(self, goods: dict[str, Good], clock: Clock, faults: FaultBoard) -> None:
        self._goods = goods
        self._clock = clock
        self._faults = faults

    def put(self, good: Good) -> None:
        """Sells it, or tells it otherwise where it is sold."""
        known = self._goods.get(good.sku)
        if known is None:
            self._list_anew(good)
        else:
            good.listed_at, good.turn = known.listed_at, known.turn
        self._goods[good.sku] = good

    def take_away(self, sku: str) -> None:
        """Sells it no more."""
        self._goods.pop(sku, None)

    def all(self) -> list[Good]:
        """All SKUs as lists have them: the earliest listed first."""
        return sorted(self._goods.values(), key=lambda one: (one.listed_at, one.turn))

    def items(self) -> Items:
        """SKUs by item, in the same sequence."""
        found: dict[str, list[Good]] = {}
        for good in self.all():
            found.setdefault(good.item_name, []).append(good)
        return found

    def moved(self) -> None:
        """A page of a list was told: as often as a test orders it, the first row is listed anew."""
        if self._faults.now.shelf_moves and (goods := self.all()):
            self._faults.now.shelf_moves -= 1
            self._list_anew(goods[0])

    def _list_anew(self, good: Good) -> None:
        good.listed_at = self._clock.now()
        good.turn = 1 + max((one.turn for one in self._goods.values()), default=0)


def number(word: str, *, above: int) -> int:
    """A number for a word, the same every time."""
    return above + zlib.crc32(word.encode())


def named(words: Iterable[str], *, above: int) -> dict[int, str]:
    """Words by their numbers."""
    return {number(word, above=above): word for word in words if word}
