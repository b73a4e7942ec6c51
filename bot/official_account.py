"""The callback of an official account: who may speak to us, in which form, and how we answer.

Order of checks: size, query, signature in constant time, age, form of the mode, ciphertext, XML,
receiver. A refused callback is answered 4xx and never ``success``, so that nothing is lost in
silence; what cannot be stored now is answered 503 and the platform tries again.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from aiohttp import web
from msgspec import Struct

from bot.callbacks import BODY_LIMIT_BYTES, BODY_SECONDS, asked_once, refuse
from bot.conversation import BUDGET_SECONDS, Conversations, Replayed
from bot.telling import Heard
from loyalty.coalescer import Overloaded
from loyalty.connections import CallbackMode
from models import db
from web import bodies
from web.context import CONTEXT, Account
from web.logs import log
from web.metrics import count_inbound_event
from web.refusals import RequestRefused
from web.server import add_lane
from wechat import replies
from wechat.crypto import Crypto, check_age
from wechat.errors import BadCiphertext, BadSignature, BadXml, CallbackRefused, Stale
from wechat.inbound import parse, parse_outer

KIND = "official_account"
OPENID_LIMIT = 128

CONVERSATIONS = web.AppKey("conversations", Conversations)


class Query(Struct, frozen=True):
    """What the platform signs every request with."""

    signature: str = ""
    timestamp: str = ""
    nonce: str = ""
    msg_signature: str = ""
    encrypt_type: str = ""
    echostr: str = ""


def add_to(app: web.Application) -> None:
    """Answer under /wechat/APP_ID for every official account of the context."""
    app[CONVERSATIONS] = conversations = Conversations(app[CONTEXT])
    for app_id, account in app[CONTEXT].accounts.items():
        callback = Callback(account, conversations, app[CONTEXT].clock)
        app.router.add_get(f"/wechat/{app_id}", callback.verify)
        add_lane(app, "POST", f"/wechat/{app_id}", callback.receive)
    app.on_cleanup.append(_finish)


async def _finish(app: web.Application) -> None:
    await app[CONVERSATIONS].finish()


class Callback:
    """The callback of one account."""

    def __init__(
        self, account: Account, conversations: Conversations, clock: Callable[[], datetime]
    ) -> None:
        settings = account.connection.settings
        self._account = account
        self._settings = settings
        self._conversations = conversations
        self._clock = clock
        self._crypto = Crypto(
            token=settings.token,
            encoding_aes_key=settings.encoding_aes_key,
            previous_encoding_aes_key=settings.previous_encoding_aes_key,
            receive_id=settings.app_id,
        )

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the platform's question whether this address is ours."""
        try:
            query = self._signed(request)
            if not query.echostr:
                raise BadSignature("nothing to echo")
        except CallbackRefused as refused:
            return refuse(KIND, self._settings.app_id, refused)
        return web.Response(text=query.echostr, content_type="text/plain")

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one message or event."""
        ends = asyncio.get_running_loop().time() + BUDGET_SECONDS
        try:
            query = self._signed(request)
            raw = await bodies.read(request, limit_bytes=BODY_LIMIT_BYTES, seconds=BODY_SECONDS)
            heard = self._heard(query, raw)
            reply = await self._conversations.answer(heard, ends=ends)
        except (CallbackRefused, RequestRefused) as refused:
            return refuse(KIND, self._settings.app_id, refused)
        except Replayed:
            used = Stale("the nonce was used before")
            return refuse(KIND, self._settings.app_id, used)
        except (*db.Unreachable, Overloaded, TimeoutError) as failure:
            log.warning("callback_not_taken", error=type(failure).__name__)
            count_inbound_event(KIND, "not_taken")
            return web.Response(status=503, text="try again", headers={"Retry-After": "5"})
        count_inbound_event(KIND, "answered")
        return self._answer(query, reply)

    def _signed(self, request: web.Request) -> Query:
        query = _query(request)
        self._crypto.check_signature(query.signature, query.timestamp, query.nonce)
        check_age(query.timestamp, self._clock())
        return query

    def _heard(self, query: Query, raw: bytes) -> Heard:
        body = self._opened(query, raw)
        inbound = parse(body)
        if inbound.to_user != self._settings.original_id:
            raise BadSignature("meant for another account")
        if len(inbound.from_user) > OPENID_LIMIT:
            raise BadXml("FromUserName is no openid")
        return Heard(self._account, inbound, body, nonce=f"{query.timestamp}:{query.nonce}")

    def _opened(self, query: Query, raw: bytes) -> bytes:
        """Return the message itself. With a key configured only what is sealed is believed."""
        if self._settings.mode is CallbackMode.PLAIN:
            if query.encrypt_type not in ("", "raw"):
                raise BadCiphertext("this account is in plain mode")
            return raw
        if query.encrypt_type != "aes":
            raise BadSignature("this account takes sealed messages only")
        sealed = parse_outer(raw).encrypt
        if sealed is None:
            raise BadCiphertext("nothing is sealed")
        self._crypto.check_message_signature(
            query.msg_signature, query.timestamp, query.nonce, sealed
        )
        return self._crypto.decrypt(sealed)

    def _answer(self, query: Query, reply: bytes) -> web.Response:
        if self._settings.mode is not CallbackMode.PLAIN:
            reply = replies.encrypted(
                self._crypto, reply, timestamp=query.timestamp, nonce=query.nonce
            )
        kind = "text/plain" if reply == replies.nothing() else "application/xml"
        return web.Response(body=reply, headers=_HEADERS[kind])


def _query(request: web.Request) -> Query:
    return msgspec.convert(asked_once(request), Query)


_HEADERS: Mapping[str, Mapping[str, str]] = {
    kind: {"Content-Type": f"{kind}; charset=utf-8"} for kind in ("text/plain", "application/xml")
}
