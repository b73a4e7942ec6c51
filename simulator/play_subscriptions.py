"""The control API of wx.requestSubscribeMessage: what she allows."""

import msgspec
from aiohttp import web

from simulator.gate import CHINA
from simulator.play_answers import body_of, changed, consumer_of, said


class Allowing(msgspec.Struct, forbid_unknown_fields=True):
    """Body of miniprogram/subscriptions: the templates that she allows one message of."""

    accepted: list[str]


async def allow(request: web.Request) -> web.Response:
    """What a tap on "allow" in wx.requestSubscribeMessage does."""
    wish = await body_of(request, Allowing)
    china, consumer = request.app[CHINA], consumer_of(request)
    known = [one for one in wish.accepted if one in china.subscriptions.registered]
    for template_id in known:
        china.subscriptions.allow(consumer, template_id)
    changed(china)
    return said({"accepted": known})


ROUTES = (web.post("/play/consumers/{id}/miniprogram/subscriptions", allow),)
