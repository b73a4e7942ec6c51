"""`jifen link`: a follower of the official account is a customer that a file told us of."""

import sys

from loyalty import brand, customers, ledger
from loyalty.errors import LoyaltyError
from loyalty.orders import IdentityRef
from models import IdentityKind
from web.context import now
from web.texts import text


class BadReference(Exception):
    """An argument does not name an identity."""


async def run(openid: str, customer: str) -> int:
    """Link the follower APP_ID:OPENID with the customer KIND:SCOPE:VALUE and print her points."""
    try:
        app_id, separator, value = openid.partition(":")
        if not (app_id and separator and value):
            raise BadReference(f"{openid!r}: a follower is written APP_ID:OPENID")
        follower = IdentityRef(IdentityKind.OPENID, app_id, value)
        at = now() + await brand.offset()
        customer_id = await customers.link(_imported(customer), follower, at=at)
    except BadReference as refused:
        print(f"jifen: {refused}", file=sys.stderr)
        return 1
    except LoyaltyError as refused:
        print(f"jifen: {text(refused.code, 'en', refused.figures)}", file=sys.stderr)
        return 1
    balance = (await ledger.balances([customer_id], at=at))[customer_id]
    print(f"linked: {balance.available} points available, {balance.pending} pending")
    return 0


def _imported(customer: str) -> IdentityRef:
    kind, _, rest = customer.partition(":")
    scope, separator, value = rest.partition(":")
    kinds = [known.value for known in IdentityKind if known is not IdentityKind.OPENID]
    if kind == IdentityKind.DOUYIN_OPEN_ID:  # its scope is the app's key and the shop's id
        shop_id, separator, value = value.partition(":")
        scope = f"{scope}:{shop_id}"
    if kind not in kinds or not separator or not value:
        raise BadReference(
            f"{customer!r}: a customer is written KIND:SCOPE:VALUE, KIND one of {', '.join(kinds)}"
        )
    return IdentityRef(IdentityKind(kind), scope, value)
