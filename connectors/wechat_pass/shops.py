"""The mini-program of a pass: what calls WeChat for it."""

from loyalty.connections import Connected, WeChatPassSettings
from web.context import Context
from wechat.errors import CallFailed
from wechat.miniprogram import MiniProgram

Pass = Connected[WeChatPassSettings]


def client_of(context: Context, known: Pass) -> MiniProgram:
    """Return what calls WeChat for the pass's mini-program.

    Raises:
        CallFailed: the mini-program is not connected.
    """
    account = context.miniprograms.get(known.settings.app_id)
    if account is None:
        raise CallFailed("the mini-program is not connected", endpoint=known.scope)
    return account.client
