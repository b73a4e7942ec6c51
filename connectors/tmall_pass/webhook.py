"""Where Tmall asks about members: verified, answered within a second, done once however often.

Order of checks: size, signature in constant time, age, form. What takes longer than the budget, or
finds the database away, is answered "ask again" (E05, E04): Tmall's flight mode fills it in later,
up to ten times within a day and in any order. The moment that each call is signed with orders them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from aiohttp import web

from connectors.reading.texts import FORM
from connectors.tmall_pass import activation
from connectors.tmall_pass.shops import Pass
from connectors.tmall_pass.signature import fits
from connectors.tmall_pass.wire import Answer, Asked, Failed, ShownMember
from loyalty import customers, member_pass, programme
from loyalty.calendar import SHANGHAI
from loyalty.errors import LoyaltyError, NotFound
from loyalty.member_pass import Found, Shown, mixed_digest
from loyalty.orders import IdentityRef
from models import IdentityKind, db
from web import bodies
from web.context import CONTEXT, now
from web.logs import log
from web.metrics import count_inbound_event

KIND = "tmall_pass"
BUDGET_SECONDS = 1.0
AHEAD_SECONDS = 300  # how far Tmall's clocks may be ahead of ours
NOBODYS_SECRET = "of no shop, so that an unknown one takes as long"
ENCODED = "application/x-www-form-urlencoded"
ILLEGAL = Failed("sign-check-failure", "Illegal request")
TOO_OLD = Failed("sign-check-failure", "timestamp")
DONE, NOBODY, BOUND, TWO, MAY_REGISTER, AGAIN = "SUC", "E01", "E02", "E03", "E04", "E05"


def add_to(app: web.Application) -> None:
    """Answer under /tmall/members/{shop} for every pass of the context."""
    app.router.add_post("/tmall/members/{shop}", receive)


async def receive(request: web.Request) -> web.Response:
    """Answer one question."""
    body = await bodies.read(request)
    known = request.app[CONTEXT].passes.get(request.match_info["shop"])
    told_at = _told_at(request, body, known)
    method = request.query.get("method", "")
    if known is None or isinstance(told_at, Failed):
        count_inbound_event(KIND, "bad_signature")
        return _json(told_at if isinstance(told_at, Failed) else ILLEGAL, 403)
    answer = METHODS.get(method)
    if answer is None:
        count_inbound_event(KIND, "unknown_method")
        return _json(Failed("method-not-supported", method[:100]), 400)
    try:
        asked = _asked(request, body)
    except msgspec.MsgspecError as error:
        count_inbound_event(KIND, "bad_request")
        return _json(Failed("parameter-invalid", str(error)[:200]), 400)
    shown = _shown(asked, known, request, told_at=told_at)
    told = await _answered(request, shown, known=known, answer=answer, asked=asked, method=method)
    if method == activation.METHOD and known.settings.activation_form == "qimen":
        said, form = activation.answered(told, as_xml=activation.is_xml(body))
        return web.Response(body=said, content_type=form)
    return _json(told, 200)


async def _answered(
    request: web.Request,
    shown: Shown,
    *,
    known: Pass,
    answer: "Method",
    asked: Asked,
    method: str,
) -> Answer:
    context = request.app[CONTEXT]
    try:
        async with asyncio.timeout(BUDGET_SECONDS):
            told = await answer(shown, asked, known, context.clock())
            if asked.mobile and told.register_code == DONE:
                phone = customers.seal_phone(_international(asked.mobile), sealer=context.sealer)
                await customers.keep_phones([phone])
    except db.Unreachable as away:
        log.warning("member_pass_late", method=method, error=type(away).__name__)
        count_inbound_event(KIND, "late")
        return LATE[method]
    count_inbound_event(KIND, "worked")
    return told


def _told_at(request: web.Request, body: bytes, known: Pass | None) -> datetime | Failed:
    """Return when a question was signed, by the programme's clock; or why it is not believed.

    A pass that we do not know reads as a wrong sign.
    """
    told = dict(request.query)
    sign = told.pop("sign", "")
    for name in filter(None, request.headers.get("top-sign-list", "").split(",")):
        # one that has no value may be lost on its way, and is signed all the same
        told[name] = unquote_plus(request.headers.get(name, ""))
    signed = body
    if request.content_type == ENCODED:
        told |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        signed = b""
    secret = known.settings.app_secret if known else NOBODYS_SECRET
    if not fits(sign, secret, told, signed) or known is None:
        return ILLEGAL
    if told.get("app_key") != known.settings.app_key:
        return ILLEGAL
    try:
        at = datetime.strptime(told.get("timestamp", ""), FORM).replace(tzinfo=SHANGHAI)
    except ValueError:
        return TOO_OLD
    age_seconds = (now() - at).total_seconds()
    if not -AHEAD_SECONDS <= age_seconds <= known.settings.max_age_seconds:
        return TOO_OLD
    # one of the future would stand against whatever is told until then
    return request.app[CONTEXT].moment_of(min(at, now()))


def _asked(request: web.Request, body: bytes) -> Asked:
    if request.content_type == ENCODED:
        return msgspec.convert(dict(parse_qsl(body.decode("utf-8", "replace"))), Asked)
    if activation.is_xml(body):
        return activation.asked(body)
    return msgspec.json.decode(body, type=Asked)


def _shown(asked: Asked, known: Pass, request: web.Request, *, told_at: datetime) -> Shown:
    sealer, settings = request.app[CONTEXT].sealer, known.settings
    phone = ""
    if asked.mobile:
        phone = customers.seal_phone(_international(asked.mobile), sealer=sealer).digest
    ouid = _named(IdentityKind.TMALL_OUID, settings.shop_code, asked.ouid)
    return Shown(
        connection_id=known.id,
        name=ouid[0] if ouid else None,
        others=_named(IdentityKind.TMALL_OMID, settings.merchant, asked.omid),
        mixed=mixed_digest(asked.mix_mobile.lower(), sealer=sealer) if asked.mix_mobile else "",
        phone=phone,
        told_at=told_at,
    )


def _named(kind: IdentityKind, scope: str, value: str) -> tuple[IdentityRef, ...]:
    return (IdentityRef(kind, scope, value),) if value else ()


def _international(mobile: str) -> str:
    return mobile if mobile.startswith("+") else f"+86{mobile}"


async def _may_bind(shown: Shown, asked: Asked, known: Pass, at: datetime) -> Answer:
    """tmall.mei.crm.member.bind.query: whether she could bind, and what she would show."""
    found = await member_pass.look(shown)
    if found.by_phone is None:
        if found.bound is not None:
            return Answer(bindable=False, bind_code=BOUND)
        return Answer(bindable=known.settings.asks_to_register, bind_code=MAY_REGISTER)
    if found.bound is not None or found.bound_name is not None:
        return Answer(bindable=False, bind_code=BOUND)
    return Answer(bindable=True, bind_code=DONE, member=await _member(found.by_phone, at))


async def _bind(shown: Shown, asked: Asked, known: Pass, at: datetime) -> Answer:
    """tmall.mei.crm.bind: she binds (1) or leaves (2)."""
    try:
        if str(asked.type) == "2":
            await member_pass.unbind(shown, at=at)
            return Answer(bind_code=DONE)
        member_id = await member_pass.bind(shown, at=at)
    except NotFound:
        return Answer(bind_code=NOBODY)
    except LoyaltyError as refusal:
        return Answer(bind_code=_code(refusal))
    return Answer(bind_code=DONE, member=await _member(member_id, at))


async def _register(shown: Shown, asked: Asked, known: Pass, at: datetime) -> Answer:
    """tmall.mei.crm.member.register: she joins; one whom we know by her number is bound."""
    try:
        member_id = await member_pass.register(shown, at=at)
    except LoyaltyError as refusal:
        log.info("member_pass_refused", code=refusal.code)
        return Answer(register_code=NOBODY)
    return Answer(register_code=DONE, member=await _member(member_id, at))


async def _query(shown: Shown, asked: Asked, known: Pass, at: datetime) -> Answer:
    """tmall.mei.crm.query: what a bound member has."""
    found: Found = await member_pass.look(shown)
    if found.bound is not None:
        return Answer(query_code=DONE, member=await _member(found.bound, at))
    return Answer(query_code=BOUND if found.by_phone is not None else NOBODY)


async def _member(member_id: int, at: datetime) -> ShownMember:
    shown = await member_pass.show(member_id, at=at)
    tiers = (await programme.recent()).tiers(at)
    return ShownMember(point=shown.points, level=tiers.grade_of(shown.tier, "tmall_grade"))


def _code(refusal: LoyaltyError) -> str:
    return {"bound_to_another": BOUND, "two_people": TWO}.get(refusal.code, NOBODY)


Method = Callable[[Shown, Asked, Pass, datetime], Awaitable[Answer]]
METHODS: Mapping[str, Method] = {
    "tmall.mei.crm.member.bind.query": _may_bind,
    "tmall.mei.crm.bind": _bind,
    "tmall.mei.crm.member.register": _register,
    "tmall.mei.crm.query": _query,
    activation.METHOD: _register,
}
LATE: Mapping[str, Answer] = {
    "tmall.mei.crm.member.bind.query": Answer(bindable=False, bind_code=AGAIN),
    "tmall.mei.crm.bind": Answer(bind_code=AGAIN),
    "tmall.mei.crm.member.register": Answer(register_code=AGAIN),
    activation.METHOD: Answer(register_code=AGAIN),
    "tmall.mei.crm.query": Answer(query_code=MAY_REGISTER),  # there E04 is: ask again
}


def _json(told: Answer | Failed, http_status: int) -> web.Response:
    return web.Response(
        status=http_status, body=msgspec.json.encode(told), content_type="application/json"
    )
