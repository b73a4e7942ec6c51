"""What TOP may answer to a call, and what becomes of the call then."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.tmall.answers import refusal
from connectors.tmall.client import TmallClient
from tests.connectors.tmall.conftest import settings
from wechat.errors import CallFailed, QuotaSpent, Rejected, TokenRefused, TryAgain
from wechat.tokens import MemoryTokens

Answering = Callable[[bytes], TmallClient]


@pytest.fixture
async def answering() -> AsyncIterator[Answering]:
    """A platform that answers one thing to every call."""
    answer = b""

    async def handle(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=answer)

    app = web.Application()
    app.router.add_post("/rest", handle)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:

        def answers(told: bytes) -> TmallClient:
            nonlocal answer
            answer = told
            entered = settings(api_base=str(server.make_url("/rest")), refresh_token=None)
            return TmallClient(entered, http=http, tokens=MemoryTokens())

        yield answers


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"code": 7, "sub_code": "accesscontrol.limited-by-api-access-count"}, TryAgain),
        ({"code": 7, "sub_code": "accesscontrol.limited-by-app-api-access-count"}, TryAgain),
        ({"code": 7, "sub_code": "accesscontrol.limited-by-dynamic-access-count"}, TryAgain),
        ({"code": 7, "sub_code": "accesscontrol.limited-by-app-access-count"}, QuotaSpent),
        ({"code": 15, "sub_code": "isp.top-remote-connection-timeout"}, TryAgain),
        ({"code": 15, "sub_code": "isv.trade-not-exist"}, Rejected),
        ({"code": 41, "sub_code": "isv.invalid-parameter"}, Rejected),
        ({"code": 26, "msg": "Missing session"}, TokenRefused),
        ({"code": 27, "sub_code": "invalid-sessionkey"}, TokenRefused),
        ({"code": 11, "sub_code": "isv.permission-api-package-limit"}, CallFailed),
        ({"code": 25, "sub_code": "isv.invalid-signature"}, CallFailed),
        ({"code": 99_999}, Rejected),
    ],
)
def test_every_refusal_is_of_the_platform_the_account_or_the_call(
    told: dict[str, Any], kind: type[CallFailed]
) -> None:
    envelope = {"error_response": msgspec.Raw(msgspec.json.encode(told))}
    found = refusal(envelope, "taobao.trade.fullinfo.get")
    assert type(found) is kind
    assert found.errcode == told["code"]


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"null",
        b'{"error_response": {}}',
        b'{"error_response": []}',
        b'{"trade_fullinfo_get_response": {}}',
        b'{"trade_fullinfo_get_response": {"trade": {"tid": 1.5}}}',
        b'{"trade_fullinfo_get_response": {"trade": {"tid": 1, "payment": 5}}}',
        b'{"trade_fullinfo_get_response": ' + b"[" * 100_000,
        b'{"trade_fullinfo_get_response": {"trade": {"tid": 1, "status": "\xff"}}}',
        b"{" + b" " * 40_000_000 + b"}",
    ],
)
async def test_answers_that_are_none_of_the_platforms_are_told_so(
    answering: Answering, told: bytes
) -> None:
    with pytest.raises(CallFailed):
        await answering(told).read("1")


async def test_empty_lists_come_without_their_wrappers(answering: Answering) -> None:
    told = b'{"trades_sold_increment_get_response": {"total_results": 0, "request_id": "x"}}'
    await answering(told).check()
