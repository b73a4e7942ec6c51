"""Where WeChat tells what happens in a shop (消息推送): opened, stored, acknowledged, worked later.

A message about an order is a hint: the order is read from the platform. Messages about the shop's
own members (会员) are kept as they came. JSON or XML, as the operator chose, in security mode. An
answer other than ``success`` lets WeChat tell it again.
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from aiohttp import web

from connectors.reading.hints import pushed
from connectors.reading.wechat_callback import Callback, read_told
from loyalty import inbox
from loyalty.connections import Connected, WeChatShopSettings
from loyalty.inbox import Arrival
from models import db
from web.context import CONTEXT
from web.logs import log
from web.metrics import count_inbound_event
from web.wake import wake
from wechat.crypto import Crypto
from wechat.errors import CallbackRefused

KIND = "wechat_shop"
DONE = "success"
MEMBERS = "channels_ec_vip_"
ORDER_NUMBER_LIMIT = 100
Told = Mapping[str, Any]


def add_to(app: web.Application) -> None:
    """Answer at /ingest/wechat_shop/APP_ID for every shop of the context."""
    for account in app[CONTEXT].shops:
        connection = account.connection
        if isinstance(connection.settings, WeChatShopSettings):
            messages = Messages(connection, connection.settings)
            path = f"/ingest/wechat_shop/{connection.scope}"
            app.router.add_get(path, messages.callback.verify)
            app.router.add_post(path, messages.receive)


class Messages:
    """The messages of one shop."""

    def __init__(self, connection: Connected[Any], settings: WeChatShopSettings) -> None:
        self._connection_id = connection.id
        crypto = Crypto(
            token=settings.token,
            encoding_aes_key=settings.encoding_aes_key,
            previous_encoding_aes_key=settings.previous_encoding_aes_key,
            receive_id=settings.app_id,
        )
        self.callback = Callback(KIND, crypto)

    async def receive(self, request: web.Request) -> web.Response:
        """Store one message, if it speaks of an order or of a member."""
        body = await self.callback.opened(request)
        try:
            told = read_told(body)
        except CallbackRefused as refused:
            raise self.callback.refusal(refused) from None
        context = request.app[CONTEXT]
        try:
            if await self._store(told, body, at=context.clock()):
                await wake(context.redis)
        except db.Unreachable:
            count_inbound_event(KIND, "not_taken")
            raise
        return web.Response(text=DONE, content_type="text/plain")

    async def _store(self, told: Told, body: bytes, *, at: datetime) -> bool:
        """Store a message; True where it gives a worker something to do."""
        event, digest = str(told.get("Event", "")), sha256(body).hexdigest()[:32]
        number = _order_number(told)
        if number:
            hint = pushed(number, message_id=digest, connection_id=self._connection_id)
            return self._counted(await inbox.store([hint], at=at))
        if event.startswith(MEMBERS):
            kept = _of_member(told, event, digest=digest, connection_id=self._connection_id)
            self._counted(sum(one is not None for one in await inbox.take([kept], at=at)))
            return False
        count_inbound_event(KIND, "not_of_orders")
        log.info("push_not_of_orders", told=event[:64])
        return False

    def _counted(self, new: int) -> bool:
        count_inbound_event(KIND, "received" if new else "repeated")
        return bool(new)


def _order_number(told: Told) -> str:
    """Return the order that a message speaks of: as text, however its number was written."""
    for name in ("order_info", "finder_shop_aftersale_status_update"):
        about = told.get(name)
        number = about.get("order_id", "") if isinstance(about, dict) else ""
        if isinstance(number, str) and 0 < len(number) <= ORDER_NUMBER_LIMIT:
            return number
    return ""


def _of_member(told: Told, event: str, *, digest: str, connection_id: int) -> Arrival:
    """Return the event of a message about a member; her number is not kept.

    It has its answer, so nothing is left to be done for it.
    """
    user = told.get("user_info")
    kept = dict(told)
    if isinstance(user, dict):
        kept["user_info"] = {name: one for name, one in user.items() if name != "phone_number"}
    return Arrival(
        connection_id=connection_id,
        event_key=f"push:{digest}",
        kind=f"event:{event[:64]}",
        sender=str(told.get("FromUserName", ""))[:128],
        body=msgspec.json.encode(kept),
        nonce=None,
        reply=DONE.encode(),
    )
