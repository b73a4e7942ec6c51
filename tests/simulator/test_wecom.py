"""The corp: its token, contacts, groups, join ways, and the events that people cause."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.app import create_app
from simulator.assumed import Assumed
from simulator.settings import (
    ConsumerSeed,
    Group,
    HelpDesk,
    MiniProgram,
    OfficialAccount,
    Settings,
    WeCom,
)
from tests.simulator.corp import AES_KEY, CORP_ID, OTHER, SECRET, TOKEN, VIP, CorpServer

Json = dict[str, Any]
CONTACTS = "/externalcontact"
GROUPS = "/externalcontact/groupchat"
DESK = "wkDESK"
AT_ONCE = Assumed(group_lag_seconds=0, callback_timeout_seconds=2.0)
WAY = {"scene": 2, "chat_id_list": [VIP], "state": "vip", "auto_create_room": 0}


@dataclass
class Corp:
    """Calls a running simulator as the corp's app does, and plays its consumers."""

    http: aiohttp.ClientSession
    origin: str
    server: CorpServer
    token: str = ""
    consumers: Json = field(default_factory=dict)

    async def ask(self, method: str, path: str, **how: Any) -> Json:
        async with self.http.request(method, self.origin + path, **how) as response:
            return dict(json.loads(await response.read()))

    async def issue(self, **changed: str) -> Json:
        query = {"corpid": CORP_ID, "corpsecret": SECRET, **changed}
        return await self.ask("GET", "/qyapi/cgi-bin/gettoken", params=query)

    async def post(self, path: str, body: object, **query: str) -> Json:
        query = {"access_token": self.token, **query}
        return await self.ask("POST", f"/qyapi/cgi-bin{path}", params=query, json=body)

    async def get(self, path: str, **query: str) -> Json:
        query = {"access_token": self.token, **query}
        return await self.ask("GET", f"/qyapi/cgi-bin{path}", params=query)

    async def play(self, path: str, **body: object) -> Json:
        return await self.ask("POST", f"/play/{path}", params={"wait": "1"}, json=body)

    async def does(self, nickname: str, deed: str, **body: object) -> Json:
        return await self.play(f"consumers/{self.consumers[nickname]['id']}/{deed}", **body)

    async def way(self, **changed: object) -> Json:
        config_id = (await self.post(f"{GROUPS}/add_join_way", {**WAY, **changed}))["config_id"]
        told = await self.post(f"{GROUPS}/get_join_way", {"config_id": config_id})
        return dict(told["join_way"])

    async def members(self, chat_id: str = VIP) -> list[Json]:
        told = await self.post(f"{GROUPS}/get", {"chat_id": chat_id, "need_name": 1})
        return [each for each in told["group_chat"]["member_list"] if each["type"] == 2]

    async def faults(self, **faults: object) -> None:
        await self.ask("POST", "/play/faults", json=faults)


def settings(url: str, assumed: Assumed = AT_ONCE, **changed: Any) -> Settings:
    groups = (Group(VIP, "VIP 群", "chen", capacity=3), Group(OTHER, "", "li"))
    desks = (HelpDesk(DESK, "积分客服", ("chen",)),)
    corp = {"staff": ("chen", "li"), "groups": groups, "help_desks": desks, **changed}
    return Settings(
        official_account=OfficialAccount(
            "wxoa", "s", "gh_1", "积分", "t", "http://127.0.0.1:1/", mode="plain"
        ),
        miniprogram=MiniProgram("wxmini", "s"),
        wecom=WeCom(CORP_ID, SECRET, TOKEN, AES_KEY, url, **corp),
        consumers=tuple(ConsumerSeed(one) for one in ("林小满", "王金", "Emma")),
        assumed=assumed,
    )


@pytest.fixture
async def begin() -> AsyncIterator[Any]:
    """Starts simulators with a corp and a server of it."""
    servers: list[TestServer] = []
    http = aiohttp.ClientSession()

    async def start(**changed: Any) -> Corp:
        heard = CorpServer()
        app = web.Application()
        app.router.add_get("/wecom", heard.verify)
        app.router.add_post("/wecom", heard.hear)
        servers.append(TestServer(app))
        await servers[-1].start_server()
        heard.url = str(servers[-1].make_url("/wecom"))
        servers.append(TestServer(create_app(settings(heard.url, **changed))))
        await servers[-1].start_server(shutdown_timeout=0.2)
        corp = Corp(http, str(servers[-1].make_url("")).rstrip("/"), heard)
        corp.token = (await corp.issue())["access_token"]
        state = await corp.ask("GET", "/play/state")
        corp.consumers = {one["nickname"]: one for one in state["consumers"]}
        return corp

    yield start
    await http.close()
    for server in reversed(servers):
        await server.close()


