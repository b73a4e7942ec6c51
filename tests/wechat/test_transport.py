"""Calls of the platform: tokens, repeats, and what can be said of a call without an answer."""

import asyncio
import io
import socket
from datetime import UTC, datetime, timedelta

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
    TokenRefused,
    TryAgain,
    UnknownOutcome,
)
from wechat.official_account import OfficialAccount
from wechat.tokens import MemoryTokens, StoredToken
from wechat.transport import Transport

SEND = "/cgi-bin/message/custom/send"
INFO = "/cgi-bin/user/info"
STABLE = "/cgi-bin/stable_token"
BUSY = {"errcode": -1, "errmsg": "system error"}
OK = {"errcode": 0, "errmsg": "ok"}


async def test_twenty_sends_at_once_ask_for_one_token(
    account: OfficialAccount, platform: Platform
) -> None:
    await asyncio.gather(*(account.message.send_text(f"o{n}", "积分") for n in range(20)))
    assert platform.paths().count(STABLE) == 1
    sent = [call for call in platform.calls if call.path == SEND]
    assert {call.json["touser"] for call in sent} == {f"o{n}" for n in range(20)}
    assert {call.query["access_token"] for call in sent} == {"TOKEN-1"}
    assert all("积分".encode() in call.body for call in sent)


async def test_two_transports_on_one_store_ask_for_one_token(
    account: OfficialAccount, platform: Platform
) -> None:
    second = another(account, platform)
    await asyncio.gather(account.user.get("o1"), second.user.get("o2"))
    assert platform.issued == ["TOKEN-1"]


async def test_the_stable_token_is_asked_for_in_normal_mode(
    account: OfficialAccount, platform: Platform
) -> None:
    await account.token()
    asked = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    assert (platform.calls[0].method, platform.calls[0].json) == ("POST", asked)
    assert platform.calls[0].query == {}


async def test_the_old_token_endpoint_can_be_set_and_keeps_its_own_token(
    account: OfficialAccount, platform: Platform
) -> None:
    old = another(account, platform, token_endpoint="token")
    await account.user.get("o1")
    await old.user.get("o1")
    assert platform.paths() == [STABLE, INFO, "/cgi-bin/token", INFO]
    assert platform.calls[-1].query["access_token"] == "TOKEN-2"


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_a_refused_token_is_renewed_and_the_call_repeated_once(
    account: OfficialAccount, platform: Platform, errcode: int
) -> None:
    await account.token()
    platform.answers[SEND] = [{"errcode": errcode, "errmsg": "token"}]
    assert await account.message.send_text("o1", "hi") == OK
    assert platform.paths() == [STABLE, SEND, STABLE, SEND]
    assert platform.calls[-1].query["access_token"] == "TOKEN-2"


async def test_a_token_that_stays_refused_fails_after_exactly_one_retry(
    account: OfficialAccount, platform: Platform
) -> None:
    platform.answers[SEND] = [NOT_LATEST] * 9
    with pytest.raises(TokenRefused) as failed:
        await account.message.send_text("o1", "hi")
    assert platform.paths() == [STABLE, SEND, STABLE, SEND]
    assert failed.value.errcode == 40001
    assert failed.value.rid == "663dc174-0a1b2c3d-4e5f6071"


async def test_many_calls_that_fail_together_renew_the_token_once(
    account: OfficialAccount, platform: Platform
) -> None:
    await account.token()
    platform.invalidate()
    await asyncio.gather(*(account.user.get(f"o{n}") for n in range(10)))
    assert platform.issued == ["TOKEN-1", "TOKEN-2"]


async def test_a_newer_token_of_another_process_is_used_and_not_thrown_away(
    account: OfficialAccount, platform: Platform, tokens: MemoryTokens
) -> None:
    old = await account.token()
    foreign = StoredToken(platform.issue(), datetime.now(UTC) + timedelta(hours=1))

    def meanwhile(_: web.Request) -> web.Response:
        tokens._stored[account.token_key] = foreign
        return web.json_response(NOT_LATEST)

    platform.answers[SEND] = [meanwhile]
    await account.message.send_text("o1", "hi")
    assert [call.query.get("access_token") for call in platform.calls] == [None, old, foreign.value]
    assert await tokens.get(account.token_key) == foreign


