"""The demo's shops on platforms, as our server and the simulator are told them."""

from jifen.credentials import Credentials
from jifen.seeds import store
from loyalty.connections import DouyinSettings, ShopSettings, WeChatShopSettings
from simulator import settings as simulator_settings

CALLS_PER_SECOND = 500.0
DOUYIN_APP_KEY = "7000000000000000001"


def connected(known: Credentials, *, page: str) -> dict[str, ShopSettings]:
    """Return what our server knows of them, by their names; ``page`` is the simulator's address."""
    return {
        "微信小店": WeChatShopSettings(
            app_id=known.wechat_shop_app_id,
            app_secret=known.wechat_shop_secret,
            token=known.wechat_shop_token,
            encoding_aes_key=known.wechat_shop_encoding_aes_key,
            after_sales_listed_by="update",
            calls_per_second=CALLS_PER_SECOND,
            api_base=page,
        ),
        "抖音旗舰店": DouyinSettings(
            shop_id=known.douyin_shop_id,
            app_key=DOUYIN_APP_KEY,
            app_secret=known.douyin_secret,
            calls_per_second=CALLS_PER_SECOND,
            api_base=f"{page}/douyin",
        ),
    }


def goods() -> tuple[simulator_settings.Goods, ...]:
    """Return what they sell: what the brand's own store sells, too."""
    return tuple(
        simulator_settings.Goods(sku, name_zh, name_en, yuan * 100)
        for sku, name_zh, name_en, _, yuan, _ in store.PRODUCTS
    )


def simulated(known: Credentials, *, server: str) -> tuple[simulator_settings.PlatformShop, ...]:
    """Return what the simulator knows of them; ``server`` is our address."""
    app_id = known.wechat_shop_app_id
    return (
        simulator_settings.WeChatShop(
            app_id,
            known.wechat_shop_secret,
            known.wechat_shop_token,
            known.wechat_shop_encoding_aes_key,
            push_url=f"{server}/ingest/wechat_shop/{app_id}",
            lists_after_sales_by_update=True,
        ),
        simulator_settings.DouyinShop(
            known.douyin_shop_id,
            DOUYIN_APP_KEY,
            known.douyin_secret,
            push_url=f"{server}/ingest/douyin",
        ),
    )
