"""The control API of Tmall and Taobao: their messages, and trades that are told otherwise."""

import time
from typing import Annotated, Any

import msgspec
from aiohttp import web

from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, said
from simulator.play_shops import consumer_named
from simulator.shops import tmall_visit
from simulator.shops.tmall import TmallShopOnline
from simulator.shops.tmall_coupons import CouponRules
from simulator.shops.tmall_members import Action, Step
from simulator.shops.tmall_told import ouid_of


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


class Done(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../members/{action}: who does it, and how long ago she did."""

    ouid: str
    mobile: str = ""
    ago_seconds: Annotated[int, msgspec.Meta(ge=0, le=86_400)] = 0


class Flight(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../flight: whether the page answers without the brand from now on."""

    is_flying: bool


class Landing(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../land: how what waits is shuffled, and how often each is told."""

    seed: int = 0
    copies: Annotated[int, msgspec.Meta(ge=1, le=10)] = 2


async def do_as_member(request: web.Request) -> web.Response:
    """A shopper joins, binds, leaves or is activated on the shop's page."""
    shop, wish = _shop(request), await body_of(request, Done)
    action = msgspec.convert(request.match_info["action"], Action)
    done_at = int(time.time()) - wish.ago_seconds
    shown = shop.member_page.shown(wish.ouid, wish.mobile)
    step = await shop.member_page.do(Step(action=action, shown=shown, done_at=done_at))
    await shop.flew(step)
    if step.action == "unbind":
        shop.joined.discard(wish.ouid)
    elif step.is_done or shop.member_page.is_flying:
        shop.joined.add(wish.ouid)
    return said(step)


async def ask_of_member(request: web.Request) -> web.Response:
    """What the brand answers when the page asks about a shopper: may_bind or query."""
    shop, wish = _shop(request), await body_of(request, Done)
    asked = shop.member_page.shown(wish.ouid, wish.mobile)
    return said(await shop.member_page.ask(request.match_info["question"], asked))


async def fly(request: web.Request) -> web.Response:
    """Flight mode begins or ends."""
    shop, wish = _shop(request), await body_of(request, Flight)
    shop.member_page.is_flying = wish.is_flying
    return said(wish)


async def land(request: web.Request) -> web.Response:
    """Tells the brand of what it missed, shuffled and doubled; how much it has not done yet."""
    shop, wish = _shop(request), await body_of(request, Landing)
    return said({"waiting": await shop.member_page.land(seed=wish.seed, copies=wish.copies)})


async def coupons(request: web.Request) -> web.Response:
    """The shop's coupons and who has them; of one consumer's, with ``consumer_id``."""
    shop = _shop(request)
    consumer_id = request.query.get("consumer_id")
    if consumer_id is None:
        return said(shop.coupons.all())
    consumer = request.app[CHINA].consumers.get(consumer_id)
    if consumer is None:
        raise Denied(404, "no_such_consumer", "there is no such consumer")
    buyer = shop.buyer(consumer)
    names = {buyer, ouid_of(buyer)}
    return said(
        [
            {
                "number": held.number,
                "coupon_fen": one.coupon_fen,
                "least_order_fen": one.least_order_fen,
                "ends_at": one.ends_at,
            }
            for one in shop.coupons.all()
            for held in one.holders
            if held.name in names
        ]
    )


async def coupon_rules(request: web.Request) -> web.Response:
    """Lets the platform treat coupons otherwise from now on."""
    shop = _shop(request)
    shop.coupons.rules = await body_of(request, CouponRules)
    return said(shop.coupons.rules)


class Shopper(msgspec.Struct, forbid_unknown_fields=True):
    """Body of .../members/join, leave and look: who opens the shop's member page."""

    consumer_id: str


async def member_page(request: web.Request) -> web.Response:
    """She looks at the shop's member page, joins there, or leaves: what the brand answered."""
    shop, wish = _shop(request), await body_of(request, Shopper)
    if not shop.settings.members_url:
        raise Denied(409, "no_pass", "the shop has no member pass")
    consumer = consumer_named(request, wish.consumer_id)
    visit = tmall_visit.Visit(shop, shop.buyer(consumer), consumer.mobile)
    return said(await tmall_visit.DEEDS[request.match_info["deed"]](visit))


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
    web.get(SHOP + "/coupons", coupons),
    web.post(SHOP + "/coupons/rules", coupon_rules),
    web.post(SHOP + "/members/{deed:join|leave|look}", member_page),
    web.post(SHOP + "/points", change_points),
    web.post(SHOP + "/members/{action:register|bind|unbind|activate}", do_as_member),
    web.post(SHOP + "/members/ask/{question:may_bind|query}", ask_of_member),
    web.post(SHOP + "/flight", fly),
    web.post(SHOP + "/land", land),
)
