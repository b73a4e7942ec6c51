"""An order in one shape, whatever shop or file it came from: what every ``parse`` returns."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from models import AttributionKind, IdentityKind, PurchaseState, ShopKind

Fen = Annotated[int, Meta(ge=0, le=10**12)]
Text = Annotated[str, Meta(max_length=500)]


class IdentityRef(Struct, frozen=True, order=True):
    """How a source names the buyer."""

    kind: IdentityKind
    scope: str
    value: Annotated[str, Meta(min_length=1, max_length=200)]


class ShopRef(Struct, frozen=True, order=True):
    """Which shop sold it. ``code`` is the platform's shop id, or a name the brand gave it."""

    kind: ShopKind
    code: Annotated[str, Meta(min_length=1, max_length=100)]
    name: str = ""


class Attribution(Struct, frozen=True, order=True):
    """What or who brought a sale about, by the platform's code for it."""

    kind: AttributionKind
    code: Annotated[str, Meta(min_length=1, max_length=200)]
    name: Text = ""


class OrderLine(Struct, frozen=True):
    """One line, in minor units of the order's currency.

    ``key`` is the platform's line id, or the line's position where there is none.
    ``paid_fen`` is the buyer's own money for these goods: no freight, no points, no gift card, no
    part that the platform paid. ``goods_fen`` is list price x quantity before any discount.
    """

    key: Text
    sku: Text
    title: Text
    quantity: Annotated[int, Meta(ge=0, le=10**9)]
    goods_fen: Fen
    paid_fen: Fen
    refunded_fen: Fen = 0
    category: Text = ""
    brand: Text = ""
    attributed_to: tuple[Attribution, ...] = ()


class Order(Struct, frozen=True):
    """A paid order as its source tells it. Moments are aware UTC.

    ``paid_fen`` includes freight; the lines' ``paid_fen`` plus ``freight_fen`` sum to it, and their
    ``refunded_fen`` sums to ``refunded_fen`` unless freight was given back too.
    ``platform_updated_at`` is the platform's own moment of change, where the source has one.
    ``lines`` may be empty where the source knows only the total; details can follow.
    ``parent_numbers`` are orders of the shop that were split up, and this is a part of each: the
    nearest first, the one that she placed last.
    """

    shop: ShopRef
    number: Annotated[str, Meta(min_length=1, max_length=100)]
    state: PurchaseState
    ordered_at: datetime
    paid_at: datetime
    goods_fen: Fen
    paid_fen: Fen
    lines: tuple[OrderLine, ...]
    source: str
    buyer: tuple[IdentityRef, ...] = ()
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "CNY"
    completed_at: datetime | None = None
    platform_updated_at: datetime | None = None
    freight_fen: Fen = 0
    discount_shop_fen: Fen = 0
    discount_platform_fen: Fen = 0
    discount_talent_fen: Fen = 0
    points_deduct_fen: Fen = 0
    refunded_fen: Fen = 0
    parent_numbers: tuple[Annotated[str, Meta(min_length=1, max_length=100)], ...] = ()
