"""The control API of messages that a shop's app takes over a line of its own."""

from aiohttp import web

from simulator.gate import CHINA
from simulator.play_answers import Denied, said
from simulator.shops.tmall import TmallShopOnline
from simulator.shops.tmc import Outbox


async def waiting(request: web.Request) -> web.Response:
    """The topics that the app has not confirmed, and how many lines it holds."""
    outbox = _outbox(request)
    topics = [one.topic for one in outbox.messages.values()]
    given_back = sum(one.times_given_back for one in outbox.messages.values())
    return said({"waiting": topics, "lines": len(outbox.lines), "given_back": given_back})


async def break_lines(request: web.Request) -> web.Response:
    """Breaks every line of the app."""
    lines = list(_outbox(request).lines)
    for line in lines:
        line.break_off()
    return said({"broken": len(lines)})


def _outbox(request: web.Request) -> Outbox:
    shop = request.app[CHINA].shops.get(request.match_info["kind"], request.match_info["code"])
    if not isinstance(shop, TmallShopOnline):
        raise Denied(404, "no_such_shop", "there is no such shop, or it has no messages")
    return shop.outbox


SHOP = "/play/shops/{kind}/{code}/messages"
ROUTES = (web.get(SHOP, waiting), web.post(SHOP + "/break", break_lines))
