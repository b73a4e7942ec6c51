"""The platforms' clients, made of what a connection says."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import aiohttp

from connectors.douyin.client import DouyinClient
from connectors.jd.client import JdClient
from connectors.shopify.client import ShopifyClient
from connectors.tmall.client import TmallClient
from connectors.wechat_shop.client import WeChatShopClient
from loyalty.connections import (
    DouyinSettings,
    JdSettings,
    MiniProgramSettings,
    OfficialAccountSettings,
    ShopifySettings,
    ShopSettings,
    TmallSettings,
    WeChatPaySettings,
    WeChatShopSettings,
    WeComSettings,
)
from web.shops import ShopClient
from wechat.miniprogram import MiniProgram
from wechat.official_account import OfficialAccount
from wechat.pay import Pay
from wechat.pay_keys import PayKeys
from wechat.tokens import TokenStore
from wechat.wecom import WeCom

C = TypeVar("C", OfficialAccount, MiniProgram)
# The client of each platform that shops are on, by the settings of a shop there.
SHOPS: Mapping[type[ShopSettings], Callable[..., ShopClient]] = {
    DouyinSettings: DouyinClient,
    WeChatShopSettings: WeChatShopClient,
    JdSettings: JdClient,
    ShopifySettings: ShopifyClient,
    TmallSettings: TmallClient,
}


def of_app(
    client: type[C],
    settings: OfficialAccountSettings | MiniProgramSettings,
    *,
    http: aiohttp.ClientSession,
    tokens: TokenStore,
) -> C:
    """Return what calls WeChat for an official account or a mini-program."""
    return client(
        http,
        tokens,
        app_id=settings.app_id,
        app_secret=settings.app_secret,
        api_base=settings.api_base,
        token_endpoint=settings.token_endpoint,
    )


def wecom(settings: WeComSettings, *, http: aiohttp.ClientSession, tokens: TokenStore) -> WeCom:
    """Return what calls WeCom for a corp."""
    return WeCom(
        http,
        tokens,
        corp_id=settings.corp_id,
        secret=settings.secret,
        api_base=settings.api_base,
    )


def pay(settings: WeChatPaySettings, *, http: aiohttp.ClientSession) -> Pay:
    """Return what calls WeChat Pay for a merchant.

    Raises:
        ValueError: one of its keys is none.
    """
    return Pay(http, pay_keys(settings), api_base=settings.api_base)


def pay_keys(settings: WeChatPaySettings) -> PayKeys:
    """Return the keys of a merchant.

    Raises:
        ValueError: one of them is none.
    """
    return PayKeys(
        mch_id=settings.mch_id,
        serial=settings.serial,
        private_key=settings.private_key,
        public_key_id=settings.public_key_id,
        public_key=settings.public_key,
        api_v3_key=settings.api_v3_key,
    )


def of_shop(
    settings: ShopSettings, *, http: aiohttp.ClientSession, tokens: TokenStore
) -> ShopClient:
    """Return what calls the platform of a shop."""
    return SHOPS[type(settings)](settings, http=http, tokens=tokens)
