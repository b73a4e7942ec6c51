"""The code that she shows at a till: it changes every minute and says who she is."""

from msgspec import Struct

from loyalty import codes, member_codes
from models import Identity
from web import qr
from web.context import Context
from web.session import Shopper
from web.typed import Moment


class MemberCode(Struct, frozen=True):
    """18 digits, typed as ``code_grouped`` or scanned as ``qr`` (an SVG data URI).

    At ``renews_at`` there is another; this one is taken for a minute longer. It names me and does
    nothing else. ``now`` is the server's time.
    """

    code: str
    code_grouped: str
    qr: str
    now: Moment
    renews_at: Moment


async def read(shopper: Shopper, context: Context) -> MemberCode:
    """Read the code by which staff and tills know me now."""
    at = context.clock()
    identity = await Identity.get(kind="openid", scope=shopper.app_id, value=shopper.openid)
    shown = member_codes.code_of(identity.id, sealer=context.sealer, at=at)
    return MemberCode(
        code=shown.digits,
        code_grouped=codes.grouped(shown.digits),
        qr=qr.image(shown.digits),
        now=at,
        renews_at=shown.renews_at,
    )
