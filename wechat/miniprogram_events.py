"""What the message push of a mini-program tells, as far as anything follows from it."""

from msgspec import Struct

from wechat.inbound import Inbound

REVOKED, CLOSED = "user_authorization_revoke", "user_authorization_cancellation"
# RevokeInfo is a list of numbers: 1 car plate, 2 address, 3 invoice title ... 8 phone number.
ADDRESS, PHONE = "2", "8"


class Revoked(Struct, frozen=True):
    """A consumer took back an authorization that she gave the mini-program, here or in WeChat.

    ``is_closed``: she closed her account of WeChat, and so took back whatever she gave.
    """

    openid: str
    has_phone: bool
    has_address: bool
    is_closed: bool


def revoked(inbound: Inbound) -> Revoked | None:
    """Return who took what back; None where something else is told."""
    if inbound.event not in (REVOKED, CLOSED):
        return None
    openid = str(inbound.fields.get("OpenID") or inbound.from_user)
    what = str(inbound.fields.get("RevokeInfo") or "").split(",")
    is_closed = inbound.event == CLOSED
    return Revoked(openid, is_closed or PHONE in what, is_closed or ADDRESS in what, is_closed)
