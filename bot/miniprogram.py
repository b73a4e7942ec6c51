"""The message push of a mini-program (消息推送): checked, stored, answered, and worked later.

Sealed messages only, in XML or JSON. Order of checks: size, query, signature over the sealed body
in constant time, age, ciphertext, form, receiver. Of what is told one thing concerns us: a shopper
who took an authorization back (user_authorization_revoke), or all of them as she closed her account
of WeChat (user_authorization_cancellation). What it gave is deleted, and she is signed out.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from aiohttp import web

from bot.callbacks import BODY_LIMIT_BYTES, BODY_SECONDS, asked_once, refuse
from bot.official_account import Query
from loyalty import inbox
from loyalty.inbox import Arrival
from models import db
from web import bodies
from web.context import CONTEXT, Context, MiniProgramAccount, now
from web.logs import log
from web.metrics import count_inbound_event
from web.refusals import RequestRefused
from web.revocations import take_back
from web.wake import wake
from wechat.crypto import Crypto, check_age
from wechat.errors import BadCiphertext, BadSignature, CallbackRefused
from wechat.inbound import Inbound, parse, parse_json, parse_outer, parse_outer_json
from wechat.miniprogram_events import revoked

KIND = "miniprogram"
EVENTS_AT_ONCE = 100
NOTHING = b""


def add_to(app: web.Application) -> None:
    """Answer under /wechat/APP_ID for every mini-program whose message push has a key."""
    for app_id, account in app[CONTEXT].miniprograms.items():
        if account.connection.settings.encoding_aes_key is not None:
            push = MessagePush(account)
            app.router.add_get(f"/wechat/{app_id}", push.verify)
            app.router.add_post(f"/wechat/{app_id}", push.receive)


class MessagePush:
    """The message push of one mini-program."""

    def __init__(self, account: MiniProgramAccount) -> None:
        settings = account.connection.settings
        assert settings.encoding_aes_key is not None
        self._connection = account.connection
        self._crypto = Crypto(
            token=settings.token,
            encoding_aes_key=settings.encoding_aes_key,
            previous_encoding_aes_key=None,
            receive_id=settings.app_id,
        )

    async def verify(self, request: web.Request) -> web.Response:
        """Answer the platform's question whether this address is ours."""
        try:
            query = msgspec.convert(asked_once(request), Query)
            self._crypto.check_signature(query.signature, query.timestamp, query.nonce)
            check_age(query.timestamp, now())
            if not query.echostr:
                raise BadSignature("nothing to echo")
        except CallbackRefused as refused:
            return refuse(KIND, self._connection.scope, refused)
        return web.Response(text=query.echostr, content_type="text/plain")

    async def receive(self, request: web.Request) -> web.Response:
        """Store one event and answer that it was taken."""
        context = request.config_dict[CONTEXT]
        try:
            raw = await bodies.read(request, limit_bytes=BODY_LIMIT_BYTES, seconds=BODY_SECONDS)
            query = msgspec.convert(asked_once(request), Query)
            is_new = await inbox.store([self._arrival(query, raw)], at=context.clock())
        except (CallbackRefused, RequestRefused) as refused:
            return refuse(KIND, self._connection.scope, refused)
        except db.Unreachable as away:
            log.warning("callback_not_taken", error=type(away).__name__)
            count_inbound_event(KIND, "not_taken")
            return web.Response(status=503, text="try again", headers={"Retry-After": "5"})
        count_inbound_event(KIND, "received" if is_new else "repeated")
        await wake(context.redis)
        return web.Response(text="success", content_type="text/plain")

    def _arrival(self, query: Query, raw: bytes) -> Arrival:
        is_json = raw.lstrip().startswith(b"{")
        sealed = (parse_outer_json if is_json else parse_outer)(raw).encrypt
        if sealed is None:
            raise BadCiphertext("nothing is sealed")
        self._crypto.check_message_signature(
            query.msg_signature, query.timestamp, query.nonce, sealed
        )
        check_age(query.timestamp, now())
        body = self._crypto.decrypt(sealed)
        inbound = _opened(body)
        return Arrival(
            connection_id=self._connection.id,
            event_key=inbound.dedupe_key,
            kind=f"event:{inbound.event}" if inbound.event else inbound.kind,
            sender=str(inbound.fields.get("OpenID") or inbound.from_user)[:128],
            body=body,
            nonce=None,
        )


def _opened(body: bytes) -> Inbound:
    return (parse_json if body.lstrip().startswith(b"{") else parse)(body)


class PushedEvents:
    """The mini-programs' events that wait in the inbox."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._scopes: Mapping[int, str] = {
            one.connection.id: one.connection.scope for one in context.miniprograms.values()
        }

    async def work(self, at: datetime) -> int:
        """Work what waits; return how many events there were."""
        if not self._scopes:
            return 0
        taken = await inbox.take_left(list(self._scopes), limit=EVENTS_AT_ONCE, at=at)
        for event in sorted(taken, key=lambda one: one.event_id):
            told = _opened(event.body)
            async with db.transaction():
                if (taken_back := revoked(told)) is not None:
                    app_id = self._scopes[event.connection_id]
                    customer_id = await take_back(app_id, taken_back, at=at)
                    log.info("authorization_revoked", customer_id=customer_id)
                await inbox.work_done([(event.event_id, NOTHING)], at=at)
            count_inbound_event(KIND, "worked")
        return len(taken)
