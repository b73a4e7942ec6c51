"""Mini-program: login codes, session keys, phone numbers."""

import hashlib
import hmac
import json

import pytest

from simulator.assumed import Assumed
from tests.simulator.conftest import MINI_APP_ID, MINI_SECRET, Json, Player, Start

LOGIN = {"appid": MINI_APP_ID, "secret": MINI_SECRET, "grant_type": "authorization_code"}
PHONE = "/wxa/business/getuserphonenumber"


async def _code(sim: Player, consumer: Json, **body: object) -> str:
    answer = await sim.post(f"/play/consumers/{consumer['id']}/miniprogram/login", body)
    return str(answer["code"])


async def _login(sim: Player, code: str, **changed: str) -> Json:
    return await sim.get("/sns/jscode2session", js_code=code, **(LOGIN | changed))


async def test_a_login_gives_key_openid_and_unionid_and_no_errcode(sim: Player) -> None:
    lin = await sim.consumer()
    answer = await _login(sim, await _code(sim, lin))
    assert set(answer) == {"openid", "session_key", "unionid"}
    assert answer["openid"] == lin["miniprogram_openid"] != lin["openid"]
    assert answer["unionid"] == lin["unionid"]


async def test_login_answers_are_text_with_a_comma_before_the_rid(sim: Player) -> None:
    query = {**LOGIN, "js_code": "nonsense"}
    status, content_type, content = await sim.raw("GET", "/sns/jscode2session", params=query)
    assert (status, content_type) == (200, "text/plain")
    refused = json.loads(content)
    assert refused["errcode"] == 40029
    assert refused["errmsg"].startswith("invalid code, rid: ")


async def test_a_code_works_once_and_for_five_minutes(sim: Player) -> None:
    lin = await sim.consumer()
    code = await _code(sim, lin)
    await _login(sim, code)
    assert (await _login(sim, code))["errcode"] == 40163
    late = await _code(sim, lin)
    await sim.clock(301)
    assert (await _login(sim, late))["errcode"] == 40029


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"grant_type": "client_credential"}, 40002),
        ({"appid": "wxnobody"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"js_code": ""}, 41008),
    ],
)
async def test_a_wrong_login_keeps_the_code_usable(
    sim: Player, changed: dict[str, str], errcode: int
) -> None:
    code = await _code(sim, await sim.consumer())
    query = {**LOGIN, "js_code": code, **changed}
    assert (await sim.get("/sns/jscode2session", **query))["errcode"] == errcode
    assert "openid" in await _login(sim, code)


async def test_a_code_of_another_app_is_invalid(sim: Player) -> None:
    account = sim.settings.official_account
    code = await _code(sim, await sim.consumer())
    changed = {"appid": account.app_id, "secret": account.app_secret}
    assert (await _login(sim, code, **changed))["errcode"] == 40029


async def test_a_high_risk_consumer_is_blocked(sim: Player) -> None:
    code = await _code(sim, await sim.consumer(), blocked=True)
    assert (await _login(sim, code))["errcode"] == 40226


async def test_a_hundred_logins_a_minute_are_enough(start: Start) -> None:
    sim = await start(assumed=Assumed(logins_a_minute=2))
    lin = await sim.consumer()
    for _ in range(2):
        assert "openid" in await _login(sim, await _code(sim, lin))
    assert (await _login(sim, await _code(sim, lin)))["errcode"] == 45011
    await sim.clock(60)
    assert "openid" in await _login(sim, await _code(sim, lin))


def _signed(key: str) -> str:
    return hmac.new(key.encode(), b"", hashlib.sha256).hexdigest()


async def test_a_session_key_lives_until_the_next_login(sim: Player) -> None:
    lin, token = await sim.consumer(), await sim.token(MINI_APP_ID)
    key = (await _login(sim, await _code(sim, lin)))["session_key"]
    query = {
        "access_token": token,
        "openid": lin["miniprogram_openid"],
        "sig_method": "hmac_sha256",
        "signature": _signed(key),
    }
    assert (await sim.get("/wxa/checksession", **query))["errcode"] == 0
    await _login(sim, await _code(sim, lin))
    assert (await sim.get("/wxa/checksession", **query))["errcode"] == 87009


async def test_a_reset_gives_a_new_key_and_kills_the_old_one(sim: Player) -> None:
    lin, token = await sim.consumer(), await sim.token(MINI_APP_ID)
    key = (await _login(sim, await _code(sim, lin)))["session_key"]
    query = {
        "access_token": token,
        "openid": lin["miniprogram_openid"],
        "sig_method": "hmac_sha256",
        "signature": _signed(key),
    }
    fresh = await sim.get("/wxa/resetusersessionkey", **query)
    assert (fresh["errcode"], fresh["openid"]) == (0, lin["miniprogram_openid"])
    assert (await sim.get("/wxa/checksession", **query))["errcode"] == 87009
    query["signature"] = _signed(fresh["session_key"])
    assert (await sim.get("/wxa/checksession", **query))["errcode"] == 0


async def test_a_phone_code_is_not_a_login_code_and_works_once(sim: Player) -> None:
    lin, token = await sim.consumer(), await sim.token(MINI_APP_ID)
    path = f"/play/consumers/{lin['id']}/miniprogram/phone"
    code = (await sim.post(path, {"phone": "13800138000"}))["code"]
    assert (await _login(sim, code))["errcode"] == 40029
    login_code = await _code(sim, lin)
    refused = await sim.post(PHONE, {"code": login_code}, access_token=token)
    assert refused["errcode"] == 40029
    answer = await sim.post(PHONE, {"code": code}, access_token=token)
    told = answer["phone_info"]
    assert (told["phoneNumber"], told["purePhoneNumber"]) == ("13800138000", "13800138000")
    assert str(told["countryCode"]) == "86"
    assert told["watermark"]["appid"] == MINI_APP_ID
    assert (await sim.post(PHONE, {"code": code}, access_token=token))["errcode"] == 40029
    assert (await sim.call(PHONE, {"code": code}))["errcode"] == 48001


async def test_country_codes_come_as_number_and_as_text(sim: Player) -> None:
    token, kinds = await sim.token(MINI_APP_ID), set()
    for number in range(12):
        someone = await sim.post("/play/consumers", {"nickname": f"路人{number}"})
        path = f"/play/consumers/{someone['id']}/miniprogram/phone"
        code = (await sim.post(path, {"phone": "13800138000"}))["code"]
        answer = await sim.post(PHONE, {"code": code}, access_token=token)
        kinds.add(type(answer["phone_info"]["countryCode"]))
    assert kinds == {int, str}


async def test_a_shared_page_stands_as_a_card_in_the_friends_chat(sim: Player) -> None:
    lin, emma = await sim.consumer(), await sim.consumer("Emma")
    share = f"/play/consumers/{lin['id']}/miniprogram/share"
    card = {"title": "送你一份礼物", "path": "/pages/gift/gift?link=x"}
    assert await sim.post(share, {"to": emma["id"], **card}) == {"to": emma["id"]}
    note, told = await sim.chat(emma)
    assert note["text"] == "林小满 → Emma"
    assert (told["kind"], told["page_path"]) == ("miniprogram", card["path"])
    assert (await sim.post(share, {"to": "nobody", **card}))["error"]["code"] == "no_such_consumer"
    assert (await sim.post(share, {"to": emma["id"], "title": "", "path": ""}))["error"]
