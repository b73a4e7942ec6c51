"""How many points a purchase earns. One file a rule; the docstrings are what staff read."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from loyalty.registry import Registry
from models import ShopKind


class EarningLine(Struct, frozen=True):
    """One line as a rule sees it: ``base_fen`` is money really paid for goods, net of refunds."""

    base_fen: int
    sku: str
    category: str
    brand: str


class EarningCase(Struct, frozen=True):
    """A purchase as a rule sees it."""

    shop_kind: ShopKind
    paid_at: datetime
    lines: tuple[EarningLine, ...]


class EarningRule(Protocol):
    """What every earning rule can do."""

    def per_line(self, case: EarningCase) -> list[int]:
        """Return whole points per line, 0 or more. Reads nothing but its arguments."""


EARNING: Registry[EarningRule] = Registry(__name__)
