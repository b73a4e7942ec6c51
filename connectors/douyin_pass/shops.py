"""The shop of a pass: what calls Douyin for it."""

from connectors.douyin.client import DouyinClient
from loyalty.connections import Connected, DouyinPassSettings, DouyinSettings
from web.context import Context
from wechat.errors import CallFailed

Pass = Connected[DouyinPassSettings]


def client_of(context: Context, known: Pass) -> tuple[DouyinClient, str]:
    """Return what calls Douyin for the pass's shop, and the scope of its buyers' names.

    Raises:
        CallFailed: the shop is not connected.
    """
    for account in context.shops:
        settings, client = account.connection.settings, account.client
        is_hers = account.connection.scope == known.settings.shop_id
        if is_hers and isinstance(client, DouyinClient) and isinstance(settings, DouyinSettings):
            return client, settings.buyers_scope
    raise CallFailed("the shop is not connected (kind = douyin)", endpoint=known.scope)
