"""The shop of a pass: what calls Tmall for it."""

from connectors.tmall.client import TmallClient
from loyalty.connections import Connected, TmallPassSettings
from web.context import Context
from wechat.errors import CallFailed

Pass = Connected[TmallPassSettings]


def client_of(context: Context, known: Pass) -> TmallClient:
    """Return what calls Tmall for the pass's shop.

    Raises:
        CallFailed: the shop is not connected.
    """
    for account in context.shops:
        if account.connection.scope == known.settings.shop_code and isinstance(
            account.client, TmallClient
        ):
            return account.client
    raise CallFailed("the shop is not connected (kind = tmall)", endpoint=known.scope)
