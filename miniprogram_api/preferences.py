"""What she wants of us."""

from msgspec import Struct

from loyalty import customers
from web.session import Shopper


class Preferences(Struct, frozen=True, forbid_unknown_fields=True):
    """``personal_offers``: what I did may decide what I am offered; else what everybody is."""

    personal_offers: bool


async def choose(shopper: Shopper, body: Preferences) -> Preferences:
    """Choose whether I get personal offers. Coupons that I have stay mine."""
    await customers.choose_personal_offers(shopper.customer_id, body.personal_offers)
    return body
