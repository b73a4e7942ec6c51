"""Shops on platforms as the rest of jifen sees them: what changed, an order as it stands, parsed.

What a platform pushes is a hint that an order changed; what it answers when asked is believed.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from loyalty.connections import Connected, ShopSettings
from loyalty.orders import Order, ShopRef
from loyalty.shop_products import SoldProduct, Unread
from models import ShopKind


class Changed(Struct, frozen=True):
    """An order that its platform says has changed; ``told`` is all of it, where the list tells it.

    ``mark`` tells this change from others of the order: the platform's moment, or its digest.
    """

    number: str
    mark: str
    told: bytes | None = None


class Pace(Struct, frozen=True):
    """How a platform's lists are read.

    One list spans at most ``window``; what changed less than ``lag`` ago may be missing in it, and
    ``overlap`` is read again each time.
    """

    window: timedelta
    lag: timedelta = timedelta(seconds=10)
    overlap: timedelta = timedelta(minutes=10)


class ProductPage(Struct, frozen=True):
    """Some of what a shop sells, and the items of its platform that could not be used."""

    products: Sequence[SoldProduct]
    unread: Sequence[Unread] = ()


class ShopClient(Protocol):
    """What every platform's client can do; ``told`` holds nothing that we do not use."""

    pace: Pace

    async def check(self) -> None:
        """Ask the platform for what shows that it knows us.

        Raises:
            CallFailed: one of its kinds.
        """

    def changed(self, since: datetime, until: datetime) -> AsyncIterator[Sequence[Changed]]:
        """Yield what changed in a span that is over, in pages; what moves meanwhile is not lost.

        Raises:
            CallFailed: one of its kinds.
        """

    def products(self) -> AsyncIterator[ProductPage]:
        """Yield all that the shop sells or has in store, on sale or not; one may come twice.

        Raises:
            CallFailed: one of its kinds.
        """

    async def read(self, number: str) -> bytes | None:
        """Return an order as it stands, with its refunds, for ``parse``; None where there is none.

        Raises:
            CallFailed: one of its kinds.
        """

    def parse(self, told: bytes, *, shop: ShopRef, at: datetime) -> Order | None:
        """Return an order in our shape; None where it is not paid. ``at`` is now. Pure.

        Raises:
            Refused: it is none, with the reason.
        """


@dataclass(frozen=True, slots=True)
class ShopAccount:
    """One shop on a platform: its connection and the client that calls the platform for it."""

    connection: Connected[ShopSettings]
    client: ShopClient

    @property
    def shop(self) -> ShopRef:
        """Return the shop that its purchases name."""
        settings = self.connection.settings
        return ShopRef(ShopKind(settings.shop_kind), settings.scope, self.connection.name)
