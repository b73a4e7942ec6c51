"""The control API of the mini-program on a phone: what `wx` asks of WeChat, and of its server."""

import msgspec
from aiohttp import web

from simulator.gate import CHINA
from simulator.play_answers import Denied, body_of, consumer_of, said
from simulator.relay import Asked, NoAnswer, NotAllowed


class LoginWish(msgspec.Struct, forbid_unknown_fields=True):
    """Body of miniprogram/login; `blocked` plays a high-risk user."""

    blocked: bool = False


class PhoneWish(msgspec.Struct, forbid_unknown_fields=True):
    """Body of miniprogram/phone."""

    phone: str


async def login(request: web.Request) -> web.Response:
    """What wx.login gives."""
    wish = await body_of(request, LoginWish)
    code = request.app[CHINA].logins.login_code(consumer_of(request), blocked=wish.blocked)
    return said({"code": code})


async def phone(request: web.Request) -> web.Response:
    """What the getPhoneNumber button gives."""
    wish = await body_of(request, PhoneWish)
    if not (len(wish.phone) == 11 and wish.phone.isascii() and wish.phone.isdecimal()):
        raise Denied(400, "bad_request", "a mobile number has eleven digits")
    china, consumer = request.app[CHINA], consumer_of(request)
    china.authorizations.give(consumer, "phone")
    return said({"code": china.logins.phone_code(consumer, wish.phone)})


async def ask(request: web.Request) -> web.Response:
    """What wx.request brings: the server's answer, whatever its status."""
    asked, consumer = await body_of(request, Asked), consumer_of(request)
    request.app[CHINA].logins.see(consumer)
    try:
        return said(await request.app[CHINA].relay.carry(asked, consumer.id))
    except NotAllowed as error:
        raise Denied(403, "not_in_domain_list", str(error)) from error
    except NoAnswer as error:
        raise Denied(502, "no_answer", str(error)) from error


ROUTES = (
    web.post("/play/consumers/{id}/miniprogram/login", login),
    web.post("/play/consumers/{id}/miniprogram/phone", phone),
    web.post("/play/consumers/{id}/miniprogram/request", ask),
)