@pytest.fixture
async def corp(begin: Any) -> Corp:
    return await begin()


async def test_the_same_token_is_given_until_it_ends(corp: Corp) -> None:
    again = await corp.issue()
    assert again["access_token"] == corp.token
    assert 0 < again["expires_in"] <= 7200
    assert again["errcode"] == 0
    await corp.ask("POST", "/play/clock", json={"offset_seconds": 7201})
    assert (await corp.post(f"{GROUPS}/list", {"limit": 10}))["errcode"] == 42001
    assert (await corp.issue())["access_token"] != corp.token


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"corpsecret": "", "corpid": ""}, 41004),
        ({"corpid": ""}, 41002),
        ({"corpid": "wwnobody"}, 40013),
        ({"corpsecret": "wrong"}, 40001),
    ],
)
async def test_a_token_is_refused_with_the_platforms_code(
    corp: Corp, changed: dict[str, str], errcode: int
) -> None:
    refused = await corp.issue(**changed)
    assert (refused["errcode"], refused["access_token"]) == (errcode, "")
    assert f"devtool/query?e={errcode}" in refused["errmsg"]
    assert ", hint: [" in refused["errmsg"]


async def test_the_token_is_checked_before_anything_else_and_errors_hold_empty_lists(
    corp: Corp,
) -> None:
    refused = await corp.post(f"{GROUPS}/list", {"limit": "x"}, access_token="wrong")
    assert refused == {
        "errcode": 40014,
        "errmsg": "invalid access_token",
        "group_chat_list": [],
    }
    assert (await corp.post(f"{GROUPS}/get", {}, access_token=""))["errcode"] == 41001
    async with corp.http.get(f"{corp.origin}/qyapi/cgi-bin/nothing") as response:
        assert (response.status, await response.read()) == (404, b"")


async def test_groups_are_listed_by_owner_and_in_pages(corp: Corp) -> None:
    first = await corp.post(f"{GROUPS}/list", {"limit": 1})
    assert first["group_chat_list"] == [{"chat_id": VIP, "status": 0}]
    second = await corp.post(f"{GROUPS}/list", {"limit": 1, "cursor": first["next_cursor"]})
    assert [one["chat_id"] for one in second["group_chat_list"]] == [OTHER]
    assert "next_cursor" not in second
    hers = {"limit": 100, "owner_filter": {"userid_list": ["li"]}}
    assert [one["chat_id"] for one in (await corp.post(f"{GROUPS}/list", hers))["group_chat_list"]]
    unknown = {"limit": 100, "owner_filter": {"userid_list": ["nobody"]}}
    assert (await corp.post(f"{GROUPS}/list", unknown))["errcode"] == 60111


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 1001}, {"limit": 5, "cursor": "no"}])
async def test_a_list_outside_its_limits_is_refused(corp: Corp, asked: Json) -> None:
    assert (await corp.post(f"{GROUPS}/list", asked))["errcode"] == 40058


async def test_a_join_way_gets_its_code_by_a_second_call_and_nothing_is_told(corp: Corp) -> None:
    way = await corp.way(remark="备" * 40)
    assert way["remark"] == "备" * 30, "cut in silence"
    assert way["qr_code"].endswith(f"/qyapi/join/{way['config_id']}")
    async with corp.http.get(way["qr_code"]) as response:
        assert response.content_type == "image/png"
    changed = {"config_id": way["config_id"], **WAY, "state": "gold"}
    assert (await corp.post(f"{GROUPS}/update_join_way", changed))["errcode"] == 0
    told = await corp.post(f"{GROUPS}/get_join_way", {"config_id": way["config_id"]})
    assert (told["join_way"]["state"], told["join_way"]["remark"]) == ("gold", "")
    gone = {"config_id": way["config_id"]}
    assert (await corp.post(f"{GROUPS}/del_join_way", gone))["errcode"] == 0
    assert (await corp.post(f"{GROUPS}/get_join_way", gone))["errcode"] == 41044
    refused = await corp.does("林小满", "groups/join", qr_code=way["qr_code"])
    assert refused["error"]["code"] == "no_such_join_way"
    assert corp.server.heard == [], "what is done through the API raises no event"


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"scene": 3}, 40058),
        ({"chat_id_list": []}, 40058),
        ({"chat_id_list": [VIP] * 6}, 40058),
        ({"chat_id_list": ["wrNobody"]}, 40050),
        ({"state": "s" * 31}, 40058),
        ({"room_base_name": "名" * 41}, 40058),
    ],
)
async def test_a_join_way_outside_its_limits_is_refused(
    corp: Corp, changed: Json, errcode: int
) -> None:
    refused = await corp.post(f"{GROUPS}/add_join_way", {**WAY, **changed})
    assert (refused["errcode"], refused["config_id"]) == (errcode, "")


