"""Purchases as they stand, told again as orders."""

from collections.abc import Sequence

from loyalty import programme
from loyalty.orders import Order, ShopRef
from loyalty.purchases import siblings, storing
from loyalty.purchases.rules import Rules
from loyalty.purchases.storing import Name


async def find(wanted: Sequence[tuple[ShopRef, str]]) -> dict[Name, Order]:
    """Return and lock purchases as orders with lines, without buyers, by shop kind, code, number.

    In the caller's transaction: what is recorded of them next is recorded of these.
    """
    if Rules(await programme.load()).member_caps:
        await siblings.lock([(shop.kind.value, shop.code, number) for shop, number in wanted])
    known = await storing.known(wanted)
    lines = await storing.lines(list(known.values())) if known else {}
    return {name: one.with_lines(lines[one.purchase_id]).order for name, one in known.items()}
