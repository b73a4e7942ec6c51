"""Which platform accounts we speak for: their credentials, sealed, and their access tokens."""

from loyalty.connections.accounts import (
    CallbackMode,
    MiniProgramSettings,
    OfficialAccountSettings,
    WeChatPaySettings,
    WeComSettings,
)
from loyalty.connections.keeping import Connected, PlatformSettings, load, save
from loyalty.connections.member_passes import (
    DouyinPassSettings,
    TmallPassSettings,
    WeChatPassSettings,
)
from loyalty.connections.shops import (
    DouyinSettings,
    JdSettings,
    OwnStoreSettings,
    ShopifySettings,
    ShopSettings,
    TmallSettings,
    WeChatShopSettings,
)
from loyalty.connections.tokens import (
    KeptToken,
    give_back_lease,
    keep_token,
    kept_token,
    lease_token,
)

__all__ = [
    "CallbackMode",
    "Connected",
    "DouyinPassSettings",
    "DouyinSettings",
    "JdSettings",
    "KeptToken",
    "MiniProgramSettings",
    "OfficialAccountSettings",
    "OwnStoreSettings",
    "PlatformSettings",
    "ShopSettings",
    "ShopifySettings",
    "TmallPassSettings",
    "TmallSettings",
    "WeChatPassSettings",
    "WeChatPaySettings",
    "WeChatShopSettings",
    "WeComSettings",
    "give_back_lease",
    "keep_token",
    "kept_token",
    "lease_token",
    "load",
    "save",
]
