"""The control API of members of shops on Douyin."""

from typing import Annotated

import msgspec
from aiohttp import web

from simulator.consumers import Consumer
from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, consumer_of, said
from simulator.shops.douyin import KIND, DouyinShopOnline
from simulator.shops.douyin_members import ShopMember


class Joined(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../members/{id}: the number that she agrees to give."""

    mobile: Annotated[str, msgspec.Meta(pattern=r"^1[0-9]{10}\Z")]


async def join(request: web.Request) -> web.Response:
    """A consumer becomes a member of a shop."""
    shop, wish = _shop(request), await body_of(request, Joined)
    shop.members.members[_name(shop, consumer_of(request))] = ShopMember(wish.mobile)
    return said(wish)


async def leave(request: web.Request) -> web.Response:
    """A consumer is a member of a shop no more."""
    shop = _shop(request)
    gone = shop.members.members.pop(_name(shop, consumer_of(request)), None)
    return said({"was_member": gone is not None})


async def members(request: web.Request) -> web.Response:
    """The members of a shop, by open id."""
    return said(_shop(request).members.members)


def _name(shop: DouyinShopOnline, consumer: Consumer) -> str:
    return shop.buyer(consumer)


def _shop(request: web.Request) -> DouyinShopOnline:
    shop = request.app[CHINA].shops.get(KIND, request.match_info["code"])
    if not isinstance(shop, DouyinShopOnline):
        raise Denied(404, "no_such_shop", "there is no such shop")
    return shop


MEMBERS = "/play/shops/douyin/{code}/members"
ROUTES = (
    web.get(MEMBERS, members),
    web.post(MEMBERS + "/{id}", join),
    web.post(MEMBERS + "/{id}/leave", leave),
)
