"""All shops of the brand on platforms, by platform and code."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec

from simulator.clock import Clock
from simulator.consumers import Consumer
from simulator.shops.orders import Order, Orders, Refund, ShopState
from simulator.shops.shelf import Shelf


class ShopsState(msgspec.Struct):
    """What every shop remembers, by platform and code, and how far their clock runs ahead."""

    shops: dict[str, ShopState] = {}
    ahead_seconds: int = 0


class ShopsClock(Clock):
    """The clock of shops, which may run ahead of WeChat's: what is bought on another day."""

    def __init__(self, clock: Clock, state: ShopsState) -> None:
        super().__init__(clock.state)
        self._shops = state

    def now(self) -> int:
        """Unix seconds of the shops' time."""
        return super().now() + self._shops.ahead_seconds


class Platform(Protocol):
    """One shop on its platform: it answers calls about orders and goods, pushes what happens.

    ``kind`` and ``code`` name it; ``name`` is what people read.
    """

    kind: str
    code: str
    name: str
    orders: Orders
    shelf: Shelf
    settings: Any

    def buyer(self, consumer: Consumer) -> str:
        """What the platform calls a consumer in this shop."""

    async def happened(self, event: str, order: Order, refund: Refund | None = None) -> None:
        """Pushes that something happened, and waits for the first round of it.

        ``event`` is placed, paid, shipped, completed, closed or refunded.
        """

    async def close(self) -> None:
        """Breaks off what is on its way."""


class Shops:
    """The shops of a run."""

    def __init__(self, shops: Iterable[Platform]) -> None:
        self._shops: Mapping[tuple[str, str], Platform] = {
            (one.kind, one.code): one for one in shops
        }

    def get(self, kind: str, code: str) -> Platform | None:
        """The shop of this code on this platform."""
        return self._shops.get((kind, code))

    def all(self) -> list[Platform]:
        """All of them."""
        return list(self._shops.values())
