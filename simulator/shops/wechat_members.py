"""A shop's members by the brand's mini-program (小程序会员): asked of it, joined through it.

The shop asks the mini-program's server whether a shopper is a member there; if so she is one here,
and else the mini-program is opened with a session, which lives for ten minutes.
"""

import secrets
import time
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

import aiohttp
import msgspec

from simulator.api import MINIPROGRAM, OK, Answer, Call, Endpoint
from simulator.clock import Clock, wire_time
from simulator.consumers import Consumer
from simulator.crypto import Envelope, Undecryptable, same, signature
from simulator.errors import Refused
from simulator.settings import MiniProgram
from simulator.wire import Exchange, Wire, half
from simulator.xml import Malformed, parse, render

SESSION_SECONDS = 600
ANSWER_SECONDS = 3.0
WRONG, OF_ANOTHER_APP = 1, 2
LONGEST_IDENTITY = 64


class Shown(msgspec.Struct):
    """What shops show of a member, by the mini-program's openid; and which shops do."""

    identity: str
    outer_userid: str = ""
    shops: list[str] = []


class Session(msgspec.Struct):
    """A visit of the mini-program on which a shop sent somebody there to join."""

    shop: str
    openid: str
    ends_at: int


class Memberships:
    """The members that shops show by one mini-program."""

    def __init__(self, settings: MiniProgram, *, clock: Clock, wire: Wire) -> None:
        self.settings = settings
        self.members: dict[str, Shown] = {}
        self.sessions: dict[str, Session] = {}
        self._clock = clock
        self._wire = wire

    async def tap(self, consumer: Consumer, shop: str) -> dict[str, Any]:
        """A shopper wants to be a member of a shop: associated at once, or sent to join."""
        openid = consumer.miniprogram_openid
        asked = {"info": {"shop_appid": shop}}
        told = await self.push("channels_ec_vip_user_info_get", openid, asked)
        info = told.get("info") if isinstance(told, dict) else None
        if isinstance(info, dict) and str(info.get("is_vip")).lower() == "true":
            identity, user_id = str(info.get("identity", "")), str(info.get("outer_userid", ""))
            self._associate(openid, shop, identity, user_id)
            about = {"shop_appid": shop, "identity": identity, "outer_userid": user_id}
            about["add_time"] = int(time.time())  # type: ignore[assignment]
            await self.push("channels_ec_vip_user_auto_add", openid, {"info": about})
            return {"is_member": True}
        session_id = secrets.token_urlsafe(16)
        ends_at = self._clock.now() + SESSION_SECONDS
        self.sessions[session_id] = Session(shop, openid, ends_at)
        return {"is_member": False, "session_id": session_id, "answer": told}

    async def checkout(self, consumer: Consumer, shop: str, *, discount_fen: int) -> dict[str, Any]:
        """A member begins a checkout in a shop and places it; the server may forbid it."""
        session_id = secrets.token_urlsafe(16)
        about: dict[str, Any] = {"shop_appid": shop, "order_session_id": session_id, "scene": 1}
        openid = consumer.miniprogram_openid
        begun = {"order_info": about}
        await self.push("channels_ec_gen_order_info_init", openid, begun)
        price = {"vip_discounted_price": discount_fen}
        used = {"order_info": {**about, "unique_id": session_id, "price_info": price}}
        told = await self.push("channels_ec_order_use_vip_discount", openid, used)
        allowed = isinstance(told, dict) and str(told.get("result")) == "1"
        return {"order_session_id": session_id, "is_allowed": allowed}

    async def push(self, event: str, openid: str, about: dict[str, Any]) -> Any:
        """Tells the mini-program's server of an event, sealed; its answer, or None."""
        told = {
            "ToUserName": "gh_miniprogram",
            "FromUserName": openid,
            "CreateTime": int(time.time()),
            "MsgType": "event",
            "Event": event,
            **about,
        }
        envelope = Envelope(self.settings.push_key, self.settings.app_id)
        plain = self._written(told)
        timestamp, nonce = str(int(time.time())), secrets.token_hex(8)
        sealed, token = envelope.encrypt(plain), self.settings.push_token
        outer = {"ToUserName": "gh_miniprogram", "Encrypt": sealed}
        body = self._written(outer)
        query = {
            "signature": signature(token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "encrypt_type": "aes",
            "msg_signature": signature(token, timestamp, nonce, sealed),
        }
        status, answer = await self._post(event, f"?{urlencode(query)}", body)
        return self._read(answer, envelope) if status == 200 else None

    def add(self, session_id: str, openid: str, identity: str, user_id: str) -> None:
        """The mini-program says who joined on a visit. Raises: Refused."""
        session = self.sessions.get(session_id)
        if session is None or session.openid != openid or session.ends_at <= self._clock.now():
            raise Refused(WRONG)
        self._associate(openid, session.shop, identity, user_id)

    def update(self, openid: str, identity: str, user_id: str) -> None:
        """The mini-program says what a member is by now. Raises: Refused."""
        shown = self.members.get(openid)
        if shown is None:
            raise Refused(WRONG)
        shown.identity, shown.outer_userid = identity, user_id

    def delete(self, openid: str) -> None:
        """No shop shows her any more. Raises: Refused."""
        if self.members.pop(openid, None) is None:
            raise Refused(WRONG)

    def _associate(self, openid: str, shop: str, identity: str, user_id: str) -> None:
        if not 0 < len(identity) <= LONGEST_IDENTITY:
            raise Refused(WRONG)
        shown = self.members.setdefault(openid, Shown(identity))
        shown.identity, shown.outer_userid = identity, user_id
        if shop not in shown.shops:
            shown.shops.append(shop)

    async def _post(self, title: str, query: str, body: bytes) -> tuple[int, bytes]:
        url, started = self.settings.push_url + query, time.perf_counter()
        timeout, status, answer = aiohttp.ClientTimeout(total=ANSWER_SECONDS), 0, b""
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=body) as told,
            ):
                status, answer = told.status, await told.read()
        except (TimeoutError, aiohttp.ClientError, OSError):
            status = 0
        self._wire.add(
            Exchange(
                at=wire_time(),
                direction="to_server",
                title=title,
                method="POST",
                url=url,
                status=status,
                seconds=round(time.perf_counter() - started, 4),
                outcome="ok" if status == 200 else "no answer",
                request=half({}, body),
                response=half({}, answer),
            )
        )
        return status, answer

    def _written(self, told: dict[str, Any]) -> bytes:
        if self.settings.push_form == "json":
            return msgspec.json.encode(told)
        return render(told).encode()

    def _read(self, answer: bytes, envelope: Envelope) -> Any:
        """The answer, opened; None where it is not sealed and signed for this mini-program."""
        if answer == b"success":
            return "success"
        try:
            outer = self._fields(answer)
            signed = (str(outer["TimeStamp"]), str(outer["Nonce"]), str(outer["Encrypt"]))
            if not same(signature(self.settings.push_token, *signed), str(outer["MsgSignature"])):
                return None
            return self._fields(envelope.decrypt(signed[2]))
        except (KeyError, TypeError, Undecryptable, Malformed, msgspec.MsgspecError):
            return None

    def _fields(self, body: bytes) -> dict[str, Any]:
        if self.settings.push_form == "json":
            return msgspec.json.decode(body, type=dict[str, Any])
        return _nodes(parse(body))


