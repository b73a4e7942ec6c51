"""The control API of shops on platforms: what a consumer buys there, and what becomes of it."""

import asyncio
from typing import Annotated, Literal

import msgspec
from aiohttp import web
from msgspec import Meta

from simulator.consumers import Consumer
from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, changed, said
from simulator.shops.board import Platform
from simulator.shops.orders import Line, Order, ToldAs
from simulator.shops.shelf import Good
from simulator.shops.till import Till


class Purchase(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST .../orders: what a consumer buys; ``is_paid`` false leaves it unpaid.

    With ``receiver_id`` it is a gift, where the platform knows such; ``order_session_id`` is of the
    checkout of a member of the brand's mini-program. A till may know her by ``known_by``: how she
    pays, the number that she says, or not at all.
    """

    consumer_id: str
    lines: Annotated[list[Line], Meta(min_length=1, max_length=50)]
    freight_fen: Annotated[int, Meta(ge=0, le=10**7)] = 0
    is_paid: bool = True
    receiver_id: str = ""
    order_session_id: str = ""
    known_by: Literal["account", "mobile", "nothing"] = "account"


class Given(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../refund: of which line (the first) and how much (all that is left).

    Not ``is_done``, she only asks for it; .../give_back gives it.
    """

    line_key: str = ""
    amount_fen: int | None = None
    is_done: bool = True


class Shelved(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../goods: what the shop sells from now on, or otherwise, and what no more."""

    goods: Annotated[list[Good], Meta(max_length=5_000)] = []
    gone: list[str] = []


class Ahead(msgspec.Struct, forbid_unknown_fields=True):
    """Body of POST /play/shops/clock."""

    ahead_seconds: Annotated[int, Meta(ge=0, le=10**9)]


class Split(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../split: how the platform tells of the order from then on."""

    told_as: ToldAs = "cancelled"


async def listed(request: web.Request) -> web.Response:
    """All shops with what they sell and their newest orders."""
    china = request.app[CHINA]
    return said(
        [
            {
                "kind": shop.kind,
                "code": shop.code,
                "name": shop.name,
                "goods": china.settings.goods,
                "live_rooms": [one for one in china.settings.live_rooms if one.kind == shop.kind],
                "has_pass": bool(getattr(shop.settings, "members_url", "")),
                "orders": list(shop.orders.state.orders.values())[-50:],
            }
            for shop in china.shops.all()
        ]
    )


async def buy(request: web.Request) -> web.Response:
    """Places an order, and pays it; 201 with the order once the platform has told of it."""
    shop, wish = _shop(request), await body_of(request, Purchase)
    consumer = consumer_named(request, wish.consumer_id)
    if wish.known_by != "account" and not isinstance(shop, Till):
        raise Denied(400, "bad_request", "this shop knows its buyers by their accounts")
    order = shop.orders.place(shop.buyer(consumer), wish.lines, freight_fen=wish.freight_fen)
    order.vip_session = wish.order_session_id
    order.consumer_id, order.buyer_unionid = consumer.id, consumer.unionid
    if wish.known_by != "account":
        order.buyer = order.buyer_unionid = ""
    if wish.known_by == "mobile":
        order.buyer_mobile = consumer.mobile
    if wish.receiver_id:
        receiver = consumer_named(request, wish.receiver_id)
        order.receiver, order.receiver_unionid = shop.buyer(receiver), receiver.unionid
    events = ["placed"]
    if wish.is_paid:
        shop.orders.pay(order)
        events.append("paid")
    await asyncio.gather(*(shop.happened(event, order) for event in events))
    return _told(request, order, status=201)


async def act(request: web.Request) -> web.Response:
    """Lets one thing happen to an order: pay, ship, complete, close."""
    shop, action = _shop(request), request.match_info["action"]
    order = _order(request, shop)
    getattr(shop.orders, action)(order)
    events = {"pay": "paid", "ship": "shipped", "complete": "completed", "close": "closed"}
    await shop.happened(events[action], order)
    return _told(request, order)


async def refund(request: web.Request) -> web.Response:
    """Gives money back of one line of an order."""
    shop, wish = _shop(request), await body_of(request, Given)
    order = _order(request, shop)
    line_key = wish.line_key or order.lines[0].key
    given = shop.orders.refund(
        order, line_key=line_key, amount_fen=wish.amount_fen, is_done=wish.is_done
    )
    await shop.happened("refunded", order, given)
    return _told(request, order)


async def give_back(request: web.Request) -> web.Response:
    """Gives the money that was asked for."""
    shop = _shop(request)
    order = _order(request, shop)
    for one in [one for one in order.refunds if not one.is_done]:
        shop.orders.give_back(order, one)
        await shop.happened("refunded", order, one)
    return _told(request, order)


async def split(request: web.Request) -> web.Response:
    """Splits an order up: each line becomes an order of its own. Answers with these."""
    shop, wish = _shop(request), await body_of(request, Split)
    parts = shop.orders.split(_order(request, shop), told_as=wish.told_as)
    for part in parts:
        await shop.happened("paid", part)
    changed(request.app[CHINA])
    return said(parts)


async def shelve(request: web.Request) -> web.Response:
    """Changes what a shop sells. Answers with all of it."""
    shop, wish = _shop(request), await body_of(request, Shelved)
    for good in wish.goods:
        shop.shelf.put(good)
    for sku in wish.gone:
        shop.shelf.take_away(sku)
    changed(request.app[CHINA])
    return said(shop.shelf.all())


async def end_tokens(request: web.Request) -> web.Response:
    """Ends the tokens of a shop, as a platform may at any time."""
    shop, china = _shop(request), request.app[CHINA]
    ended = len(shop.orders.state.tokens) + china.tokens.kill_all(shop.code)
    shop.orders.state.tokens.clear()
    changed(china)
    return said({"ended": ended})


async def move_clock(request: web.Request) -> web.Response:
    """Lets the clock of all shops run ahead of the platform's."""
    wish, china = await body_of(request, Ahead), request.app[CHINA]
    china.shops_state.ahead_seconds = wish.ahead_seconds
    changed(china)
    return said({"ahead_seconds": wish.ahead_seconds})


def _shop(request: web.Request) -> Platform:
    found = request.app[CHINA].shops.get(request.match_info["kind"], request.match_info["code"])
    if found is None:
        raise Denied(404, "no_such_shop", "there is no such shop")
    return found


def consumer_named(request: web.Request, consumer_id: str) -> Consumer:
    """The consumer with this id. Raises: Denied."""
    found = request.app[CHINA].consumers.get(consumer_id)
    if found is None:
        raise Denied(404, "no_such_consumer", "there is no such consumer")
    return found


def _order(request: web.Request, shop: Platform) -> Order:
    found = shop.orders.get(request.match_info["number"])
    if found is None:
        raise Denied(404, "no_such_order", "there is no such order")
    return found


def _told(request: web.Request, order: Order, status: int = 200) -> web.Response:
    changed(request.app[CHINA])
    return said(order, status)


SHOP = "/play/shops/{kind}/{code}"
ROUTES = (
    web.get("/play/shops", listed),
    web.post("/play/shops/clock", move_clock),
    web.post(SHOP + "/orders", buy),
    web.post(SHOP + "/orders/{number}/refund", refund),
    web.post(SHOP + "/orders/{number}/give_back", give_back),
    web.post(SHOP + "/orders/{number}/split", split),
    web.post(SHOP + "/orders/{number}/{action:pay|ship|complete|close}", act),
    web.post(SHOP + "/goods", shelve),
    web.post(SHOP + "/tokens/end", end_tokens),
)
