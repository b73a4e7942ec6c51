"""The demo's shops, as our server, the simulator and other programs are told them.

One on each platform, with the member passes of those on Tmall and Douyin, and a till of its own.
"""

from typing import Any

import msgspec

from jifen.credentials import Credentials
from jifen.seed import SHOPS, TMALL
from jifen.seeds import store
from loyalty.connections import (
    DouyinPassSettings,
    DouyinSettings,
    JdSettings,
    OwnStoreSettings,
    PlatformSettings,
    ShopifySettings,
    TmallPassSettings,
    TmallSettings,
    WeChatShopSettings,
)
from simulator import settings as simulator_settings

CALLS_PER_SECOND = 500.0
DOUYIN_APP_KEY = "7000000000000000001"
DOUYIN_MEMBERS = 1
TILL = SHOPS[0]
TMALL_NICK = "积分演示旗舰店"


def connected(known: Credentials, *, page: str) -> dict[str, list[PlatformSettings]]:
    """Return what our server knows of them, by their names; ``page`` is the simulator's address."""
    return {
        TMALL.name: [_tmall(known, page), _tmall_pass(known)],
        "京东旗舰店": [
            JdSettings(
                vender_id=known.jd_vender_id,
                app_key=known.jd_app_key,
                app_secret=known.jd_secret,
                access_token=known.jd_access_token,
                refresh_token=known.jd_refresh_token,
                api_base=f"{page}/jd/routerjson",
                oauth_base=f"{page}/jd/oauth2",
                calls_per_second=CALLS_PER_SECOND,
            )
        ],
        "抖音旗舰店": [
            DouyinSettings(
                shop_id=known.douyin_shop_id,
                app_key=DOUYIN_APP_KEY,
                app_secret=known.douyin_secret,
                api_base=f"{page}/douyin",
                calls_per_second=CALLS_PER_SECOND,
            ),
            DouyinPassSettings(shop_id=known.douyin_shop_id, app_id=DOUYIN_MEMBERS),
        ],
        "微信小店": [
            WeChatShopSettings(
                app_id=known.wechat_shop_app_id,
                app_secret=known.wechat_shop_secret,
                token=known.wechat_shop_token,
                encoding_aes_key=known.wechat_shop_encoding_aes_key,
                after_sales_listed_by="update",
                api_base=page,
                calls_per_second=CALLS_PER_SECOND,
            )
        ],
        "Shopify": [
            ShopifySettings(
                shop_domain=known.shopify_domain,
                access_token=known.shopify_access_token,
                app_secret=known.shopify_secret,
                api_base=f"{page}/shopify/{known.shopify_domain}",
                calls_per_second=CALLS_PER_SECOND,
            )
        ],
        TILL.name: [OwnStoreSettings(code=TILL.code, secret=known.till_secret, shop_kind="pos")],
    }


def _tmall(known: Credentials, page: str) -> TmallSettings:
    return TmallSettings(
        seller_nick=TMALL_NICK,
        shop_code=TMALL.code,
        app_key=known.tmall_app_key,
        app_secret=known.tmall_secret,
        session=known.tmall_session,
        refresh_token=known.tmall_refresh_token,
        list_minutes=1440,
        pull_seconds=0.3,
        calls_per_second=CALLS_PER_SECOND,
        api_base=f"{page}/top/router/rest",
        messages_base=f"{page.replace('http', 'ws', 1)}/tmc",
    )


def _tmall_pass(known: Credentials) -> TmallPassSettings:
    return TmallPassSettings(
        shop_code=TMALL.code,
        seller_name=TMALL_NICK,
        app_key=known.tmall_app_key,
        app_secret=known.tmall_secret,
        mix_key=known.tmall_mix_key,
    )


def goods() -> tuple[simulator_settings.Goods, ...]:
    """Return what they sell: what the brand's own store sells, too."""
    return tuple(
        simulator_settings.Goods(sku, name_zh, name_en, yuan * 100)
        for sku, name_zh, name_en, _, yuan, _ in store.PRODUCTS
    )


def live_rooms() -> tuple[simulator_settings.LiveRoom, ...]:
    """Return the live rooms in which they sell. Tmall tells the anchor and no room."""
    room = simulator_settings.LiveRoom
    return (
        room(
            "douyin",
            "新豆首发直播间",
            "New beans live",
            room_id="7411111111111111111",
            talent_id="80000000001",
            talent_name="咖啡老周",
        ),
        room(
            "wechat_shop",
            "视频号手冲课",
            "Pour-over class live",
            room_id="export/UzFfAgtgekIEAQ",
            talent_id="v2_060000231003b20f",
            talent_name="阿茶",
        ),
        room(
            "tmall",
            "旗舰店直播",
            "Flagship live",
            talent_id="AAHd5d-HAAeGwJedwIlMEqCL",
            talent_name="",
        ),
    )


def simulated(known: Credentials, *, server: str) -> tuple[simulator_settings.PlatformShop, ...]:
    """Return what the simulator knows of them; ``server`` is our address."""
    return (
        simulator_settings.TmallShop(
            TMALL_NICK,
            known.tmall_app_key,
            known.tmall_secret,
            known.tmall_session,
            refresh_token=known.tmall_refresh_token,
            members_url=f"{server}/tmall/members/{TMALL.code}",
            mix_key=known.tmall_mix_key,
        ),
        simulator_settings.JdShop(
            known.jd_vender_id,
            known.jd_app_key,
            known.jd_secret,
            known.jd_access_token,
            refresh_token=known.jd_refresh_token,
        ),
        simulator_settings.DouyinShop(
            known.douyin_shop_id,
            DOUYIN_APP_KEY,
            known.douyin_secret,
            push_url=f"{server}/ingest/douyin",
            members_app_id=DOUYIN_MEMBERS,
        ),
        simulator_settings.WeChatShop(
            known.wechat_shop_app_id,
            known.wechat_shop_secret,
            known.wechat_shop_token,
            known.wechat_shop_encoding_aes_key,
            push_url=f"{server}/ingest/wechat_shop/{known.wechat_shop_app_id}",
            lists_after_sales_by_update=True,
        ),
        simulator_settings.ShopifyShop(
            known.shopify_domain,
            known.shopify_access_token,
            known.shopify_secret,
            push_url=f"{server}/ingest/shopify",
        ),
        simulator_settings.TillShop(
            TILL.code,
            known.till_secret,
            known.app_id,
            push_url=f"{server}/ingest/{TILL.code}/orders",
            name=TILL.name,
        ),
    )


def told(known: Credentials, *, page: str, server: str) -> list[dict[str, Any]]:
    """Return what other programs need to play them: as `jifen connect` is told, and their address.

    ``pushes_to`` is where a shop tells us; without one we ask, or hold a line to its messages.
    """
    simulated_shops = simulated(known, server=server)
    addresses = {one.code: getattr(one, "push_url", "") for one in simulated_shops}
    return [
        {"name": name, **_entered(one), "pushes_to": addresses.get(one.scope, "")}
        for name, entered in connected(known, page=page).items()
        for one in entered
    ]


def _entered(one: PlatformSettings) -> dict[str, Any]:
    settings: dict[str, Any] = msgspec.to_builtins(one)
    return {"kind": settings.pop("type"), **settings}