@pytest.mark.parametrize(("expires_in", "fetches"), [(7200, 1), ("7200", 1), (0, 2)])
async def test_a_token_is_used_until_shortly_before_it_ends(
    account: OfficialAccount,
    platform: Platform,
    tokens: MemoryTokens,
    expires_in: object,
    fetches: int,
) -> None:
    platform.expires_in = expires_in
    await account.user.get("o1")
    await account.user.get("o1")
    assert len(platform.issued) == fetches
    stored = await tokens.get(account.token_key)
    assert stored is not None
    assert not stored.is_usable(datetime.now(UTC) + timedelta(seconds=7141))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"errcode": 40164, "errmsg": "invalid ip 1.2.3.4, not in whitelist"}, Rejected),
        ({"errcode": 40001, "errmsg": "invalid credential"}, Rejected),
        ({"errcode": 45009, "errmsg": "reach max api daily quota limit"}, QuotaSpent),
        ({"access_token": ""}, TryAgain),
        ({"access_token": "", "expires_in": 7200}, TryAgain),
        ({"access_token": "T", "expires_in": "soon"}, TryAgain),
        (answers_http(200, b"<html>"), TryAgain),
        (answers_http(200, b"[]", "application/json"), TryAgain),
    ],
)
async def test_no_token_means_no_call(
    account: OfficialAccount, platform: Platform, answer: object, kind: type[CallFailed]
) -> None:
    platform.answers[STABLE] = [answer] * 3
    with pytest.raises(kind):
        await account.message.send_text("o1", "hi")
    assert SEND not in platform.paths()


@pytest.mark.parametrize(
    "trouble", [BUSY, answers_http(502), cut, hang_up, answers_http(200, b"<html>")]
)
async def test_a_reading_call_is_repeated_twice_and_then_given_up(
    account: OfficialAccount, platform: Platform, trouble: object
) -> None:
    await account.token()
    platform.answers[INFO] = [trouble, trouble]
    assert await account.user.get("o1") == OK
    platform.answers[INFO] = [trouble] * 9
    platform.calls.clear()
    with pytest.raises(TryAgain):
        await account.user.get("o1")
    assert platform.paths() == [INFO] * 3


async def test_repeats_and_the_renewed_token_do_not_multiply(
    account: OfficialAccount, platform: Platform
) -> None:
    platform.answers[INFO] = [BUSY, NOT_LATEST, BUSY, BUSY, BUSY]
    with pytest.raises(TryAgain):
        await account.user.get("o1")
    assert platform.paths().count(INFO) == 4


@pytest.mark.parametrize("limits", [IMPATIENT])
@pytest.mark.parametrize(
    "trouble",
    [
        never,
        cut,
        hang_up,
        answers_http(502),
        answers_http(200, b'{"errc', "text/plain"),
        answers_http(200),
    ],
)
async def test_a_send_without_an_answer_is_unknown_and_not_repeated(
    account: OfficialAccount, platform: Platform, trouble: object
) -> None:
    await account.token()
    platform.answers[SEND] = [trouble]
    with pytest.raises(UnknownOutcome):
        await account.message.send_text("o1", "hi")
    assert platform.paths().count(SEND) == 1


async def test_a_send_told_that_the_system_is_busy_is_left_to_the_caller(
    account: OfficialAccount, platform: Platform
) -> None:
    platform.answers[SEND] = [BUSY]
    with pytest.raises(TryAgain) as failed:
        await account.message.send_text("o1", "hi")
    assert failed.value.after_seconds == 0
    assert platform.paths().count(SEND) == 1


async def test_a_post_that_only_reads_is_repeated(
    account: OfficialAccount, platform: Platform
) -> None:
    platform.answers["/cgi-bin/user/info/batchget"] = [BUSY, {"user_info_list": [{"openid": "o1"}]}]
    assert await account.user.get_batch(["o1"]) == [{"openid": "o1"}]


async def test_a_minute_quota_is_not_hammered(account: OfficialAccount, platform: Platform) -> None:
    platform.answers[INFO] = [{"errcode": 45011, "errmsg": "api minute-quota reach limit"}]
    with pytest.raises(TryAgain) as failed:
        await account.user.get("o1")
    assert failed.value.after_seconds == 60
    assert platform.paths().count(INFO) == 1


