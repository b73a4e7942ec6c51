"""Where a store's signed calls come in: checked, stored, answered 202, and worked later.

Order of checks: size, headers, signature in constant time, age, JSON field by field, nonce. A store
that we do not know reads the same as a wrong signature.
"""

import re
from typing import cast

import msgspec
from aiohttp import web

from connectors.own_store.signature import fits
from connectors.own_store.wire import Accepted, Call, arrivals
from loyalty import inbox
from loyalty.connections import Connected, OwnStoreSettings
from loyalty.wording import Worded
from models import db
from web import bodies
from web.context import CONTEXT, now
from web.decoding import body_decoder
from web.logs import log
from web.metrics import count_inbound_event
from web.refusals import BadRequest, Forbidden, RequestRefused
from web.wake import wake

KIND = "own_store"
BODY_LIMIT_BYTES = 1024 * 1024
NOBODYS_SECRET = "of no store, so that an unknown one takes as long"

_TIMESTAMP = re.compile("[0-9]{1,12}", re.ASCII)
_NONCE = re.compile("[A-Za-z0-9_-]{8,64}", re.ASCII)
_SIGNATURE = re.compile("[0-9A-Fa-f]{64}", re.ASCII)
_FORMS = {
    "X-Timestamp": (_TIMESTAMP, Worded("应为 Unix 秒数", "it must be Unix seconds")),
    "X-Nonce": (
        _NONCE,
        Worded("应为 8 到 64 位字母或数字", "it must be 8 to 64 letters and digits"),
    ),
    "X-Signature": (_SIGNATURE, Worded("应为 64 位十六进制", "it must be 64 hex digits")),
}
_decode = body_decoder(Call)


def add_to(app: web.Application) -> None:
    """Answer under /ingest/{code}/orders for every store of the context."""
    app.router.add_post("/ingest/{code}/orders", receive)


async def receive(request: web.Request) -> web.Response:
    """Store the orders and refunds of one call."""
    try:
        accepted = await _accepted(request)
    except RequestRefused as refused:
        count_inbound_event(KIND, refused.code)
        raise
    except db.Unreachable:
        count_inbound_event(KIND, "not_taken")
        raise
    count_inbound_event(KIND, "received", accepted.new)
    count_inbound_event(KIND, "repeated", accepted.known)
    await wake(request.app[CONTEXT].redis)
    return web.Response(
        status=202, body=msgspec.json.encode(accepted), content_type="application/json"
    )


async def _accepted(request: web.Request) -> Accepted:
    context = request.app[CONTEXT]
    bodies.require_json(request)
    body = await bodies.read(request, limit_bytes=BODY_LIMIT_BYTES)
    store, nonce = _signed(request, body)
    told = arrivals(cast(Call, _decode(body)), store.id, sealer=context.sealer)
    new = await inbox.store_call(told, connection_id=store.id, nonce=nonce, at=context.clock())
    if new is None:
        raise Forbidden("nonce_used")
    log.info("orders_received", store=store.scope, new=new, known=len(told) - new)
    return Accepted(new=new, known=len(told) - new)


def _signed(request: web.Request, body: bytes) -> tuple[Connected[OwnStoreSettings], str]:
    """Return the store that signed a call, and the call's nonce.

    Raises:
        BadRequest: a header is missing, is there twice, or has no such form.
        Forbidden: ``bad_signature``, ``stale``.
    """
    timestamp, nonce, told = (_header(request, name) for name in _FORMS)
    store = request.app[CONTEXT].stores.get(request.match_info["code"])
    secrets = (NOBODYS_SECRET, NOBODYS_SECRET)
    if store is not None:
        settings = store.settings
        secrets = (settings.secret, settings.previous_secret or settings.secret)
    good = [fits(told.lower(), one, timestamp=timestamp, nonce=nonce, body=body) for one in secrets]
    if store is None or not any(good):
        raise Forbidden("bad_signature")
    if abs(now().timestamp() - int(timestamp)) > store.settings.max_age_seconds:
        raise Forbidden("stale")
    return store, nonce


def _header(request: web.Request, name: str) -> str:
    told = request.headers.getall(name, [])
    form, wanted = _FORMS[name]
    if len(told) != 1 or not form.fullmatch(told[0]):
        raise BadRequest("bad_field", field=name, wanted=wanted)
    return told[0]
