"""Buyers whom a platform names in two ways, each known to us as a customer of her own."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from loyalty import customers
from loyalty.errors import Refused
from loyalty.orders import Order
from models import IdentityKind

# Names by which a platform says that somebody is whom we know otherwise.
SAY_WHO = (IdentityKind.UNIONID, IdentityKind.WECHAT_ORDER_SESSION)


async def merge_buyers(orders: Iterable[Order], *, by: str, at: datetime) -> None:
    """Merge customers whom a platform says are one: her unionid or checkout beside another name.

    So it is where a shop was bound to the Open Platform account after she first bought in it. Two
    people are left as they are, and the order is refused. One look for all orders; each merge is a
    transaction of its own, so call it outside of one.
    """
    named = {
        order.buyer
        for order in orders
        if len(order.buyer) > 1 and any(ref.kind in SAY_WHO for ref in order.buyer)
    }
    known = await customers.find(ref for buyer in named for ref in buyer) if named else {}
    for buyer in sorted(named):
        hers = [ref for ref in buyer if ref in known]
        for other in hers[1:]:
            if known[other] != known[hers[0]]:
                with suppress(Refused):
                    await customers.link(hers[0], other, at=at, by=by)