async def test_a_platform_that_is_not_there_can_be_tried_again(
    account: OfficialAccount, platform: Platform, tokens: MemoryTokens
) -> None:
    await account.token()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        away = another(account, platform, api_base=nobody)
        with pytest.raises(TryAgain, match="not reached"):
            await away.message.send_text("o1", "hi")


async def test_a_number_that_json_does_not_know_is_not_sent(
    account: OfficialAccount, platform: Platform
) -> None:
    with pytest.raises(ValueError, match="JSON"):
        await account.post("x", data={"a": float("nan")})
    assert platform.calls == []


@pytest.mark.parametrize("file", [b"PNG", io.BytesIO(b"PNG"), ("积分.png", b"PNG", "image/png")])
async def test_a_file_is_uploaded_whole_even_when_the_token_has_to_be_renewed(
    account: OfficialAccount, platform: Platform, file: object
) -> None:
    path = "/cgi-bin/media/upload"
    platform.answers[path] = [NOT_LATEST, {"media_id": "M1"}]
    assert (await account.media.upload("image", file))["media_id"] == "M1"
    first, second = (call for call in platform.calls if call.path == path)
    for call in (first, second):
        assert call.content_type.startswith("multipart/form-data")
        assert b'name="media"' in call.body
        assert b"filename=" in call.body
        assert b"PNG" in call.body
    assert second.query["type"] == "image"


async def test_a_call_to_another_host_is_refused_before_a_token_is_asked_for(
    account: OfficialAccount, platform: Platform
) -> None:
    for address in (
        "https://evil.cn/cgi-bin/x",
        "https://api.weixin.qq.com.evil.cn/",
        "http://127.0.0.1/",
    ):
        with pytest.raises(ValueError, match="another host"):
            await account.get(address)
    assert platform.calls == []


@pytest.mark.parametrize("base", ["", "api.weixin.qq.com", "ftp://a.cn", "http://"])
def test_a_base_address_that_is_none_is_refused_at_start(
    account: OfficialAccount, platform: Platform, base: str
) -> None:
    with pytest.raises(ValueError, match="no base address"):
        another(account, platform, api_base=base)


async def test_absent_parameters_are_left_out_and_a_slash_at_the_end_does_no_harm(
    account: OfficialAccount, platform: Platform
) -> None:
    slashed = another(account, platform, api_base=platform.base + "/")
    await slashed.get("user/get", params={"next_openid": None, "n": 1})
    assert platform.calls[-1].path == "/cgi-bin/user/get"
    assert platform.calls[-1].query == {"n": "1", "access_token": "TOKEN-1"}


def test_nothing_blocking_is_within_reach(account: OfficialAccount) -> None:
    with pytest.raises(AttributeError, match="await token"):
        _ = account.access_token
    with pytest.raises(AttributeError, match="await token"):
        account.media.get_url("M1")
    for name in ("_http", "session"):
        with pytest.raises(RuntimeError, match="async twin"):
            getattr(account, name)


class Corp(Transport):
    """What WeCom will need: another host, another token."""

    platform = "https://qyapi.weixin.qq.com"

    @property
    def token_key(self) -> str:
        return f"{self.appid}:1000002"

    async def issue_token(self) -> StoredToken:
        asked = {"corpid": self.appid, "corpsecret": self.secret}
        answer = await self.get("gettoken", params=asked, with_token=False)
        return StoredToken(answer["access_token"], datetime.now(UTC) + timedelta(hours=1))


async def test_the_classes_of_wecom_work_over_the_same_transport(
    platform: Platform, http: aiohttp.ClientSession, tokens: MemoryTokens
) -> None:
    from wechatpy.work.client.api import WeChatExternalContact, WeChatMessage

    corp = Corp(http, tokens, appid="ww1", secret="s", api_base=platform.base, limits=PATIENT)
    platform.answers["/cgi-bin/gettoken"] = [
        lambda _: web.json_response({"errcode": 0, "access_token": platform.issue()})
    ]
    assert await WeChatMessage(corp).send_text(1000002, "chen", content="新订单") == OK
    await WeChatExternalContact(corp).get("wm1")
    assert platform.paths() == [
        "/cgi-bin/gettoken",
        "/cgi-bin/message/send",
        "/cgi-bin/externalcontact/get",
    ]
    assert platform.calls[1].json["text"] == {"content": "新订单"}
