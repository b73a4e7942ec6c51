"""The control API of members of WeChat's shops by the brand's mini-program."""

from typing import Annotated

import msgspec
from aiohttp import web

from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, consumer_of, said
from simulator.shops.wechat_shop import KIND


class Checkout(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../checkout: with how much of a discount for members."""

    discount_fen: Annotated[int, msgspec.Meta(ge=0, le=10**7)] = 0


async def tap(request: web.Request) -> web.Response:
    """A consumer wants to be a member of a shop: `{"is_member"}`, with a session to join by."""
    _require_push(request)
    found = request.app[CHINA].memberships
    return said(await found.tap(consumer_of(request), _shop(request)))


async def checkout(request: web.Request) -> web.Response:
    """A member checks out in a shop: `{"order_session_id", "is_allowed"}`."""
    _require_push(request)
    wish, found = await body_of(request, Checkout), request.app[CHINA].memberships
    told = await found.checkout(
        consumer_of(request), _shop(request), discount_fen=wish.discount_fen
    )
    return said(told)


async def members(request: web.Request) -> web.Response:
    """What shops show of members, by the mini-program's openid."""
    return said(request.app[CHINA].memberships.members)


def _require_push(request: web.Request) -> None:
    if not request.app[CHINA].settings.miniprogram.push_url:
        raise Denied(409, "not_pushed_to", "the mini-program has no address for messages")


def _shop(request: web.Request) -> str:
    code = request.match_info["code"]
    if request.app[CHINA].shops.get(KIND, code) is None:
        raise Denied(404, "no_such_shop", "there is no such shop")
    return code


ROUTES = (
    web.post("/play/shops/wechat_shop/{code}/members/{id}", tap),
    web.post("/play/shops/wechat_shop/{code}/members/{id}/checkout", checkout),
    web.get("/play/shops/wechat_shop/{code}/members", members),
)
