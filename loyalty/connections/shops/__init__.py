"""The settings of shops, as an operator writes them: the brand's own, and those on platforms."""

from loyalty.connections.shops.douyin import DouyinSettings
from loyalty.connections.shops.jd import JdSettings
from loyalty.connections.shops.own_store import OwnStoreSettings
from loyalty.connections.shops.shopify import ShopifySettings
from loyalty.connections.shops.tmall import TmallSettings
from loyalty.connections.shops.wechat_shop import WeChatShopSettings

ShopSettings = DouyinSettings | JdSettings | ShopifySettings | TmallSettings | WeChatShopSettings

__all__ = [
    "DouyinSettings",
    "JdSettings",
    "OwnStoreSettings",
    "ShopSettings",
    "ShopifySettings",
    "TmallSettings",
    "WeChatShopSettings",
]
