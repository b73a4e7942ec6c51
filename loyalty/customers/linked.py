"""By what a customer is known, and from which shops her orders came."""

from msgspec import Struct

from loyalty.placed import ORDERS
from loyalty.roots import HER_IDS
from models import IdentityKind, ShopKind, db

# The passes whose shops tell a shopper's number, or its hash, when she joins.
_PASSES = {"tmall_pass": ShopKind.TMALL, "douyin_pass": ShopKind.DOUYIN}
_LINKED = f"""
SELECT ARRAY(SELECT DISTINCT kind FROM identity WHERE customer_id = ANY({HER_IDS})) AS kinds,
       ARRAY(SELECT kind FROM connection WHERE kind = ANY($2::text[])) AS connected,
       ARRAY(SELECT kind FROM connection WHERE kind = ANY($3::text[])) AS passes
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
    """What one customer is tied to.

    ``connected`` are platforms that the brand sells on; ``joined_on`` those of them where shoppers
    join by the shop's own page, and so become known.
    """

    kinds: frozenset[IdentityKind]
    shops: tuple[LinkedShop, ...]
    connected: frozenset[ShopKind]
    joined_on: frozenset[ShopKind]


async def linked(customer_id: int) -> Linked:
    """Return by what she is known, through all whom she was, and where she bought."""
    kinds = [kind.value for kind in ShopKind]
    (row,) = await db.fetch(_LINKED, customer_id, kinds, list(_PASSES))
    shops = await db.fetch(_SHOPS, customer_id)
    return Linked(
        kinds=frozenset(map(IdentityKind, row["kinds"])),
        shops=tuple(LinkedShop(ShopKind(one[0]), one[1] or "", one[2]) for one in shops),
        connected=frozenset(map(ShopKind, row["connected"])),
        joined_on=frozenset(_PASSES[kind] for kind in row["passes"]),
    )
