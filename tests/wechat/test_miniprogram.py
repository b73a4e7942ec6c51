"""Login codes, session keys and phone numbers of a mini-program."""

import aiohttp
import pytest
from aiohttp import web

from tests.wechat.conftest import PATIENT
from tests.wechat.platform import APP_ID, SECRET, Platform, hang_up
from wechat.errors import CallFailed, QuotaSpent, Rejected, TryAgain, UnknownOutcome
from wechat.miniprogram import ContentScene, MiniProgram
from wechat.tokens import MemoryTokens

LOGIN = "/sns/jscode2session"
PHONE = "/wxa/business/getuserphonenumber"


@pytest.fixture
def miniprogram(
    platform: Platform, http: aiohttp.ClientSession, tokens: MemoryTokens
) -> MiniProgram:
    return MiniProgram(
        http, tokens, app_id=APP_ID, app_secret=SECRET, api_base=platform.base, limits=PATIENT
    )


async def test_a_login_code_gives_a_session_without_any_access_token(
    miniprogram: MiniProgram, platform: Platform
) -> None:
    platform.answers[LOGIN] = [
        {"openid": "o1", "session_key": "k==", "unionid": "u1"},
        lambda _: web.Response(
            body=b'{"openid":"o2","session_key":"k"}', content_type="text/plain"
        ),
    ]
    session = await miniprogram.code2session("CODE")
    assert (session.openid, session.session_key, session.unionid) == ("o1", "k==", "u1")
    assert (await miniprogram.code2session("CODE2")).unionid == ""
    assert platform.paths() == [LOGIN, LOGIN]
    assert platform.calls[0].query == {
        "appid": APP_ID,
        "secret": SECRET,
        "js_code": "CODE",
        "grant_type": "authorization_code",
    }


def test_a_session_never_shows_its_key(miniprogram: MiniProgram) -> None:
    from wechat.miniprogram import Phone, Session

    shown = f"{Session('o1', 'KEY', 'u1')!r} {Phone('13800138000', '86')}"
    assert not any(secret in shown for secret in ("KEY", "o1", "u1", "138"))


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (hang_up, UnknownOutcome),
        ({"errcode": -1, "errmsg": "system error"}, TryAgain),
        (
            {"errcode": 40029, "errmsg": "invalid code, hints: [ req_id: uhJDVZyFe-YZguHA ]"},
            Rejected,
        ),
        ({"errcode": 40226, "errmsg": "code blocked"}, Rejected),
        ({"errcode": 45011, "errmsg": "frequency limit"}, TryAgain),
        ({"openid": "o1"}, UnknownOutcome),
    ],
)
async def test_a_login_code_is_never_sent_twice(
    miniprogram: MiniProgram, platform: Platform, trouble: object, kind: type[CallFailed]
) -> None:
    platform.answers[LOGIN] = [trouble]
    with pytest.raises(kind) as failed:
        await miniprogram.code2session("CODE")
    assert platform.paths() == [LOGIN]
    if failed.value.errcode == 40029:
        assert failed.value.rid == "uhJDVZyFe-YZguHA"


@pytest.mark.parametrize("country", [86, "86"])
async def test_a_phone_number_comes_with_its_country_as_text(
    miniprogram: MiniProgram, platform: Platform, country: object
) -> None:
    told = {"phoneNumber": "+8613800138000", "purePhoneNumber": "13800138000"}
    platform.answers[PHONE] = [{"errcode": 0, "phone_info": {**told, "countryCode": country}}]
    phone = await miniprogram.phone_number("BUTTON")
    assert (phone.number, phone.country_code) == ("13800138000", "86")
    assert platform.calls[-1].json == {"code": "BUTTON"}
    platform.answers[PHONE] = [{"errcode": 1400001, "errmsg": "quota exhausted"}]
    with pytest.raises(QuotaSpent):
        await miniprogram.phone_number("BUTTON")


async def test_a_session_key_is_checked_by_signature_and_never_sent(
    miniprogram: MiniProgram, platform: Platform
) -> None:
    assert await miniprogram.check_session("o1", "KEY") is True
    asked = platform.calls[-1].query
    assert (asked["openid"], asked["sig_method"], len(asked["signature"])) == (
        "o1",
        "hmac_sha256",
        64,
    )
    assert "KEY" not in asked.values()
    platform.answers["/wxa/checksession"] = [
        {"errcode": 87009, "errmsg": "invalid signature"},
        {"errcode": 40003, "errmsg": "invalid openid"},
    ]
    assert await miniprogram.check_session("o1", "OLD") is False
    with pytest.raises(Rejected):
        await miniprogram.check_session("o9", "KEY")


async def test_a_session_key_is_reset_at_most_once(
    miniprogram: MiniProgram, platform: Platform
) -> None:
    path = "/wxa/resetusersessionkey"
    platform.answers[path] = [{"errcode": 0, "openid": "o1", "session_key": "NEW"}, hang_up]
    assert (await miniprogram.reset_session_key("o1", "KEY")).session_key == "NEW"
    with pytest.raises(UnknownOutcome):
        await miniprogram.reset_session_key("o1", "NEW")
    assert platform.paths().count(path) == 2


async def test_codes_and_subscription_messages_of_wechatpy_work(
    miniprogram: MiniProgram, platform: Platform
) -> None:
    picture = b"\x89PNG" + b"x" * 5000
    platform.answers["/wxa/getwxacodeunlimit"] = [
        lambda _: web.Response(body=picture, content_type="image/jpeg"),
        {"errcode": 41030, "errmsg": "invalid page"},
    ]
    assert await miniprogram.wxa.get_wxa_code_unlimited("shop=7") == picture
    with pytest.raises(Rejected):
        await miniprogram.wxa.get_wxa_code_unlimited("shop=7")
    await miniprogram.wxa.send_subscribe_message("o1", "T1", {"thing1": {"value": "会员日"}})
    assert platform.paths()[-1] == "/cgi-bin/message/subscribe/send"
    assert platform.calls[-1].json["data"] == {"thing1": {"value": "会员日"}}


async def test_a_verdict_is_read_from_the_result_and_never_from_the_errcode(
    miniprogram: MiniProgram, platform: Platform
) -> None:
    path = "/wxa/msg_sec_check"
    told = {"suggest": "risky", "label": 20001}
    platform.answers[path] = [
        hang_up,
        {"errcode": 0, "errmsg": "ok", "result": told, "detail": [{"strategy": "keyword"}]},
        {"errcode": 0, "errmsg": "ok", "result": {"suggest": "perhaps", "label": 1}},
    ]
    verdict = await miniprogram.check_content("o1", "你好", scene=ContentScene.COMMENT)
    assert (verdict.suggest, verdict.label) == ("risky", 20001)
    assert platform.paths()[-2:] == [path, path]
    asked = {"version": 2, "openid": "o1", "scene": 2, "content": "你好"}
    assert platform.calls[-1].json == asked
    with pytest.raises(TryAgain):
        await miniprogram.check_content("o1", "你好", scene=ContentScene.COMMENT)
