"""The mini-program: login codes, session keys, phone numbers (B1)."""

import base64
import hashlib
import hmac
import os
from collections import Counter
from typing import Literal

import msgspec

from simulator.api import MINIPROGRAM, OK, Answer, Call, Endpoint
from simulator.assumed import Assumed
from simulator.clock import Clock
from simulator.consumers import Consumer
from simulator.errors import Refused
from simulator.tokens import credentials

KEPT_CODES = 1000
CodeKind = Literal["login", "phone"]


class Code(msgspec.Struct):
    """A single-use code that the client gave to its server."""

    kind: CodeKind
    consumer_id: str
    ends_at: int
    phone: str = ""
    blocked: bool = False
    used: bool = False


class LoginsState(msgspec.Struct):
    """Codes, oldest first, the living session keys, and when each was last there, by consumer."""

    codes: dict[str, Code] = {}
    session_keys: dict[str, list[str]] = {}
    seen_at: dict[str, int] = {}


class Logins:
    """Who is logged in to the mini-program."""

    def __init__(self, state: LoginsState, assumed: Assumed, clock: Clock) -> None:
        self.state = state
        self._assumed = assumed
        self._clock = clock
        self._minute = 0
        self._logins: Counter[str] = Counter()

    def see(self, consumer: Consumer) -> None:
        """She is in the mini-program now."""
        self.state.seen_at[consumer.id] = self._clock.now()

    def was_there(self, consumer: Consumer) -> bool:
        """Whether she was in the mini-program a short while ago."""
        seen_at = self.state.seen_at.get(consumer.id)
        return seen_at is not None and self._clock.now() - seen_at < self._assumed.content_seconds

    def login_code(self, consumer: Consumer, *, blocked: bool) -> str:
        """What wx.login gives; `blocked` makes it the code of a high-risk user."""
        self.see(consumer)
        ends_at = self._clock.now() + self._assumed.login_code_seconds
        return self._keep(Code("login", consumer.id, ends_at, blocked=blocked), 24)

    def phone_code(self, consumer: Consumer, phone: str) -> str:
        """What the getPhoneNumber button gives."""
        ends_at = self._clock.now() + self._assumed.phone_code_seconds
        return self._keep(Code("phone", consumer.id, ends_at, phone=phone), 48)

    def redeem(self, code: str, kind: CodeKind) -> Code:
        """Uses a code up. Raises: Refused 40029, 40163, 40226."""
        found = self.state.codes.get(code)
        if found is None or found.kind != kind:
            raise Refused(40029)
        if found.used:
            raise Refused(40163 if kind == "login" else 40029)
        if found.ends_at <= self._clock.now():
            raise Refused(40029)
        found.used = True
        if found.blocked:
            raise Refused(40226)
        return found

    def new_key(self, consumer_id: str) -> str:
        """A new session key; the ones before may die by it."""
        key = base64.b64encode(os.urandom(16)).decode()
        older = [] if self._assumed.session_key_dies_at_next_login else self.keys(consumer_id)
        self.state.session_keys[consumer_id] = [*older[-4:], key]
        return key

    def keys(self, consumer_id: str) -> list[str]:
        """The living session keys of a consumer."""
        return self.state.session_keys.get(consumer_id, [])

    def count(self, consumer_id: str) -> None:
        """One more login of this minute. Raises: Refused 45011."""
        minute = self._clock.now() // 60
        if minute != self._minute:
            self._minute, self._logins = minute, Counter()
        self._logins[consumer_id] += 1
        if self._logins[consumer_id] > self._assumed.logins_a_minute:
            raise Refused(45011)

    def _keep(self, code: Code, size_bytes: int) -> str:
        value = "0" + base64.urlsafe_b64encode(os.urandom(size_bytes)).decode()[:-1]
        self.state.codes[value] = code
        if len(self.state.codes) > KEPT_CODES:
            del self.state.codes[next(iter(self.state.codes))]
        return value


async def code_to_session(call: Call) -> Answer:
    """Who logged in, with the key of the session. No errcode on success."""
    query = call.query
    app_id = credentials(
        call,
        query.get("grant_type", ""),
        "authorization_code",
        app_id=query.get("appid", ""),
        secret=query.get("secret", ""),
    )
    if not query.get("js_code"):
        raise Refused(41008)
    if app_id != call.china.settings.miniprogram.app_id:
        raise Refused(40029)
    logins = call.china.logins
    code = logins.redeem(query["js_code"], "login")
    logins.count(code.consumer_id)
    consumer = call.china.consumers.state.consumers[code.consumer_id]
    call.consumer_id = consumer.id
    return {
        "session_key": logins.new_key(consumer.id),
        "openid": consumer.miniprogram_openid,
        "unionid": consumer.unionid,
    }


def _proven(call: Call) -> Consumer:
    """The consumer whose session key signed. Raises: Refused 40003, 87009."""
    consumer = call.china.consumers.by_miniprogram_openid(call.query.get("openid", ""))
    if consumer is None:
        raise Refused(40003)
    call.consumer_id = consumer.id
    if call.query.get("sig_method") != "hmac_sha256":
        raise Refused(87009)
    given = call.query.get("signature", "").encode()
    for key in call.china.logins.keys(consumer.id):
        expected = hmac.new(key.encode(), b"", hashlib.sha256).hexdigest()
        if hmac.compare_digest(expected.encode(), given):
            return consumer
    raise Refused(87009)


async def check_session(call: Call) -> Answer:
    """Whether a session key still lives."""
    _proven(call)
    return OK


async def reset_session_key(call: Call) -> Answer:
    """A new session key; all older ones die."""
    consumer = _proven(call)
    call.china.logins.state.session_keys.pop(consumer.id, None)
    key = call.china.logins.new_key(consumer.id)
    return {**OK, "openid": consumer.miniprogram_openid, "session_key": key}


class PhoneRequest(msgspec.Struct):
    """Body of /wxa/business/getuserphonenumber."""

    code: str = ""
    openid: str = ""


async def phone_number(call: Call) -> Answer:
    """The number a consumer agreed to give; `countryCode` is a number for some, text for others."""
    asked = call.json(PhoneRequest)
    if not asked.code:
        raise Refused(40029)
    code = call.china.logins.redeem(asked.code, "phone")
    consumer = call.china.consumers.state.consumers[code.consumer_id]
    call.consumer_id = consumer.id
    if asked.openid and asked.openid != consumer.miniprogram_openid:
        raise Refused(40003)
    return {
        **OK,
        "phone_info": {
            "phoneNumber": code.phone,
            "purePhoneNumber": code.phone,
            "countryCode": "86" if consumer.omits_optional_nodes else 86,
            "watermark": {"timestamp": call.china.clock.now(), "appid": call.app_id},
        },
    }


ENDPOINTS = (
    Endpoint("GET", "/sns/jscode2session", code_to_session, needs_token=False, plain_text="always"),
    Endpoint("GET", "/wxa/checksession", check_session, accounts=MINIPROGRAM),
    Endpoint("GET", "/wxa/resetusersessionkey", reset_session_key, accounts=MINIPROGRAM),
    Endpoint("POST", "/wxa/business/getuserphonenumber", phone_number, accounts=MINIPROGRAM),
)
