"""The callback of an official account: who may speak to us, in which form, and how we answer.

Order of checks: size, query, signature in constant time, age, form of the mode, ciphertext, XML,
receiver. A refused callback is answered 4xx and never ``success``, so that nothing is lost in
silence; what cannot be stored now is answered 503 and the platform tries again.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping

from aiohttp import web
from msgspec import Struct

from bot.callbacks import BODY_LIMIT_BYTES, BODY_SECONDS, asked_once, refuse
from bot.conversation import BUDGET_SECONDS, Conversations, Replayed
from loyalty.coalescer import Overloaded
from loyalty.connections import CallbackMode, OfficialAccountSettings
from models import db
from web import bodies
from web.context import CONTEXT, Account
from web.logs import log
from web.metrics import count_inbound_event
from web.refusals import RequestRefused
from wechat import replies
from wechat.crypto import Crypto, check_age
from wechat.errors import BadCiphertext, BadSignature, BadXml, CallbackRefused, Stale
from wechat.inbound import Inbound, parse, parse_outer

KIND = "official_account"
OPENID_LIMIT = 128

CONVERSATIONS = web.AppKey("conversations", Conversations)
CRYPTOS = web.AppKey("cryptos", dict[str, Crypto])


class Query(Struct, frozen=True):
    """What the platform signs every request with."""

    signature: str
    timestamp: str
    nonce: str
    msg_signature: str
    encrypt_type: str
    echostr: str


def add_to(app: web.Application) -> None:
    """Answer under /wechat/{app_id} for every official account of the context."""
    app[CRYPTOS] = {}
    app.router.add_get("/wechat/{app_id}", verify)
    app.router.add_post("/wechat/{app_id}", receive)
    app.cleanup_ctx.append(_conversing)


async def _conversing(app: web.Application) -> AsyncIterator[None]:
    context = app[CONTEXT]
    app[CONVERSATIONS] = Conversations(context)
    for app_id, account in context.accounts.items():
        app[CRYPTOS][app_id] = _crypto(account.connection.settings)
    yield
    await app[CONVERSATIONS].finish()


def _crypto(settings: OfficialAccountSettings) -> Crypto:
    return Crypto(
        token=settings.token,
        encoding_aes_key=settings.encoding_aes_key,
        previous_encoding_aes_key=settings.previous_encoding_aes_key,
        receive_id=settings.app_id,
    )


def _account(request: web.Request) -> Account:
    account = request.app[CONTEXT].accounts.get(request.match_info["app_id"])
    if account is None:
        raise web.HTTPNotFound
    return account


def _query(request: web.Request) -> Query:
    asked = asked_once(request)
    return Query(**{name: asked.get(name, "") for name in Query.__struct_fields__})


def _signed(account: Account, request: web.Request) -> tuple[Crypto, Query]:
    query = _query(request)
    crypto = request.app[CRYPTOS][account.connection.scope]
    crypto.check_signature(query.signature, query.timestamp, query.nonce)
    check_age(query.timestamp, request.app[CONTEXT].clock())
    return crypto, query


async def verify(request: web.Request) -> web.Response:
    """Answer the platform's question whether this address is ours."""
    account = _account(request)
    try:
        _, query = _signed(account, request)
        if not query.echostr:
            raise BadSignature("nothing to echo")
    except CallbackRefused as refused:
        return refuse(KIND, account.connection.scope, refused)
    return web.Response(text=query.echostr, content_type="text/plain")


async def receive(request: web.Request) -> web.Response:
    """Answer one message or event."""
    ends = asyncio.get_running_loop().time() + BUDGET_SECONDS
    account = _account(request)
    try:
        crypto, query = _signed(account, request)
        raw = await bodies.read(request, limit_bytes=BODY_LIMIT_BYTES, seconds=BODY_SECONDS)
        body = _opened(crypto, query, raw, settings=account.connection.settings)
        inbound = parse(body)
        _check_names(inbound, account)
        reply = await request.app[CONVERSATIONS].answer(
            account, inbound, body, nonce=f"{query.timestamp}:{query.nonce}", ends=ends
        )
    except (CallbackRefused, RequestRefused) as refused:
        return refuse(KIND, account.connection.scope, refused)
    except Replayed:
        return refuse(KIND, account.connection.scope, Stale("the nonce was used before"))
    except (*db.Unreachable, Overloaded, TimeoutError) as failure:
        log.warning("callback_not_taken", error=type(failure).__name__)
        count_inbound_event(KIND, "not_taken")
        return web.Response(status=503, text="try again", headers={"Retry-After": "5"})
    count_inbound_event(KIND, "answered")
    return _answer(crypto, query, reply, mode=account.connection.settings.mode)


def _opened(
    crypto: Crypto, query: Query, raw: bytes, *, settings: OfficialAccountSettings
) -> bytes:
    """Return the message itself. With a key configured only what is sealed with it is believed."""
    if settings.mode is CallbackMode.PLAIN:
        if query.encrypt_type not in ("", "raw"):
            raise BadCiphertext("this account is in plain mode")
        return raw
    if query.encrypt_type != "aes":
        raise BadSignature("this account takes sealed messages only")
    sealed = parse_outer(raw).encrypt
    if sealed is None:
        raise BadCiphertext("nothing is sealed")
    crypto.check_message_signature(query.msg_signature, query.timestamp, query.nonce, sealed)
    return crypto.decrypt(sealed)


def _check_names(inbound: Inbound, account: Account) -> None:
    if inbound.to_user != account.connection.settings.original_id:
        raise BadSignature("meant for another account")
    if len(inbound.from_user) > OPENID_LIMIT:
        raise BadXml("FromUserName is no openid")


def _answer(crypto: Crypto, query: Query, reply: bytes, *, mode: CallbackMode) -> web.Response:
    if mode is not CallbackMode.PLAIN:
        reply = replies.encrypted(crypto, reply, timestamp=query.timestamp, nonce=query.nonce)
    kind = "text/plain" if reply == replies.nothing() else "application/xml"
    return web.Response(body=reply, headers=_HEADERS[kind])


_HEADERS: Mapping[str, Mapping[str, str]] = {
    kind: {"Content-Type": f"{kind}; charset=utf-8"} for kind in ("text/plain", "application/xml")
}
