"""Where Shopify tells what happens to orders: verified, stored, acknowledged, read later.

A webhook is a hint: the order of which it speaks is read from the Admin API. What is not answered
with 2xx in five seconds is told again, eight times in four hours, with what it said at first.
"""

from hashlib import sha256

import msgspec
from aiohttp import web

from connectors.reading.hints import Hint, pushed
from connectors.shopify.signature import fits
from connectors.shopify.wire import Privacy, PushedOrder, PushedPrivacy, Told
from loyalty import inbox
from loyalty.connections import ShopifySettings
from loyalty.inbox import Arrival
from models import db
from web import bodies
from web.context import CONTEXT
from web.logs import log
from web.metrics import count_inbound_event
from web.refusals import BadRequest, NotSignedIn
from web.wake import wake

KIND = "shopify"
BODY_LIMIT_BYTES = 4 * 1024 * 1024
PRIVACY = "privacy"
PRIVACY_TOPICS = frozenset({"customers/data_request", "customers/redact", "shop/redact"})
# In these the order is named by order_id, and id is their own.
OF_AN_ORDER = ("refunds/", "order_transactions/", "fulfillments/")


def add_to(app: web.Application) -> None:
    """Answer at /ingest/shopify, the address of all stores."""
    app.router.add_post("/ingest/shopify", receive)


async def receive(request: web.Request) -> web.Response:
    """Store a webhook that speaks of an order of ours, or of somebody's own facts."""
    body = await bodies.read(request, limit_bytes=BODY_LIMIT_BYTES)
    arrival = _arrival(request, body, connection_id=_signer(request, body))
    context = request.app[CONTEXT]
    if arrival is None:
        count_inbound_event(KIND, "not_of_orders")
        return web.Response()
    try:
        new = await inbox.store([arrival], at=context.clock())
    except db.Unreachable:
        count_inbound_event(KIND, "not_taken")
        raise
    count_inbound_event(KIND, "received" if new else "repeated")
    if new:
        await wake(context.redis)
    return web.Response()


def _signer(request: web.Request, body: bytes) -> int:
    """Return the connection of the store that a webhook names and is signed for.

    Raises:
        NotSignedIn: ``bad_signature``: also where no store of ours has that name. Shopify's own
            checks of an app want 401 here.
    """
    domain = request.headers.get("X-Shopify-Shop-Domain", "").lower()
    told = request.headers.get("X-Shopify-Hmac-Sha256", "")
    connection_id = 0
    secrets: tuple[str, ...] = ("of no app",)
    for shop in request.app[CONTEXT].shops:
        settings = shop.connection.settings
        if isinstance(settings, ShopifySettings) and settings.shop_domain == domain:
            connection_id, secrets = shop.connection.id, settings.secrets
    if not fits(told, secrets, body=body) or not connection_id:
        count_inbound_event(KIND, "bad_signature")
        raise NotSignedIn("bad_signature")
    return connection_id


def _arrival(request: web.Request, body: bytes, *, connection_id: int) -> Arrival | None:
    """Return the event of a webhook; None where it is about no order.

    Raises:
        BadRequest: it is no JSON of an order.
    """
    topic = request.headers.get("X-Shopify-Topic", "").lower()
    # the same in every try; the id of the try may change, and old stores send only that
    event_id = (
        request.headers.get("X-Shopify-Event-Id")
        or request.headers.get("X-Shopify-Webhook-Id")
        or sha256(body).hexdigest()
    )
    told_once = f"{topic}:{event_id}".encode("utf-8", "replace")
    message_id = sha256(told_once).hexdigest()[:32]
    try:
        if topic in PRIVACY_TOPICS:
            return _privacy(topic, body, message_id=message_id, connection_id=connection_id)
        told = msgspec.json.decode(body, type=PushedOrder)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        count_inbound_event(KIND, "bad_request")
        raise BadRequest("bad_request", reason=str(error)[:200]) from None
    number = str(told.order_id if topic.startswith(OF_AN_ORDER) else told.id)
    is_order = topic.startswith(("orders/", *OF_AN_ORDER)) and number.isdecimal() and number != "0"
    if not is_order:
        return None
    return pushed(number, message_id=message_id, connection_id=connection_id)


def _privacy(topic: str, body: bytes, *, message_id: str, connection_id: int) -> Arrival:
    """Return the event by which staff learn that somebody asks for, or to erase, what is kept.

    It is worked like any other and parked at once. Her address and number are not kept.
    """
    told = msgspec.json.decode(body, type=PushedPrivacy)
    customer = str(told.customer.id) if told.customer and told.customer.id else ""
    orders = [str(one) for one in (told.orders_to_redact or told.orders_requested or ())][:200]
    log.info("privacy_requested", topic=topic, connection_id=connection_id)
    about = msgspec.json.encode(Told(privacy=Privacy(topic, customer, orders)))
    sender = f"{topic}:{customer}"
    return Arrival(
        connection_id=connection_id,
        event_key=f"push:{sender}:{message_id}",
        kind=PRIVACY,
        sender=sender,
        body=msgspec.json.encode(Hint(sender, msgspec.Raw(about))),
        nonce=None,
    )
