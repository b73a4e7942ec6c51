"""Whose checkout in a shop it is: WeChat tells it before the order, which names the checkout."""

from datetime import datetime

from loyalty import customers
from loyalty.errors import LoyaltyError, Refused
from loyalty.orders import IdentityRef
from web.logs import log

THROUGH = "member_pass"


async def note(name: IdentityRef, checkout: IdentityRef, *, at: datetime) -> None:
    """Let a checkout be hers whom a mini-program knows by ``name``, if we know her.

    Where its order came first, its buyer turns out to be she, unless the two are two people.
    """
    if name not in await customers.find([name]):
        return
    try:
        await customers.meet((name, checkout), at=at, through=THROUGH)
    except Refused:
        try:
            await customers.link(name, checkout, at=at, by=THROUGH)
        except LoyaltyError as refusal:
            log.warning("checkout_of_two_people", code=refusal.code)
