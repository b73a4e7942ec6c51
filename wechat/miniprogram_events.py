"""What the message push of a mini-program tells, as far as anything follows from it."""

from msgspec import Struct

from wechat.inbound import Inbound

REVOKED = "user_authorization_revoke"
# RevokeInfo is a list of numbers: 1 car plate, 2 address, 3 invoice title ... 8 phone number.
PHONE = "8"


class Revoked(Struct, frozen=True):
    """A consumer took back an authorization that she gave the mini-program, here or in WeChat."""

    openid: str
    has_phone: bool


def revoked(inbound: Inbound) -> Revoked | None:
    """Return who took what back; None where something else is told."""
    if inbound.event != REVOKED:
        return None
    openid, what = inbound.fields.get("OpenID"), inbound.fields.get("RevokeInfo")
    return Revoked(str(openid or inbound.from_user), PHONE in str(what or "").split(","))
