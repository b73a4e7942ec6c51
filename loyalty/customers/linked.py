"""By what a customer is known, and from which shops her orders came."""

from msgspec import Struct

from loyalty.placed import ORDERS
from loyalty.roots import HER_IDS
from models import IdentityKind, ShopKind, db

_LINKED = f"""
SELECT ARRAY(SELECT DISTINCT kind FROM identity WHERE customer_id = ANY({HER_IDS})) AS kinds,
       ARRAY(SELECT kind FROM connection WHERE kind = ANY($2::text[])) AS connected
"""
_SHOPS = f"""
SELECT shop.kind, nullif(shop.name, shop.code) AS name, {ORDERS} AS orders
FROM purchase JOIN shop ON shop.id = shop_id WHERE customer_id = ANY({HER_IDS})
      AND state <> 'replaced'
GROUP BY shop.id ORDER BY orders DESC, shop.id
"""


class LinkedShop(Struct, frozen=True):
    """A shop from which she has orders."""

    kind: ShopKind
    name: str
    orders: int


class Linked(Struct, frozen=True):
    """What one customer is tied to. ``connected`` are platforms that the brand sells on."""

    kinds: frozenset[IdentityKind]
    shops: tuple[LinkedShop, ...]
    connected: frozenset[ShopKind]


async def linked(customer_id: int) -> Linked:
    """Return by what she is known, through all whom she was, and where she bought."""
    (row,) = await db.fetch(_LINKED, customer_id, [kind.value for kind in ShopKind])
    shops = await db.fetch(_SHOPS, customer_id)
    return Linked(
        kinds=frozenset(map(IdentityKind, row["kinds"])),
        shops=tuple(LinkedShop(ShopKind(one[0]), one[1] or "", one[2]) for one in shops),
        connected=frozenset(map(ShopKind, row["connected"])),
    )
