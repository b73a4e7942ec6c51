"""What she wants of us."""

from msgspec import Struct

from loyalty import consents
from models import Purpose
from web.context import Context
from web.session import Shopper

# The words beside the switch in the settings.
WORDING = "settings-1"


class Preferences(Struct, frozen=True, forbid_unknown_fields=True):
    """``personal_offers``: what I did may decide what I am offered; else what everybody is."""

    personal_offers: bool


async def choose(shopper: Shopper, body: Preferences, context: Context) -> Preferences:
    """Choose whether I get personal offers. Coupons that I have stay mine."""
    await consents.decide(
        shopper.customer_id,
        {(Purpose.PERSONAL_OFFERS, ""): body.personal_offers},
        wording=WORDING,
        source="miniprogram",
        at=context.clock(),
    )
    return body
