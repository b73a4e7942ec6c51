"""The shop of a pass: what calls Tmall for it, and which level a tier is there."""

from connectors.tmall.client import TmallClient
from loyalty.connections import Connected, TmallPassSettings
from loyalty.policies.tiers import Tiers
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


def level_of(tier: str, tiers: Tiers) -> int:
    """Return the level of a tier: the one that staff gave it there, else its place from 1."""
    rank = tiers.rank_of(tier)
    return tiers.tiers[rank].tmall_grade or rank + 1
