"""What a shopper takes back in WeChat, wherever its message comes to us: it is deleted here."""

from datetime import datetime

from loyalty import customers, redemptions
from loyalty.orders import IdentityRef
from models import IdentityKind
from wechat.miniprogram_events import Revoked


async def take_back(app_id: str, told: Revoked, *, at: datetime) -> int | None:
    """Delete what she took back, and sign her out; return whose it was. Told twice is once.

    Joins the caller's transaction.
    """
    openid = IdentityRef(IdentityKind.OPENID, app_id, told.openid)
    customer_id = await customers.revoke(
        openid, with_phone=told.has_phone, with_profile=told.is_closed
    )
    if customer_id is not None and told.has_address:
        await redemptions.erase_addresses_of(customer_id, at=at)
    return customer_id
