"""What the callbacks of all accounts share: a query read once, and how a refusal is told."""

from collections.abc import Mapping

from aiohttp import web

from web.logs import log
from web.metrics import count_inbound_event
from web.refusals import RequestRefused
from wechat.errors import BadSignature, CallbackRefused, Stale, TooLarge

BODY_LIMIT_BYTES = 64 * 1024
BODY_SECONDS = 2.0
NONCE_LIMIT = 128

_STATUS: Mapping[type[Exception], int] = {BadSignature: 403, Stale: 403, TooLarge: 413}


def asked_once(request: web.Request) -> dict[str, str]:
    """Return each parameter of the query.

    Raises:
        BadSignature: one is repeated, or the nonce is none of the platform's.
    """
    asked: dict[str, str] = {}
    for name, value in request.query.items():
        if name in asked:
            raise BadSignature(f"{name} is repeated")
        asked[name] = value
    nonce = asked.get("nonce", "")
    if len(nonce) > NONCE_LIMIT or not (nonce.isascii() and nonce.isprintable()):
        raise BadSignature("no nonce of the platform")
    return asked


def refuse(kind: str, scope: str, refused: CallbackRefused | RequestRefused) -> web.Response:
    """Tell the platform why a callback is not taken: never a 200, which would let it forget."""
    log.warning("callback_refused", connection=kind, scope=scope, code=refused.code)
    count_inbound_event(kind, refused.code)
    if isinstance(refused, RequestRefused):
        return web.Response(status=refused.http_status, text=refused.code)
    return web.Response(status=_STATUS.get(type(refused), 400), text=refused.code)