async def test_a_scan_puts_her_in_the_group_and_tells_the_server(corp: Corp) -> None:
    way = await corp.way()
    before = (await corp.post(f"{GROUPS}/get", {"chat_id": VIP}))["group_chat"]["member_version"]
    done = await corp.does("林小满", "groups/join", qr_code=way["qr_code"])
    assert [one["outcome"] for one in done["attempts"]] == ["silent"]
    (member,) = await corp.members()
    assert (member["join_scene"], member["state"], member["name"]) == (3, "vip", "林小满")
    assert member["unionid"] == corp.consumers["林小满"]["unionid"]
    told = corp.server.nodes()
    assert (told["ToUserName"], told["FromUserName"]) == (CORP_ID, "sys")
    assert (told["Event"], told["ChangeType"]) == ("change_external_chat", "update")
    assert (told["ChatId"], told["UpdateDetail"], told["JoinScene"]) == (VIP, "add_member", "3")
    assert told["MemChangeList"] == member["userid"]
    group = (await corp.post(f"{GROUPS}/get", {"chat_id": VIP}))["group_chat"]
    assert (told["LastMemVer"], told["CurMemVer"]) == (before, group["member_version"])
    assert corp.server.verifications == 1
    assert set(corp.server.queries[0]) == {"msg_signature", "timestamp", "nonce"}
    again = await corp.does("林小满", "groups/join", qr_code=way["qr_code"])
    assert again["error"]["code"] == "already_in_group"


async def test_she_leaves_or_is_put_out(corp: Corp) -> None:
    way = await corp.way()
    for nickname in ("林小满", "Emma"):
        await corp.does(nickname, "groups/join", qr_code=way["qr_code"])
    await corp.does("林小满", "groups/leave", chat_id=VIP)
    assert (corp.server.nodes()["UpdateDetail"], corp.server.nodes()["QuitScene"]) == (
        "del_member",
        "0",
    )
    await corp.does("Emma", "groups/leave", chat_id=VIP, is_put_out=True)
    assert corp.server.nodes()["QuitScene"] == "1"
    assert await corp.members() == []
    refused = await corp.does("Emma", "groups/leave", chat_id=VIP)
    assert refused["error"]["code"] == "not_in_group"


async def test_what_the_api_shows_lags_behind_the_event(begin: Any) -> None:
    corp = await begin(assumed=Assumed(group_lag_seconds=2))
    way = await corp.way()
    joined_at = time.monotonic()
    await corp.does("林小满", "groups/join", qr_code=way["qr_code"])
    seen = await corp.members()
    assert seen == [] or time.monotonic() > joined_at + 2, "a busy machine looks too late"
    while not (seen := await corp.members()):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    assert [one["name"] for one in seen] == ["林小满"]
    assert time.monotonic() > joined_at + 1.9


async def test_an_event_gets_lost_or_comes_twice(corp: Corp) -> None:
    way = await corp.way()
    lost = await corp.does("林小满", "groups/join", qr_code=way["qr_code"], event="lost")
    assert lost == {"delivery_id": None}
    assert (len(await corp.members()), corp.server.heard) == (1, [])
    await corp.does("Emma", "groups/join", qr_code=way["qr_code"], event="doubled")
    while len(corp.server.heard) < 2:  # noqa: ASYNC110 (the twin has a task of its own)
        await asyncio.sleep(0.02)
    assert corp.server.nodes(0) == corp.server.nodes(1)


async def test_an_event_is_tried_three_times_with_fresh_signatures(corp: Corp) -> None:
    corp.server.answers = [web.Response(status=503), web.Response(status=500)]
    way = await corp.way()
    done = await corp.does("林小满", "groups/join", qr_code=way["qr_code"])
    assert [one["status"] for one in done["attempts"]] == [503, 500, 200]
    assert corp.server.nodes(0) == corp.server.nodes(2)
    assert len({one["nonce"] for one in corp.server.queries}) == 3
    corp.server.answers = [web.Response(text="hello")]
    done = await corp.does("林小满", "groups/leave", chat_id=VIP)
    assert done["attempts"][0]["outcome"].startswith("invalid_answer")


