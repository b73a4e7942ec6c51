"""Where Douyin pushes what happens to orders (推送): verified, stored, acknowledged, read later.

A push is a hint: the order of which it speaks is read from the platform. An answer other than
success lets Douyin push again.
"""

import msgspec
from aiohttp import web

from connectors.douyin.signature import fits_push
from connectors.douyin.wire import Push, PushedOrder
from connectors.reading.hints import pushed
from loyalty import inbox
from loyalty.connections import DouyinSettings
from loyalty.inbox import Arrival
from models import db
from web import bodies
from web.context import CONTEXT
from web.logs import log
from web.metrics import count_inbound_event
from web.refusals import BadRequest, Forbidden
from web.wake import wake

KIND = "douyin"
BODY_LIMIT_BYTES = 1024 * 1024
DONE = b'{"code":0,"msg":"success"}'
_pushes = msgspec.json.Decoder(list[Push])

ShopIds = dict[str, int]


def add_to(app: web.Application) -> None:
    """Answer at /ingest/douyin, the address of all shops of an app."""
    app.router.add_post("/ingest/douyin", receive)


async def receive(request: web.Request) -> web.Response:
    """Store the messages of one push that speak of orders of ours."""
    body = await bodies.read(request, limit_bytes=BODY_LIMIT_BYTES)
    shops = _shops_of_signer(request, body)
    arrivals = _arrivals(body, shops)
    context = request.app[CONTEXT]
    try:
        new = await inbox.store(arrivals, at=context.clock()) if arrivals else 0
    except db.Unreachable:
        count_inbound_event(KIND, "not_taken")
        raise
    count_inbound_event(KIND, "received", new)
    count_inbound_event(KIND, "repeated", len(arrivals) - new)
    if new:
        await wake(context.redis)
    return web.Response(body=DONE, content_type="application/json")


def _shops_of_signer(request: web.Request, body: bytes) -> ShopIds:
    """Return the connections of the app that signed a push, by shop id.

    Raises:
        Forbidden: ``bad_signature``: also where no shop of ours has such an app.
    """
    app_key = request.headers.get("app-id", "")
    told = request.headers.get("event-sign", "")
    shops = [
        one.connection
        for one in request.app[CONTEXT].shops
        if isinstance(one.connection.settings, DouyinSettings)
        and one.connection.settings.app_key == app_key
    ]
    secret = shops[0].settings.app_secret if shops else "of no app"
    if not fits_push(told, secret, app_key=app_key, body=body) or not shops:
        count_inbound_event(KIND, "bad_signature")
        raise Forbidden("bad_signature")
    return {one.scope: one.id for one in shops}


def _arrivals(body: bytes, shops: ShopIds) -> list[Arrival]:
    """Return the events of the messages that name an order of a shop of ours.

    Raises:
        BadRequest: it is no list of messages.
    """
    try:
        pushes = _pushes.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        count_inbound_event(KIND, "bad_request")
        raise BadRequest("bad_request", reason=str(error)[:200]) from None
    found, others = [], 0
    for push in pushes:
        told = _order_of(push)
        connection_id = shops.get(str(told.shop_id)) if told else None
        if told is None or connection_id is None:
            others += 1
            continue
        message_id = push.msg_id or push.msgId or f"{push.tag}:{push.data}"
        found.append(pushed(str(told.p_id), message_id=message_id, connection_id=connection_id))
    if others:
        count_inbound_event(KIND, "not_of_orders", others)
        log.info("pushes_not_of_orders", count=others)
    return found


def _order_of(push: Push) -> PushedOrder | None:
    try:
        if isinstance(push.data, str):
            return msgspec.json.decode(push.data, type=PushedOrder)
        return msgspec.convert(push.data, PushedOrder)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
