"""The cart that is kept for her, whichever phone she holds."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty import carts
from miniprogram_api.quotes import WantedLine
from web.context import Context
from web.session import Shopper
from web.typed import Moment


class ToldCart(Struct, frozen=True, forbid_unknown_fields=True):
    """My whole cart, in place of the one before; without lines it is empty."""

    lines: Annotated[list[WantedLine], Meta(max_length=50)]


class KeptLine(Struct, frozen=True):
    """So many of a product; it may have gone off sale since."""

    sku: str
    quantity: int


class KeptCart(Struct, frozen=True):
    """The cart that is kept for me, and since when it is as it is; null where it is empty."""

    lines: list[KeptLine]
    changed_at: Moment | None


async def read(shopper: Shopper) -> KeptCart:
    """Read the cart that is kept for me."""
    return await _told(shopper)


async def keep(shopper: Shopper, body: ToldCart, context: Context) -> KeptCart:
    """Keep my whole cart. The same again changes nothing; a paid order of it empties it.

    The same SKU twice counts together.

    Raises:
        NotFound: ``no_such_product``.
    """
    units: dict[str, int] = {}
    for line in body.lines:
        units[line.sku] = units.get(line.sku, 0) + line.quantity
    await carts.keep(shopper.customer_id, units, at=context.clock())
    return await _told(shopper)


async def _told(shopper: Shopper) -> KeptCart:
    kept = await carts.kept(shopper.customer_id)
    if kept is None:
        return KeptCart([], None)
    lines = [KeptLine(sku, quantity) for sku, quantity in sorted(kept.units.items())]
    return KeptCart(lines, kept.changed_at)