async def test_a_full_group_lets_nobody_in_unless_another_may_be_made(corp: Corp) -> None:
    way = await corp.way()
    for nickname in ("林小满", "王金"):
        await corp.does(nickname, "groups/join", qr_code=way["qr_code"])
    refused = await corp.does("Emma", "groups/join", qr_code=way["qr_code"])
    assert refused["error"]["code"] == "group_full"
    roomy = await corp.way(auto_create_room=1, room_base_name="VIP", room_base_id=2)
    await corp.does("Emma", "groups/join", qr_code=roomy["qr_code"])
    made = (await corp.ask("GET", "/play/groups"))["groups"][-1]
    assert (made["name"], made["consumer_ids"]) == ("VIP2", [corp.consumers["Emma"]["id"]])


async def test_whoever_added_a_staff_member_is_a_contact(corp: Corp) -> None:
    unionid = corp.consumers["林小满"]["unionid"]
    path = f"{CONTACTS}/unionid_to_external_userid"
    assert (await corp.post(path, {"unionid": unionid}))["errcode"] == 84061
    assert (await corp.post(path, {"unionid": "nobody"}))["errcode"] == 610014
    await corp.does("林小满", "contacts", user_id="chen")
    told = corp.server.nodes()
    assert (told["ChangeType"], told["UserID"]) == ("add_external_contact", "chen")
    assert told["WelcomeCode"]
    external_user_id = (await corp.post(path, {"unionid": unionid}))["external_userid"]
    assert external_user_id == told["ExternalUserID"]
    found = await corp.get(f"{CONTACTS}/get", external_userid=external_user_id)
    assert found["external_contact"]["unionid"] == unionid
    assert [one["userid"] for one in found["follow_user"]] == ["chen"]
    refused = await corp.get(f"{CONTACTS}/get", external_userid="wmNobody")
    assert (refused["errcode"], refused["follow_user"]) == (84061, [])


async def test_contacts_of_staff_come_a_page_at_a_time_and_who_deleted_is_listed_still(
    corp: Corp,
) -> None:
    path = f"{CONTACTS}/batch/get_by_user"
    assert (await corp.get(f"{CONTACTS}/get_follow_user_list"))["follow_user"] == ["chen", "li"]
    asked: Json = {"userid_list": ["chen"], "limit": 1}
    assert (await corp.post(path, asked))["errcode"] == 84061
    await corp.does("林小满", "contacts", user_id="chen", state="shop")
    await corp.does("Emma", "contacts", user_id="chen", is_half=True)
    assert corp.server.nodes()["ChangeType"] == "add_half_external_contact"
    first = await corp.post(path, asked)
    second = await corp.post(path, {**asked, "cursor": first["next_cursor"]})
    told = [one["follow_info"] for page in (first, second) for one in page["external_contact_list"]]
    assert sorted(one["state"] for one in told) == ["", "shop"]
    assert "next_cursor" not in second
    await corp.does("林小满", "contacts/delete", user_id="chen")
    assert corp.server.nodes()["ChangeType"] == "del_follow_user"
    assert len((await corp.post(path, {**asked, "limit": 100}))["external_contact_list"]) == 2
    await corp.does("Emma", "contacts/delete", user_id="chen", is_by_staff=True)
    assert corp.server.nodes()["ChangeType"] == "del_external_contact"
    assert len((await corp.post(path, {**asked, "limit": 100}))["external_contact_list"]) == 1
    for wrong, errcode in (
        ({"userid_list": []}, 40058),
        ({"limit": 101}, 40058),
        ({"cursor": "x"}, 40058),
        ({"userid_list": ["nobody"]}, 60111),
    ):
        assert (await corp.post(path, {**asked, **wrong}))["errcode"] == errcode


async def test_a_corp_that_is_not_bound_tells_no_unionids_and_an_old_app_hears_no_list(
    begin: Any,
) -> None:
    corp = await begin(tells_unionid=False, tells_changes=False)
    way = await corp.way()
    await corp.does("林小满", "groups/join", qr_code=way["qr_code"])
    (member,) = await corp.members()
    assert "unionid" not in member
    assert not {"MemChangeList", "CurMemVer"} & set(corp.server.nodes())


async def test_a_dismissed_group_is_no_more(corp: Corp) -> None:
    await corp.play(f"groups/{VIP}/dismiss")
    assert corp.server.nodes()["ChangeType"] == "dismiss"
    assert (await corp.post(f"{GROUPS}/get", {"chat_id": VIP}))["errcode"] == 40050
