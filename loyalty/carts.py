"""The cart that is kept for a member, so that each of her phones sees it, and what it became."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from loyalty import products
from loyalty.errors import NotFound
from loyalty.facts import KeptCart
from loyalty.roots import ids_of
from models import StoreOrder, db

ROOT = "(SELECT coalesce(merged_into_id, id) FROM customer WHERE id = $1)"

# The same cart again leaves the moment since which it is as it is.
_KEEP = """
INSERT INTO cart (member_id, units, changed_at) VALUES ($1, $2::jsonb, $3)
ON CONFLICT (member_id) DO UPDATE SET units = excluded.units, changed_at = excluded.changed_at
WHERE cart.units <> excluded.units
"""


async def keep(member_id: int, units: Mapping[str, int], *, at: datetime) -> None:
    """Keep a cart in place of the one before; the same again changes nothing, an empty one is none.

    Of two phones that tell theirs at once the later stays. What is off sale may stay in it.

    Raises:
        NotFound: ``no_such_product``.
    """
    known = await products.names(units)
    for sku in sorted(units):
        if sku not in known:
            raise NotFound("no_such_product", sku=sku)
    if units:
        await db.fetch(_KEEP, member_id, msgspec.json.encode(units).decode(), at)
    else:
        await db.fetch("DELETE FROM cart WHERE member_id = $1", member_id)


async def kept(member_id: int) -> KeptCart | None:
    """Return the cart that is kept for a member; None where it is empty."""
    rows = await db.fetch("SELECT units, changed_at FROM cart WHERE member_id = $1", member_id)
    return KeptCart(msgspec.json.decode(rows[0][0]), rows[0][1]) if rows else None


async def empty(order: StoreOrder) -> None:
    """Let go of the cart that a paid order was made of; one that was changed since stays."""
    await db.fetch(
        f"DELETE FROM cart WHERE changed_at <= $2 AND member_id = ANY({ids_of(ROOT)})",
        order.member_id,
        order.ordered_at,
    )
