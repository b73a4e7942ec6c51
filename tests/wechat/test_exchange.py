"""What an answer of the platform means, whatever it looks like."""

import asyncio
import gzip
import logging
import traceback

import aiohttp
import pytest
from aiohttp import web

from tests.wechat.conftest import IMPATIENT, PATIENT, another
from tests.wechat.platform import (
    APP_ID,
    NOT_LATEST,
    SECRET,
    Platform,
    answers_http,
    cut,
    hang_up,
    never,
)
from wechat.errors import (
    CallFailed,
    QuotaSpent,
    Rejected,
    TryAgain,
    UnknownOutcome,
    WindowClosed,
)
from wechat.exchange import Limits
from wechat.official_account import OfficialAccount
from wechat.tokens import MemoryTokens

SEND = "/cgi-bin/message/custom/send"
INFO = "/cgi-bin/user/info"
STABLE = "/cgi-bin/stable_token"
BUSY = {"errcode": -1, "errmsg": "system error"}
OK = {"errcode": 0, "errmsg": "ok"}


@pytest.mark.parametrize(
    ("errcode", "kind"),
    [
        (45015, WindowClosed),
        (45047, WindowClosed),
        (43101, WindowClosed),
        ("45009", QuotaSpent),
        (40003, Rejected),
        (99999, Rejected),
        (-1, TryAgain),
        ("not a number", UnknownOutcome),
        ("9" * 5000, UnknownOutcome),
        ([1], UnknownOutcome),
    ],
)
async def test_errors_are_sorted_by_what_to_do(
    account: OfficialAccount, platform: Platform, errcode: object, kind: type[CallFailed]
) -> None:
    platform.answers[SEND] = [{"errcode": errcode, "errmsg": "no hint: [a_1]"}]
    with pytest.raises(CallFailed) as failed:
        await account.message.send_text("o1", "hi")
    assert type(failed.value) is kind


@pytest.mark.parametrize("errcode", [None, 0, "0"])
async def test_an_answer_without_a_real_errcode_is_a_success(
    account: OfficialAccount, platform: Platform, errcode: object
) -> None:
    platform.answers[INFO] = [{"errcode": errcode, "openid": "o1"}]
    assert (await account.user.get("o1"))["openid"] == "o1"


async def test_an_answer_of_429_had_no_effect(account: OfficialAccount, platform: Platform) -> None:
    platform.answers[SEND] = [answers_http(429)]
    with pytest.raises(TryAgain):
        await account.message.send_text("o1", "hi")
    assert platform.paths().count(SEND) == 1


@pytest.mark.parametrize("status", [301, 302, 400, 404])
async def test_other_http_statuses_are_final_and_no_redirect_is_followed(
    account: OfficialAccount, platform: Platform, status: int
) -> None:
    platform.answers[INFO] = [
        lambda _: web.Response(status=status, headers={"Location": f"{platform.base}/thief"})
    ]
    with pytest.raises(Rejected):
        await account.user.get("o1")
    assert platform.paths() == [STABLE, INFO]


async def test_json_is_read_whatever_it_is_called_and_whatever_is_in_it(
    account: OfficialAccount, platform: Platform
) -> None:
    body = b'{"nickname":"a\x01\xf0\x9f\xb1","id":24500000000000001999}'
    for kind in ("text/plain", "image/jpeg", "application/octet-stream"):
        platform.answers[INFO] = [answers_http(200, body, kind)]
        read = await account.user.get("o1")
        assert (read["nickname"], read["id"]) == ("a\x01\ufffd", 24500000000000001999)


async def test_a_medium_comes_as_bytes_and_its_error_as_an_error(
    account: OfficialAccount, platform: Platform
) -> None:
    path = "/cgi-bin/media/get"
    picture = b"\xff\xd8\xff" + b"x" * 100_000
    platform.answers[path] = [
        answers_http(200, picture, "image/jpeg"),
        answers_http(200, b'{"errcode":40007,"errmsg":"invalid media_id"}', "image/jpeg"),
        lambda _: web.Response(body=b'{"a":1}', headers={"Content-Disposition": "attachment"}),
    ]
    assert await account.media.download("M1") == picture
    with pytest.raises(Rejected, match="40007 invalid media_id"):
        await account.media.download("M1")
    assert await account.media.download("M1") == b'{"a":1}'


async def test_an_answer_over_the_limit_is_not_taken_in(
    account: OfficialAccount, platform: Platform
) -> None:
    small = another(account, platform, limits=Limits(answer_limit_bytes=1000))
    platform.answers[SEND] = [answers_http(200, b"x" * 1001, "image/jpeg")]
    with pytest.raises(UnknownOutcome, match="more than 1000 bytes"):
        await small.message.send_text("o1", "hi")


async def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_taken_in(
    account: OfficialAccount, platform: Platform
) -> None:
    packed = gzip.compress(b"\0" * 60_000_000)
    platform.answers[SEND] = [
        lambda _: web.Response(
            body=packed, headers={"Content-Encoding": "gzip", "Content-Type": "image/png"}
        )
    ]
    with pytest.raises(UnknownOutcome, match="more than"):
        await account.message.send_text("o1", "hi")


@pytest.mark.parametrize("limits", [IMPATIENT])
async def test_neither_logs_nor_errors_show_the_secret_or_the_token(
    account: OfficialAccount, platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    troubles = [
        NOT_LATEST,
        BUSY,
        hang_up,
        cut,
        never,
        answers_http(404),
        answers_http(500),
    ]
    for trouble in troubles:
        platform.answers[INFO] = [trouble] * 3
        with pytest.raises(CallFailed) as failed:
            await account.user.get("o1")
        told += traceback.format_exception(failed.value)
    platform.answers["/cgi-bin/token"] = [hang_up] * 3
    with pytest.raises(CallFailed) as failed:
        await another(account, platform, token_endpoint="token").token()
    told += traceback.format_exception(failed.value)
    text = caplog.text + "".join(told) + repr(account)
    assert SECRET not in text
    assert "TOKEN-" not in text


async def test_an_answer_that_is_not_http_does_not_show_the_address(
    http: aiohttp.ClientSession, tokens: MemoryTokens
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 nonsense\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    broken = OfficialAccount(
        http,
        tokens,
        app_id=APP_ID,
        app_secret=SECRET,
        api_base=base,
        token_endpoint="token",
        limits=PATIENT,
    )
    with pytest.raises(TryAgain) as failed:
        await broken.token()
    assert SECRET not in "".join(traceback.format_exception(failed.value))
    server.close()
    await server.wait_closed()
