"""Points for money spent."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.allocation import shares
from loyalty.earning import EARNING, EarningCase, EarningLine

FEN_PER_YUAN = 100


@EARNING.add("per_yuan")
class PerYuan(Struct, frozen=True, forbid_unknown_fields=True):
    """So many points for every whole so-many yuan paid for goods.

    Part yuan are dropped once per order, not once per line, so that splitting an order never earns
    more. Where brands, categories or SKUs are named, only lines of these count.
    """

    points: Annotated[int, Meta(ge=1, le=1000)] = 1
    every_yuan: Annotated[int, Meta(ge=1, le=100_000)] = 1
    brands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()

    def _counts(self, line: EarningLine) -> bool:
        return (
            (not self.brands or line.brand in self.brands)
            and (not self.categories or line.category in self.categories)
            and (not self.skus or line.sku in self.skus)
        )

    def per_line(self, case: EarningCase) -> list[int]:
        """Return the order's points, shared out over the lines by what was paid for each."""
        if self.brands or self.categories or self.skus:
            bases = [line.base_fen if self._counts(line) else 0 for line in case.lines]
        else:
            bases = [line.base_fen for line in case.lines]
        whole = sum(bases) // (FEN_PER_YUAN * self.every_yuan) * self.points
        return shares(whole, bases)
