"""OAuth of web pages, and tickets for the JS-SDK."""

from urllib.parse import parse_qs, urlsplit

from tests.simulator.bot import APP_ID, APP_SECRET
from tests.simulator.conftest import Json, Player

TOKEN = "/sns/oauth2/access_token"
ASKED = {"appid": APP_ID, "secret": APP_SECRET, "grant_type": "authorization_code"}


async def _code(sim: Player, consumer: Json, scope: str = "snsapi_userinfo") -> str:
    return str(
        (await sim.post(f"/play/consumers/{consumer['id']}/oauth", {"scope": scope}))["code"]
    )


async def test_a_code_becomes_a_token_once(sim: Player) -> None:
    lin = await sim.consumer()
    code = await _code(sim, lin)
    answer = await sim.get(TOKEN, code=code, **ASKED)
    assert (answer["openid"], answer["unionid"]) == (lin["openid"], lin["unionid"])
    assert (await sim.get(TOKEN, code=code, **ASKED))["errcode"] == 40163
    assert (await sim.get(TOKEN, code="nonsense", **ASKED))["errcode"] == 40029
    assert (await sim.get(TOKEN, **ASKED))["errcode"] == 41008
    late = await _code(sim, lin)
    await sim.clock(301)
    assert (await sim.get(TOKEN, code=late, **ASKED))["errcode"] == 42003


async def test_a_web_token_shows_who_it_is_with_the_right_scope_only(sim: Player) -> None:
    lin = await sim.consumer()
    for scope, errcode in (("snsapi_userinfo", 0), ("snsapi_base", 48001)):
        granted = await sim.get(TOKEN, code=await _code(sim, lin, scope), **ASKED)
        query = {"access_token": granted["access_token"], "openid": lin["openid"]}
        told = await sim.get("/sns/userinfo", **query)
        assert told.get("errcode", 0) == errcode
        assert (await sim.get("/sns/auth", **query))["errcode"] == 0
        assert (await sim.get("/sns/auth", **query | {"openid": "o"}))["errcode"] == 40003
    token = await sim.token()
    other = await sim.get("/sns/userinfo", access_token=token, openid=lin["openid"])
    assert other["errcode"] == 40001


async def test_a_refresh_token_gives_a_new_token_when_the_first_has_ended(sim: Player) -> None:
    lin = await sim.consumer()
    granted = await sim.get(TOKEN, code=await _code(sim, lin), **ASKED)
    await sim.clock(7201)
    query = {"access_token": granted["access_token"], "openid": lin["openid"]}
    assert (await sim.get("/sns/userinfo", **query))["errcode"] == 42001
    asked = {"appid": APP_ID, "grant_type": "refresh_token"}
    path, refresh = "/sns/oauth2/refresh_token", granted["refresh_token"]
    fresh = await sim.get(path, refresh_token=refresh, **asked)
    query["access_token"] = fresh["access_token"]
    assert (await sim.get("/sns/userinfo", **query))["nickname"] == "林小满"
    assert (await sim.get(path, refresh_token="x", **asked))["errcode"] == 40030


async def test_the_authorization_page_sends_the_consumer_back(sim: Player) -> None:
    lin = await sim.consumer()
    query = {
        "appid": APP_ID,
        "redirect_uri": "https://shop.example/back?from=wechat",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s1",
    }
    path = "/connect/oauth2/authorize"
    _, content_type, page = await sim.raw("GET", path, params=query)
    assert content_type.startswith("text/html")
    assert "林小满" in page.decode()
    async with sim.session.get(
        sim.origin + path, params={**query, "consumer": lin["id"]}, allow_redirects=False
    ) as response:
        assert response.status == 302
        back = parse_qs(urlsplit(response.headers["Location"]).query)
    assert (back["from"], back["state"]) == (["wechat"], ["s1"])
    assert (await sim.get(TOKEN, code=back["code"][0], **ASKED))["openid"] == lin["openid"]


async def test_a_ticket_stays_the_same_until_it_ends(sim: Player) -> None:
    path = "/cgi-bin/ticket/getticket"
    first = await sim.call(path, type="jsapi")
    assert (first["errcode"], first["expires_in"]) == (0, 7200)
    assert (await sim.call(path, type="jsapi"))["ticket"] == first["ticket"]
    assert (await sim.call(path, type="wx_card"))["ticket"] != first["ticket"]
    assert (await sim.call(path, type="poem"))["errcode"] == 40097
