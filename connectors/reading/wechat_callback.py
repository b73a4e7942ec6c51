"""Messages of WeChat to an address of ours (消息推送), in security mode: checked and opened.

The signature covers the sealed body, so a nonce that comes again brings the same message.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from web import bodies
from web.context import now
from web.logs import log
from web.metrics import count_inbound_event
from web.refusals import BadRequest, Forbidden
from wechat.bodies import read_json, read_xml
from wechat.crypto import Crypto, check_age
from wechat.errors import BadCiphertext, BadSignature, CallbackRefused, Stale
from wechat.inbound import parse_outer, parse_outer_json

NONCE_LIMIT = 128


class Callback:
    """The address of one account; ``kind`` is what is counted and logged of it."""

    def __init__(self, kind: str, crypto: Crypto) -> None:
        self._kind = kind
        self.crypto = crypto

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the platform's question whether this address is ours."""
        asked = self.asked_once(request)
        try:
            self.crypto.check_signature(
                asked.get("signature", ""), asked.get("timestamp", ""), asked.get("nonce", "")
            )
            check_age(asked.get("timestamp", ""), now())
            if not asked.get("echostr"):
                raise BadSignature("nothing to echo")
        except CallbackRefused as refused:
            raise self.refusal(refused) from None
        return web.Response(text=asked["echostr"], content_type="text/plain")

    async def opened(self, request: web.Request) -> bytes:
        """Return what is sealed for this account, where its signature fits and is fresh.

        Raises:
            Forbidden: ``bad_signature``. BadRequest: it is none of the platform's messages.
        """
        asked = self.asked_once(request)
        raw = await bodies.read(request)
        try:
            sealed = (parse_outer_json if _is_json(raw) else parse_outer)(raw).encrypt
            if sealed is None:
                raise BadCiphertext("nothing is sealed")
            self.crypto.check_message_signature(
                asked.get("msg_signature", ""),
                asked.get("timestamp", ""),
                asked.get("nonce", ""),
                sealed,
            )
            check_age(asked.get("timestamp", ""), now())
            return self.crypto.decrypt(sealed)
        except CallbackRefused as refused:
            raise self.refusal(refused) from None

    def asked_once(self, request: web.Request) -> Mapping[str, str]:
        """Return each parameter of the query.

        Raises:
            Forbidden: ``bad_signature``: one is repeated, or the nonce is none of the platform's.
        """
        nonce = request.query.get("nonce", "")
        is_plain = len(nonce) <= NONCE_LIMIT and nonce.isascii() and nonce.isprintable()
        if len(set(request.query)) != len(request.query) or not is_plain:
            raise self.refusal(BadSignature("a parameter is repeated, or no nonce"))
        return dict(request.query)

    def refusal(self, refused: CallbackRefused) -> BadRequest | Forbidden:
        """Return how the platform is told that a message is not taken; it is counted."""
        count_inbound_event(self._kind, refused.code)
        log.warning("push_refused", shop_kind=self._kind, code=refused.code)
        if isinstance(refused, BadSignature | Stale):
            return Forbidden("bad_signature")
        return BadRequest("bad_request", reason=str(refused)[:200])


def read_told(body: bytes) -> Mapping[str, Any]:
    """Return a message that was opened: JSON or XML, as the operator chose.

    Raises:
        CallbackRefused: it is neither.
    """
    return read_json(body) if _is_json(body) else read_xml(body)


def _is_json(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"
