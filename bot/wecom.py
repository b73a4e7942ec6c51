"""The callback of a WeCom corp: checked, stored, answered by an empty 200, and worked later.

New contacts are welcomed at once, see `bot.welcoming`; who writes to a help desk is answered at
once, see `bot.help_desks`; so are staff who write to the app, see `bot.staff_chat`.

Order of checks: size, query, signature over the sealed body in constant time, age, ciphertext,
XML, receiver. The signature covers the body, so a nonce that comes again brings the same event.
"""

from aiohttp import web
from msgspec import Struct

from bot.callbacks import BODY_LIMIT_BYTES, BODY_SECONDS, asked_once, refuse
from bot.help_desks import HelpDesks
from bot.staff_chat import StaffChat
from bot.welcoming import Welcomes
from loyalty import inbox
from loyalty.inbox import Arrival
from models import db
from web import bodies
from web.context import CONTEXT, Corp, now
from web.logs import log
from web.metrics import count_inbound_event
from web.refusals import RequestRefused
from web.wake import wake
from wechat.crypto import Crypto, check_age
from wechat.errors import BadCiphertext, BadSignature, CallbackRefused
from wechat.inbound import Inbound, parse, parse_outer
from wechat.wecom_events import ContactChanged, DeskRang, StaffSaid, read

KIND = "wecom"

CORP_CRYPTOS = web.AppKey("corp_cryptos", dict[str, Crypto])
WELCOMES = web.AppKey("welcomes", Welcomes)
HELP_DESKS = web.AppKey("help_desks", HelpDesks)
STAFF_CHAT = web.AppKey("staff_chat", StaffChat)


class Query(Struct, frozen=True):
    """What the platform signs every request with."""

    msg_signature: str
    timestamp: str
    nonce: str
    echostr: str


def add_to(app: web.Application) -> None:
    """Answer under /wecom/{corp_id} for every corp of the context."""
    app[CORP_CRYPTOS] = {
        corp_id: Crypto(
            token=corp.connection.settings.token,
            encoding_aes_key=corp.connection.settings.encoding_aes_key,
            previous_encoding_aes_key=corp.connection.settings.previous_encoding_aes_key,
            receive_id=corp_id,
        )
        for corp_id, corp in app[CONTEXT].corps.items()
    }
    app[WELCOMES] = Welcomes(app[CONTEXT])
    app[HELP_DESKS] = HelpDesks(app[CONTEXT])
    app[STAFF_CHAT] = StaffChat(app[CONTEXT])
    app.on_cleanup.append(_finish)
    app.router.add_get("/wecom/{corp_id}", verify)
    app.router.add_post("/wecom/{corp_id}", receive)


async def _finish(app: web.Application) -> None:
    await app[WELCOMES].finish()
    await app[HELP_DESKS].finish()
    await app[STAFF_CHAT].finish()


def _corp(request: web.Request) -> Corp:
    corp = request.app[CONTEXT].corps.get(request.match_info["corp_id"])
    if corp is None:
        raise web.HTTPNotFound
    return corp


def _query(request: web.Request) -> Query:
    asked = asked_once(request)
    return Query(**{name: asked.get(name, "") for name in Query.__struct_fields__})


def _opened(request: web.Request, corp: Corp, query: Query, sealed: str) -> bytes:
    """Return what is sealed for this corp, where its signature fits and is fresh."""
    crypto = request.app[CORP_CRYPTOS][corp.connection.scope]
    crypto.check_message_signature(query.msg_signature, query.timestamp, query.nonce, sealed)
    check_age(query.timestamp, now())
    return crypto.decrypt(sealed)


async def verify(request: web.Request) -> web.Response:
    """Answer the platform's question whether this address is ours: open what it sealed."""
    corp = _corp(request)
    try:
        query = _query(request)
        echo = _opened(request, corp, query, query.echostr)
    except CallbackRefused as refused:
        return refuse(KIND, corp.connection.scope, refused)
    return web.Response(body=echo, content_type="text/plain")


async def receive(request: web.Request) -> web.Response:
    """Store one event and answer with nothing."""
    corp = _corp(request)
    try:
        raw = await bodies.read(request, limit_bytes=BODY_LIMIT_BYTES, seconds=BODY_SECONDS)
        sealed = parse_outer(raw).encrypt
        if sealed is None:
            raise BadCiphertext("nothing is sealed")
        body = _opened(request, corp, _query(request), sealed)
        inbound = parse(body)
        if inbound.to_user != corp.connection.scope:
            raise BadSignature("meant for another corp")
        is_new = await _take(request.app, corp, inbound, body)
    except (CallbackRefused, RequestRefused) as refused:
        return refuse(KIND, corp.connection.scope, refused)
    except db.Unreachable as away:
        log.warning("callback_not_taken", error=type(away).__name__)
        count_inbound_event(KIND, "not_taken")
        return web.Response(status=503, text="try again", headers={"Retry-After": "5"})
    count_inbound_event(KIND, "received" if is_new else "repeated")
    await wake(request.app[CONTEXT].redis)
    return web.Response()


async def _take(app: web.Application, corp: Corp, inbound: Inbound, body: bytes) -> bool:
    """Store an event, and begin at once with what somebody waits for; False for one of before."""
    told, arrival = read(inbound), _arrival(corp, inbound, body)
    at = app[CONTEXT].clock()
    if isinstance(told, DeskRang | StaffSaid):
        (event_id,) = await inbox.take([arrival], at=at)
        if event_id is not None and isinstance(told, DeskRang):
            app[HELP_DESKS].begin(corp, told, event_id)
        elif event_id is not None and isinstance(told, StaffSaid):
            app[STAFF_CHAT].begin(corp, told, event_id)
        return event_id is not None
    is_new = await inbox.store([arrival], at=at) > 0
    if isinstance(told, ContactChanged):
        app[WELCOMES].begin(corp, told)
    return is_new


def _arrival(corp: Corp, inbound: Inbound, body: bytes) -> Arrival:
    return Arrival(
        connection_id=corp.connection.id,
        event_key=inbound.dedupe_key,
        kind=f"event:{inbound.event}" if inbound.event else inbound.kind,
        sender=inbound.from_user,
        body=body,
        nonce=None,
    )
