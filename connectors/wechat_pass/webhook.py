"""Where WeChat asks the mini-program about members of its shops: verified, answered at once.

WeChat waits for an answer to a question: what takes longer than the budget, or finds the database
away, is none, and the shopper is asked to join. What is only told is answered ``success``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any

from aiohttp import web

from connectors.reading.wechat_callback import Callback
from connectors.wechat_pass import checkouts, wire
from connectors.wechat_pass.shops import Pass
from loyalty import customers, inbox, member_pass, programme
from loyalty.errors import LoyaltyError, NotFound
from loyalty.inbox import Arrival
from loyalty.member_pass import Shown
from loyalty.orders import IdentityRef
from models import Customer, IdentityKind, db
from web.context import CONTEXT, Context
from web.logs import log
from web.metrics import count_inbound_event
from web.revocations import take_back
from wechat.crypto import Crypto
from wechat.errors import CallbackRefused
from wechat.inbound import Inbound, parse, parse_json
from wechat.miniprogram_events import Revoked, revoked

KIND = "wechat_pass"
BUDGET_SECONDS = 2.0
DONE = b"success"
ALLOWED, FORBIDDEN = 1, 2

Answer = Mapping[str, object]


def add_to(app: web.Application) -> None:
    """Answer at /wechat-pass/APP_ID for every mini-program with a pass."""
    for known in app[CONTEXT].wechat_passes.values():
        messages = Messages(app[CONTEXT], known)
        path = f"/wechat-pass/{known.scope}"
        app.router.add_get(path, messages.callback.verify)
        app.router.add_post(path, messages.receive)


class Messages:
    """The messages of one mini-program."""

    def __init__(self, context: Context, known: Pass) -> None:
        self._context = context
        self._pass = known
        crypto = Crypto(
            token=known.settings.token,
            encoding_aes_key=known.settings.encoding_aes_key,
            previous_encoding_aes_key=known.settings.previous_encoding_aes_key,
            receive_id=known.settings.app_id,
        )
        self.callback = Callback(KIND, crypto)
        self._answers: Mapping[str, Callable[[Inbound], Awaitable[Answer]]] = {
            "channels_ec_vip_user_info_get": self._is_member,
            "channels_ec_gen_order_info_init": self._begins_checkout,
            "channels_ec_order_use_vip_discount": self._uses_discount,
        }

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one message."""
        body = await self.callback.opened(request)
        try:
            told = (parse_json if wire.is_json(body) else parse)(body)
        except CallbackRefused as refused:
            raise self.callback.refusal(refused) from None
        answer = self._answers.get(told.event)
        try:
            async with asyncio.timeout(BUDGET_SECONDS):
                if told.event == "channels_ec_vip_user_auto_add":
                    await self._joined(told, body)
                elif (taken_back := revoked(told)) is not None:
                    await self._revoke(taken_back, self._kept(told, body))
                reply = DONE if answer is None else wire.said(await answer(told), like=body)
        except db.Unreachable as away:
            count_inbound_event(KIND, "late")
            log.warning("member_pass_late", method=told.event, error=type(away).__name__)
            return web.Response(status=503, headers={"Retry-After": "5"})
        count_inbound_event(KIND, "worked" if answer or reply else "received")
        return self._sealed(request, reply, like=body)

    async def _is_member(self, told: Inbound) -> Answer:
        """Say whether she is a member, and what her tier is called there."""
        name = self._name(told)
        member_id = (await customers.find([name])).get(name)
        if member_id is None:
            return wire.answer({"is_vip": False})
        at = self._context.clock()
        try:
            shown = await member_pass.show(member_id, at=at)
        except NotFound:
            return wire.answer({"is_vip": False})
        tiers = (await programme.recent()).tiers(at)
        grade = tiers.grade_of(shown.tier, "wechat_shop_grade")
        known = await Customer.get(id=member_id)
        identity = self._pass.settings.identity(grade)
        return wire.answer({"is_vip": True, "identity": identity, "outer_userid": str(known.uuid)})

    async def _joined(self, told: Inbound, body: bytes) -> None:
        """Let her whom a shop shows from now on be bound; the event is kept as it came."""
        at, told_at = self._context.clock(), wire.moment(told.fields.get("info"), "add_time")
        # one of the future would stand against whatever is told until then
        told_at = min(self._context.moment_of(told_at), at) if told_at else None
        shown = Shown(self._pass.id, self._name(told), told_at=told_at)
        try:
            await member_pass.register(shown, at=at)
        except LoyaltyError as refusal:
            log.warning("member_pass_refused", code=refusal.code)
        await inbox.take([self._kept(told, body)], at=at)

    async def _revoke(self, told: Revoked, event: Arrival) -> None:
        """Delete what she took back; a mini-program with a pass has all its messages sent here."""
        at = self._context.clock()
        async with db.transaction():
            (new,) = await inbox.take([event], at=at)
            if new is not None:
                await take_back(self._pass.settings.app_id, told, at=at)
                log.info("authorization_revoked", event_id=new)

    async def _begins_checkout(self, told: Inbound) -> Answer:
        """Note whose checkout in the shop begins; no discount of ours is offered there."""
        await self._note_checkout(told)
        return wire.answer({})

    async def _uses_discount(self, told: Inbound) -> Answer:
        """Let an order be placed, unless it is with a discount: we offered none."""
        await self._note_checkout(told)
        price = told.fields.get("order_info")
        price = price.get("price_info") if isinstance(price, dict) else None
        is_none = wire.text(price, "vip_discounted_price") in ("", "0")
        return {**wire.answer({}), "result": ALLOWED if is_none else FORBIDDEN}

    async def _note_checkout(self, told: Inbound) -> None:
        about: Any = told.fields.get("order_info")
        shop, session = wire.text(about, "shop_appid"), wire.text(about, "order_session_id")
        if shop and session:
            checkout = IdentityRef(IdentityKind.WECHAT_ORDER_SESSION, shop, session)
            await checkouts.note(self._name(told), checkout, at=self._context.clock())

    def _name(self, told: Inbound) -> IdentityRef:
        return IdentityRef(IdentityKind.OPENID, self._pass.settings.app_id, told.from_user)

    def _kept(self, told: Inbound, body: bytes) -> Arrival:
        return Arrival(
            connection_id=self._pass.id,
            event_key=f"push:{sha256(body).hexdigest()[:32]}",
            kind=f"event:{told.event[:64]}",
            sender=str(told.fields.get("OpenID") or told.from_user)[:128],
            body=body,
            nonce=None,
            reply=DONE,
        )

    def _sealed(self, request: web.Request, reply: bytes, *, like: bytes) -> web.Response:
        """Return an answer, sealed where it says something and WeChat wants it so."""
        asked = request.query
        if reply != DONE and self._pass.settings.seals_answers:
            sealed = self.callback.crypto.encrypt(
                reply, timestamp=asked["timestamp"], nonce=asked["nonce"]
            )
            reply = wire.sealed(sealed, asked["timestamp"], nonce=asked["nonce"], like=like)
        form = "text/plain" if reply == DONE else wire.form_of(like)
        return web.Response(body=reply, content_type=form)
