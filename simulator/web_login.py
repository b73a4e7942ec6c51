"""Web pages inside WeChat: OAuth codes and tokens, tickets for the JS-SDK (A12)."""

import base64
import html
import os
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import msgspec
from yarl import URL

from simulator.api import OK, Answer, Call, Endpoint, Raw
from simulator.consumers import Consumer
from simulator.errors import Refused
from simulator.tokens import credentials

if TYPE_CHECKING:
    from simulator.world import China

KEPT_GRANTS = 500
Scope = Literal["snsapi_base", "snsapi_userinfo"]
GrantKind = Literal["code", "access", "refresh"]


class Grant(msgspec.Struct):
    """A code or a token that speaks for one consumer."""

    kind: GrantKind
    consumer_id: str
    scope: str
    ends_at: int
    used: bool = False


class WebLogins:
    """Codes, tokens and tickets; they do not outlive a restart."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}
        self.tickets: dict[str, tuple[str, int]] = {}

    def give(self, kind: GrantKind, consumer_id: str, scope: str, *, ends_at: int) -> str:
        """A new code or token."""
        value = base64.urlsafe_b64encode(os.urandom(48)).decode()
        self._grants[value] = Grant(kind, consumer_id, scope, ends_at)
        if len(self._grants) > KEPT_GRANTS:
            del self._grants[next(iter(self._grants))]
        return value

    def find(self, kind: GrantKind, value: str) -> Grant | None:
        """The grant with this value, or None."""
        grant = self._grants.get(value)
        return grant if grant and grant.kind == kind else None


def new_code(china: "China", consumer: Consumer, scope: str) -> str:
    """A code as the redirect brings it: single use, five minutes."""
    ends_at = china.clock.now() + china.settings.assumed.oauth_code_seconds
    return china.web_logins.give("code", consumer.id, scope, ends_at=ends_at)


async def authorize(call: Call) -> Answer:
    """The page of open.weixin.qq.com: one picks who one is, then is sent back with a code."""
    query, china = call.query, call.china
    target = query.get("redirect_uri", "")
    if query.get("appid") != china.settings.official_account.app_id or not target.startswith(
        ("http://", "https://")
    ):
        return Raw("<h1>参数错误</h1>".encode(), "text/html; charset=utf-8")
    consumer = china.consumers.get(query.get("consumer", ""))
    if consumer is None:
        return Raw(_picker(call), "text/html; charset=utf-8")
    code = new_code(china, consumer, query.get("scope", "snsapi_base"))
    location = URL(target).extend_query({"code": code, "state": query.get("state", "")})
    return Raw(b"", "text/html", 302, (("Location", str(location)),))


def _picker(call: Call) -> bytes:
    asked = dict(call.query)
    lines = [
        f'<li><a href="?{html.escape(urlencode(asked | {"consumer": each.id}))}">'
        f"{html.escape(each.nickname)}</a></li>"
        for each in call.china.consumers
    ]
    return f"<!doctype html><meta charset=utf-8><ul>{''.join(lines)}</ul>".encode()


async def access_token(call: Call) -> Answer:
    """A code becomes a token for one consumer."""
    query, china = call.query, call.china
    app_id = credentials(
        call,
        query.get("grant_type", ""),
        "authorization_code",
        app_id=query.get("appid", ""),
        secret=query.get("secret", ""),
    )
    if not query.get("code"):
        raise Refused(41008)
    grant = china.web_logins.find("code", query["code"])
    if grant is None or app_id != china.settings.official_account.app_id:
        raise Refused(40029)
    if grant.used:
        raise Refused(40163)
    if grant.ends_at <= china.clock.now():
        raise Refused(42003)
    grant.used = True
    refresh_ends_at = china.clock.now() + china.settings.assumed.oauth_refresh_seconds
    refresh = china.web_logins.give(
        "refresh", grant.consumer_id, grant.scope, ends_at=refresh_ends_at
    )
    return _session(call, grant, refresh)


async def refresh_token(call: Call) -> Answer:
    """A refresh token becomes a new token."""
    query, china = call.query, call.china
    if query.get("grant_type") != "refresh_token":
        raise Refused(40002)
    if query.get("appid") != china.settings.official_account.app_id:
        raise Refused(40013)
    if not query.get("refresh_token"):
        raise Refused(41003)
    grant = china.web_logins.find("refresh", query["refresh_token"])
    if grant is None:
        raise Refused(40030)
    if grant.ends_at <= china.clock.now():
        raise Refused(42002)
    return _session(call, grant, query["refresh_token"])


def _session(call: Call, grant: Grant, refresh: str) -> Answer:
    china = call.china
    consumer = china.consumers.state.consumers[grant.consumer_id]
    call.consumer_id = consumer.id
    seconds = china.settings.assumed.oauth_token_seconds
    token = china.web_logins.give(
        "access", consumer.id, grant.scope, ends_at=china.clock.now() + seconds
    )
    answer: dict[str, object] = {
        "access_token": token,
        "expires_in": seconds,
        "refresh_token": refresh,
        "openid": consumer.openid,
        "scope": grant.scope,
    }
    if grant.scope == "snsapi_userinfo":
        answer["unionid"] = consumer.unionid
    return answer


def _granted(call: Call) -> tuple[Consumer, Grant]:
    token, openid = call.query.get("access_token", ""), call.query.get("openid", "")
    if not token:
        raise Refused(41001)
    grant = call.china.web_logins.find("access", token)
    if grant is None:
        raise Refused(40001)
    if grant.ends_at <= call.china.clock.now():
        raise Refused(42001)
    consumer = call.china.consumers.state.consumers[grant.consumer_id]
    if openid != consumer.openid:
        raise Refused(40003)
    call.consumer_id = consumer.id
    return consumer, grant


async def user_info(call: Call) -> Answer:
    """What a consumer agreed to show to a web page."""
    consumer, grant = _granted(call)
    if grant.scope != "snsapi_userinfo":
        raise Refused(48001)
    return {
        "openid": consumer.openid,
        "nickname": consumer.nickname,
        "sex": 0,
        "language": "",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "privilege": [],
        "unionid": consumer.unionid,
    }


async def check(call: Call) -> Answer:
    """Whether a web token still lives."""
    _granted(call)
    return OK


async def ticket(call: Call) -> Answer:
    """The ticket that signs JS-SDK pages: the same one until it ends."""
    kind = call.query.get("type", "")
    if kind not in ("jsapi", "wx_card"):
        raise Refused(40097)
    china, now = call.china, call.china.clock.now()
    value, ends_at = china.web_logins.tickets.get(kind, ("", 0))
    if ends_at <= now:
        value = base64.urlsafe_b64encode(os.urandom(64)).decode().rstrip("=")
        ends_at = now + china.settings.assumed.ticket_seconds
        china.web_logins.tickets[kind] = (value, ends_at)
    return {**OK, "ticket": value, "expires_in": ends_at - now}


ENDPOINTS = (
    Endpoint("GET", "/connect/oauth2/authorize", authorize, needs_token=False, plain_text="always"),
    Endpoint(
        "GET", "/sns/oauth2/access_token", access_token, needs_token=False, plain_text="always"
    ),
    Endpoint(
        "GET", "/sns/oauth2/refresh_token", refresh_token, needs_token=False, plain_text="always"
    ),
    Endpoint("GET", "/sns/userinfo", user_info, needs_token=False, plain_text="always"),
    Endpoint("GET", "/sns/auth", check, needs_token=False, plain_text="always"),
    Endpoint("GET", "/cgi-bin/ticket/getticket", ticket),
)
