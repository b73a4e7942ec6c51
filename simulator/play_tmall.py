"""The control API of Tmall and Taobao: their messages, and trades that are told otherwise."""

from typing import Any

import msgspec
from aiohttp import web

from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, said
from simulator.shops.tmall import TmallShopOnline


async def waiting(request: web.Request) -> web.Response:
    """The topics that the app has not confirmed, and how many lines it holds."""
    outbox = _shop(request).outbox
    topics = [one.topic for one in outbox.messages.values()]
    given_back = sum(one.times_given_back for one in outbox.messages.values())
    return said({"waiting": topics, "lines": len(outbox.lines), "given_back": given_back})


async def break_lines(request: web.Request) -> web.Response:
    """Breaks every line of the app."""
    lines = list(_shop(request).outbox.lines)
    for line in lines:
        line.break_off()
    return said({"broken": len(lines)})


class Otherwise(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../tell: fields of a trade that the platform tells in place of its own."""

    fields: dict[str, Any]


async def tell(request: web.Request) -> web.Response:
    """Lets the platform tell a trade otherwise from now on, and say that it changed."""
    shop, wish = _shop(request), await body_of(request, Otherwise)
    order = shop.orders.get(request.match_info["number"])
    if order is None:
        raise Denied(404, "no_such_order", "there is no such order")
    shop.otherwise[order.number] = wish.fields
    await shop.happened("changed", order)
    return said(wish)


class PointChange(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../points: ``type`` 1 takes points of a shopper, 2 gives them."""

    record_id: str
    type: int
    point: int
    ouid: str = ""
    mix_mobile: str = ""


async def change_points(request: web.Request) -> web.Response:
    """A shopper spends points at Tmall, or gets them back."""
    shop, wish = _shop(request), await body_of(request, PointChange)
    await shop.change_points(msgspec.to_builtins(wish))
    return said(wish)


async def point_changes(request: web.Request) -> web.Response:
    """What the brand told of changes of points, by record."""
    return said(_shop(request).point_changes)


async def members(request: web.Request) -> web.Response:
    """What the shop's page shows of members, by ouid."""
    return said(_shop(request).members_shown)


def _shop(request: web.Request) -> TmallShopOnline:
    shop = request.app[CHINA].shops.get(request.match_info["kind"], request.match_info["code"])
    if not isinstance(shop, TmallShopOnline):
        raise Denied(404, "no_such_shop", "there is no such shop, or it has no messages")
    return shop


SHOP = "/play/shops/{kind}/{code}"
ROUTES = (
    web.get(SHOP + "/messages", waiting),
    web.post(SHOP + "/messages/break", break_lines),
    web.post(SHOP + "/orders/{number}/tell", tell),
    web.get(SHOP + "/points", point_changes),
    web.get(SHOP + "/members", members),
    web.post(SHOP + "/points", change_points),
)
