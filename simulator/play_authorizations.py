"""The control API of WeChat's settings of the mini-program: what she gave, and takes back."""

import msgspec
from aiohttp import web

from simulator.authorizations import Given
from simulator.callbacks import Delivery
from simulator.consumers import Consumer
from simulator.gate import CHINA
from simulator.play_answers import body_of, changed, consumer_of, said
from simulator.play_phone import action
from simulator.world import China


class Giving(msgspec.Struct, forbid_unknown_fields=True):
    """Body of authorizations: what she lets the mini-program have."""

    given: Given


class Revoking(msgspec.Struct, forbid_unknown_fields=True):
    """Body of authorizations/revoke: what she takes back."""

    what: list[Given]


async def given(request: web.Request) -> web.Response:
    """What she gave and did not take back."""
    return said({"given": request.app[CHINA].authorizations.of(consumer_of(request))})


async def give(request: web.Request) -> web.Response:
    """What choosing an address in WeChat's list does."""
    wish = await body_of(request, Giving)
    request.app[CHINA].authorizations.give(consumer_of(request), wish.given)
    changed(request.app[CHINA])
    return await given(request)


async def _revoke(request: web.Request, china: China, consumer: Consumer) -> Delivery:
    wish = await body_of(request, Revoking)
    return china.authorizations.revoke(consumer, wish.what)


async def _close(request: web.Request, china: China, consumer: Consumer) -> Delivery:
    return china.authorizations.close(consumer)


PATH = "/play/consumers/{id}/miniprogram/authorizations"
ROUTES = (
    web.get(PATH, given),
    web.post(PATH, give),
    web.post(f"{PATH}/revoke", action(_revoke)),
    web.post(f"{PATH}/close", action(_close)),
)