def _nodes(element: Element) -> dict[str, Any]:
    return {one.tag: _nodes(one) if len(one) else one.text or "" for one in element}


class Info(msgspec.Struct):
    """What the mini-program calls a member."""

    identity: str
    outer_userid: str = ""


class Added(msgspec.Struct):
    """Body of user/info/add."""

    session_id: str
    wxa_openid: str
    info: Info


class Updated(msgspec.Struct):
    """Body of user/info/update."""

    wxa_openid: str
    info: Info


class Named(msgspec.Struct):
    """Body of user/info/delete and get."""

    wxa_openid: str


async def add(call: Call) -> Answer:
    """Somebody joined on a visit from a shop."""
    asked = call.json(Added)
    _known(call, asked.wxa_openid)
    info = asked.info
    call.china.memberships.add(asked.session_id, asked.wxa_openid, info.identity, info.outer_userid)
    return OK


async def update(call: Call) -> Answer:
    """A member is something else by now."""
    asked = call.json(Updated)
    _known(call, asked.wxa_openid)
    call.china.memberships.update(asked.wxa_openid, asked.info.identity, asked.info.outer_userid)
    return OK


async def delete(call: Call) -> Answer:
    """A member is none any more."""
    asked = call.json(Named)
    _known(call, asked.wxa_openid)
    call.china.memberships.delete(asked.wxa_openid)
    return OK


async def get(call: Call) -> Answer:
    """What shops show of a member."""
    asked = call.json(Named)
    _known(call, asked.wxa_openid)
    shown = call.china.memberships.members.get(asked.wxa_openid) or Shown("")
    return {
        **OK,
        "info": {
            "identity": shown.identity,
            "outer_userid": shown.outer_userid,
            "related_shop_appid": shown.shops,
        },
    }


def _known(call: Call, openid: str) -> None:
    """Raises: Refused: 2, the openid is none of this mini-program."""
    if call.china.consumers.by_miniprogram_openid(openid) is None:
        raise Refused(OF_ANOTHER_APP)


ENDPOINTS = (
    Endpoint("POST", "/wxa/vip/user/info/add", add, accounts=MINIPROGRAM),
    Endpoint("POST", "/wxa/vip/user/info/update", update, accounts=MINIPROGRAM),
    Endpoint("POST", "/wxa/vip/user/info/delete", delete, accounts=MINIPROGRAM),
    Endpoint("POST", "/wxa/vip/user/info/get", get, accounts=MINIPROGRAM),
)
