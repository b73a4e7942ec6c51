"""The message push of a mini-program: who may speak to us, and what she takes back is deleted."""

import json
import os
import time
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot import miniprogram as push
from bot.miniprogram import PushedEvents
from loyalty import customers, sessions
from loyalty.connections import Connected, MiniProgramSettings
from loyalty.customers import PhoneNumber
from loyalty.errors import NotFound
from loyalty.orders import IdentityRef
from models import Identity, IdentityKind, InboundEvent, ShopperSession, db
from tests.bot.platform import outer, seal, signed
from tests.web.conftest import Caller, Serve, away, context, http, lines, redis, serve
from web.context import Context, MiniProgramAccount, now
from wechat import miniprogram
from wechat.tokens import MemoryTokens

__all__ = ["away", "context", "http", "lines", "redis", "serve"]

APP_ID, TOKEN = "wxfedcba0987654321", "pushtoken"
KEY = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8"
OPENID = IdentityRef(IdentityKind.OPENID, APP_ID, "o-lin")
ADDRESS = f"/wechat/{APP_ID}"


@pytest.fixture
async def connected(database: None, context: Context, http: aiohttp.ClientSession) -> Context:
    """A process with one mini-program that has a message push."""
    settings = MiniProgramSettings(APP_ID, "f" * 32, token=TOKEN, encoding_aes_key=KEY)
    await db.fetch(
        "INSERT INTO connection (id, kind, scope, name, sealed_body, created_at)"
        " VALUES (71, 'miniprogram', $1, 'x', '', now())",
        APP_ID,
    )
    client = miniprogram.MiniProgram(
        http, MemoryTokens(), app_id=APP_ID, app_secret="f" * 32, api_base="http://127.0.0.1:1"
    )
    account = MiniProgramAccount(Connected(71, APP_ID, "积分", settings), client)
    return replace(context, miniprograms={APP_ID: account})


@pytest.fixture
async def server(serve: Serve, connected: Context) -> Caller:
    return await serve(connected, push.add_to)


async def lin(context: Context) -> str:
    """She is signed in and gave her number; return the token of her session."""
    hers = await customers.meet((OPENID,), at=now(), through="test")
    phone = PhoneNumber("13800138000", "86")
    await customers.bind_phone(hers, phone, sealer=context.sealer, at=now())
    opened = await sessions.open_for(
        hers,
        app_id=APP_ID,
        openid=OPENID.value,
        session_key="k",
        sealer=context.sealer,
        at=now(),
    )
    return opened.token


def told(event: str = "user_authorization_revoke", **more: Any) -> dict[str, Any]:
    return {
        "ToUserName": "gh_1",
        "FromUserName": OPENID.value,
        "CreateTime": int(time.time()),
        "MsgType": "event",
        "Event": event,
        "OpenID": OPENID.value,
        "AppID": APP_ID,
        "RevokeInfo": "8",
        **more,
    }


def stamps(encrypted: str, *, token: str = TOKEN, at: int | None = None) -> dict[str, str]:
    timestamp, nonce = str(int(time.time()) if at is None else at), os.urandom(6).hex()
    return {
        "timestamp": timestamp,
        "nonce": nonce,
        "signature": signed(token, timestamp, nonce),
        "msg_signature": signed(token, timestamp, nonce, encrypted),
    }


async def send(server: Caller, event: dict[str, Any], *, is_json: bool = True, **how: Any) -> int:
    if is_json:
        message = json.dumps(event).encode()
    else:
        nodes = "".join(f"<{name}>{event[name]}</{name}>" for name in event)
        message = f"<xml>{nodes}</xml>".encode()
    encrypted = seal(message, key=KEY, receive_id=how.pop("receive_id", APP_ID))
    outside = {"ToUserName": "gh_1", "Encrypt": encrypted}
    body = json.dumps(outside).encode() if is_json else outer(encrypted)
    answer = await server.ask("POST", ADDRESS, params=stamps(encrypted, **how), data=body)
    return answer.http_status


async def worked(context: Context) -> int:
    return await PushedEvents(context).work(now())


@pytest.mark.parametrize("is_json", [True, False])
async def test_what_she_takes_back_is_deleted_and_she_is_signed_out(
    server: Caller, connected: Context, is_json: bool
) -> None:
    token = await lin(connected)
    assert await send(server, told(), is_json=is_json) == 200
    assert (await sessions.find(token, at=now())).openid == OPENID.value, "answered, not yet worked"
    assert await worked(connected) == 1
    with pytest.raises(NotFound, match="session_unknown"):
        await sessions.find(token, at=now())
    assert await Identity.filter(kind="mobile").count() == 0
    assert await customers.find([OPENID]), "her points stay hers"


async def test_told_twice_is_once_and_a_number_given_again_stays(
    server: Caller, connected: Context
) -> None:
    await lin(connected)
    event = told()
    for _ in range(2):
        assert await send(server, event) == 200
    assert await worked(connected) == 1
    await lin(connected)
    assert await send(server, event) == 200
    assert await worked(connected) == 0
    assert await Identity.filter(kind="mobile").count() == 1
    assert await ShopperSession.all().count() == 1


async def test_another_authorization_leaves_the_number_and_nobody_is_no_error(
    server: Caller, connected: Context
) -> None:
    await lin(connected)
    assert await send(server, told(RevokeInfo="3,4")) == 200
    assert await send(server, told(OpenID="o-nobody", FromUserName="o-nobody")) == 200
    assert await send(server, told("user_info_modified", RevokeInfo="6")) == 200
    assert await worked(connected) == 3
    assert await Identity.filter(kind="mobile").count() == 1
    assert await InboundEvent.filter(state="worked").count() == 3


async def test_what_is_not_the_platforms_is_refused_and_stored_nowhere(server: Caller) -> None:
    assert await send(server, told(), token="another") == 403
    assert await send(server, told(), at=int(time.time()) - 3600) == 403
    assert await send(server, told(), receive_id="wx0000000000000001") in (400, 403)
    plain = json.dumps(told()).encode()
    answer = await server.ask("POST", ADDRESS, params=stamps(""), data=plain)
    assert answer.http_status == 400
    assert await InboundEvent.all().count() == 0


async def test_the_platforms_question_whether_the_address_is_ours_is_answered(
    server: Caller,
) -> None:
    asked = {**stamps(""), "echostr": "71"}
    answer = await server.get(ADDRESS, params=asked)
    assert (answer.http_status, answer.content) == (200, b"71")
    asked["signature"] = "0" * 40
    assert (await server.get(ADDRESS, params=asked)).http_status == 403
