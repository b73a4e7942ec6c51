"""The control API of a phone: what a consumer's hand does on it."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from simulator.callbacks import Delivery
from simulator.consumers import Consumer
from simulator.gate import CHINA
from simulator.messages import Draft, write
from simulator.play_answers import Denied, body_of, changed, consumer_of, said, told
from simulator.web_login import Scope, new_code
from simulator.world import China
from simulator.xml import Node, is_name

Act = Callable[[web.Request, China, Consumer], Awaitable[Delivery]]


class SceneChoice(msgspec.Struct, forbid_unknown_fields=True):
    """Body of follow and scan."""

    scene: str = ""


class WebWish(msgspec.Struct, forbid_unknown_fields=True):
    """Body of oauth."""

    scope: Scope = "snsapi_base"


def action(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The handler of a deed: 202 at once, or with `?wait=1` 200 when the delivery ended."""

    async def handle(request: web.Request) -> web.Response:
        china = request.app[CHINA]
        delivery = await act(request, china, consumer_of(request))
        changed(china)
        if request.query.get("wait") not in ("1", "true"):
            return said({"delivery_id": delivery.id}, 202)
        await delivery.ended.wait()
        return said(told(delivery))

    return handle


async def _scene(request: web.Request) -> str:
    scene = (await body_of(request, SceneChoice)).scene
    if len(scene) > request.app[CHINA].settings.assumed.scene_str_limit_chars:
        raise Denied(400, "bad_request", "the scene is too long for a QR code")
    return scene


async def _follow(request: web.Request, china: China, consumer: Consumer) -> Delivery:
    return china.actions.follow(consumer, await _scene(request))


async def _unfollow(request: web.Request, china: China, consumer: Consumer) -> Delivery:
    return china.actions.unfollow(consumer)


async def _scan(request: web.Request, china: China, consumer: Consumer) -> Delivery:
    scene = await _scene(request)
    if not scene:
        raise Denied(400, "bad_request", "a scan needs a scene")
    return china.actions.scan(consumer, scene)


async def _write(request: web.Request, china: China, consumer: Consumer) -> Delivery:
    draft = await body_of(request, Draft)
    written = write(draft, china.media, origin=str(request.url.origin()))
    return china.actions.write(consumer, written)


async def _tap(request: web.Request, china: China, consumer: Consumer) -> Delivery:
    more = await body_of(request, dict[str, Any])
    key = more.pop("key", None)
    if not isinstance(key, str) or not key:
        raise Denied(400, "bad_request", "a tap needs a key")
    return china.actions.tap(consumer, key, xml_nodes(more))


async def _tell(request: web.Request, china: China, consumer: Consumer) -> Delivery:
    nodes = await body_of(request, dict[str, Any])
    event = nodes.pop("event", None)
    if not isinstance(event, str) or not event:
        raise Denied(400, "bad_request", "an event needs its name in `event`")
    return china.actions.tell(consumer, event, xml_nodes(nodes))


def xml_nodes(given: dict[str, Any]) -> dict[str, Node]:
    """The nodes a caller gave, where XML has a place for them. Raises: Denied."""
    for name, content in given.items():
        if not is_name(name):
            raise Denied(400, "bad_request", f"{name!r} is no name of a node")
        if isinstance(content, dict):
            xml_nodes(content)
        elif isinstance(content, list) and content and all(isinstance(e, dict) for e in content):
            for each in content:
                xml_nodes(each)
        elif isinstance(content, bool) or not isinstance(content, str | int | float):
            raise Denied(400, "bad_request", f"{name} must be text, a number, a node or nodes")
    return given


async def _retry(request: web.Request, china: China, consumer: Consumer) -> Delivery:
    return china.actions.retry(consumer)


async def web_code(request: web.Request) -> web.Response:
    """What the OAuth redirect brings."""
    wish = await body_of(request, WebWish)
    return said({"code": new_code(request.app[CHINA], consumer_of(request), wish.scope)})


ROUTES = (
    web.post("/play/consumers/{id}/follow", action(_follow)),
    web.post("/play/consumers/{id}/unfollow", action(_unfollow)),
    web.post("/play/consumers/{id}/scan", action(_scan)),
    web.post("/play/consumers/{id}/messages", action(_write)),
    web.post("/play/consumers/{id}/menu", action(_tap)),
    web.post("/play/consumers/{id}/events", action(_tell)),
    web.post("/play/consumers/{id}/retry", action(_retry)),
    web.post("/play/consumers/{id}/oauth", web_code),
)
