"""Which platforms there are, and how a shop on each is opened."""

import zlib
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from simulator.clock import Clock
from simulator.faults import FaultBoard
from simulator.settings import (
    DouyinShop,
    JdShop,
    Settings,
    ShopifyShop,
    TillShop,
    TmallShop,
    WeChatShop,
)
from simulator.shops import douyin, jd, shopify, till, tmall, wechat_shop
from simulator.shops.board import Platform, ShopsClock, ShopsState
from simulator.shops.orders import FIRST_NUMBER, ShopState
from simulator.shops.pushes import Pushes
from simulator.shops.shelf import Good
from simulator.wire import Wire

# What a shop is, by what a run is told of it, and which answers take its pushes.
SHOPS: Mapping[type, tuple[Callable[..., Platform], Callable[[int, bytes], bool]]] = {
    DouyinShop: (douyin.DouyinShopOnline, douyin.is_taken),
    WeChatShop: (wechat_shop.WeChatShopOnline, wechat_shop.is_taken),
    JdShop: (jd.JdShopOnline, jd.is_taken),
    ShopifyShop: (shopify.ShopifyStore, shopify.is_taken),
    TmallShop: (tmall.TmallShopOnline, tmall.is_taken),
    TillShop: (till.Till, till.is_taken),
}
NUMBERS_APART = 22_000
EDGES = (douyin, jd, shopify, tmall)


def opened(
    settings: Settings,
    state: ShopsState,
    *,
    clock: Clock,
    faults: FaultBoard,
    wire: Wire,
) -> list[Platform]:
    """The shops of a run, with what they remember."""
    found: list[Platform] = []
    shops_clock = ShopsClock(clock, state)
    for told in settings.platform_shops:
        shop, is_taken = SHOPS[type(told)]
        pushes = Pushes(is_taken, assumed=settings.assumed, faults=faults, wire=wire)
        opened_shop = shop(told, _state(state, told), clock=shops_clock, pushes=pushes)
        _lay_out(opened_shop, settings)
        found.append(opened_shop)
    return found


def _lay_out(shop: Platform, settings: Settings) -> None:
    """Every shop sells what the run is told; what changed since stays."""
    known = {one.sku for one in shop.shelf.all()}
    for one in settings.goods:
        if one.sku not in known:
            shop.shelf.put(
                Good(
                    sku=one.sku,
                    title=one.name_zh,
                    category=one.category,
                    brand=one.brand,
                    price_fen=one.price_fen,
                    cost_fen=one.cost_fen,
                    picture=one.picture,
                )
            )


def add_to(app: web.Application) -> None:
    """Answers the calls of every platform."""
    for edge in EDGES:
        edge.add_to(app)


def _state(state: ShopsState, told: Any) -> ShopState:
    """What a shop remembers; its numbers begin elsewhere than other shops'."""
    key = f"{told.__struct_config__.tag}:{told.code}"
    apart = zlib.crc32(key.encode()) * NUMBERS_APART
    return state.shops.setdefault(key, ShopState(next_number=FIRST_NUMBER + apart))
