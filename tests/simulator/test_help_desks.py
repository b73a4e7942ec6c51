"""Help desks: only a bell rings, what was said is read by a cursor, and people take over."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from simulator.assumed import Assumed
from tests.simulator.test_wecom import DESK, Corp, Json, begin, corp

__all__ = ["begin", "corp"]
QUICK = Assumed(callback_timeout_seconds=2.0, desk_rows=2, desk_code_seconds=0.2)


@dataclass
class Desk:
    """A desk as the app has it."""

    corp: Corp

    async def says(self, nickname: str, text: str, **more: str) -> Json:
        return await self.corp.does(nickname, f"desks/{DESK}/say", text=text, **more)

    async def rang(self, times: int) -> str:
        """Wait until the bell rang so often, and return the last token."""
        for _ in range(100):
            if len(self.corp.server.heard) >= times:
                return self.corp.server.nodes()["Token"]
            await asyncio.sleep(0.02)
        raise AssertionError("the bell did not ring")

    async def read(self, cursor: str = "", **more: Any) -> Json:
        body = {"open_kfid": DESK, "cursor": cursor, "limit": 1000, **more}
        return await self.corp.post("/kf/sync_msg", body)

    async def all(self) -> list[Json]:
        found: list[Json] = []
        cursor, more = "", 1
        while more:
            page = await self.read(cursor, token=await self.rang(1))
            found += page["msg_list"]
            cursor, more = page["next_cursor"], page["has_more"]
        return found

    async def writes(self, nickname: str, text: str = "您好", **more: Any) -> Json:
        body = {"touser": self.name(nickname), "open_kfid": DESK, "msgtype": "text"}
        return await self.corp.post("/kf/send_msg", body | {"text": {"content": text}} | more)

    async def trans(self, nickname: str, state: int, **more: str) -> Json:
        body = {"open_kfid": DESK, "external_userid": self.name(nickname), "service_state": state}
        return await self.corp.post("/kf/service_state/trans", body | more)

    def name(self, nickname: str) -> str:
        return self._names[nickname]

    _names: dict[str, str]


@pytest.fixture
async def desk(begin: Any) -> Desk:
    made = await begin(assumed=QUICK)
    return await opened(made)


async def opened(corp: Corp) -> Desk:
    names = {}
    for nickname in ("林小满", "王金"):
        await corp.does(nickname, f"desks/{DESK}/enter")
    for nickname, one in zip(("林小满", "王金"), (await Desk(corp, {}).all()), strict=True):
        names[nickname] = one["event"]["external_userid"]
    return Desk(corp, names)


async def test_the_bell_tells_nothing_and_the_cursor_all(desk: Desk) -> None:
    await desk.says("林小满", "积分")
    await desk.says("王金", "帮助", menu_id="help")
    token = await desk.rang(4)
    assert set(desk.corp.server.nodes()) == {
        "ToUserName",
        "FromUserName",
        "CreateTime",
        "MsgType",
        "Event",
        "Token",
        "OpenKfId",
    }
    first = await desk.read(token=token)
    assert (len(first["msg_list"]), first["has_more"]) == (2, 1)
    second = await desk.read(first["next_cursor"], token=token)
    assert (second["has_more"], [one["origin"] for one in second["msg_list"]]) == (0, [3, 3])
    points, help_ = second["msg_list"]
    assert points["text"] == {"content": "积分"}
    assert points["external_userid"] == desk.name("林小满")
    assert help_["text"] == {"content": "帮助", "menu_id": "help"}
    again = await desk.read(second["next_cursor"], token=token)
    assert (again["msg_list"], again["has_more"]) == ([], 0)
    assert again["next_cursor"] == second["next_cursor"]


async def test_without_a_token_it_may_be_read_seldom(desk: Desk) -> None:
    told = [(await desk.read())["errcode"] for _ in range(12)]
    assert told == [0] * 10 + [45009] * 2
    assert (await desk.read(token="ENCwrong"))["errcode"] == 95007
    assert (await desk.read("nonsense", token=await desk.rang(1)))["errcode"] == 40058
    elsewhere = await desk.corp.post("/kf/sync_msg", {"open_kfid": "wkNone"})
    assert (elsewhere["errcode"], elsewhere["msg_list"]) == (95000, [])


async def test_five_answers_to_each_message_each_id_once(desk: Desk) -> None:
    assert (await desk.writes("林小满"))["errcode"] == 95018  # she never wrote
    await desk.says("林小满", "积分")
    assert (await desk.writes("林小满", msgid="one"))["msgid"] == "one"
    assert (await desk.writes("林小满", msgid="one"))["errcode"] == 40058
    told = [(await desk.writes("林小满"))["errcode"] for _ in range(5)]
    assert told == [0, 0, 0, 0, 95001]
    await desk.says("林小满", "积分")
    assert (await desk.writes("林小满"))["errcode"] == 0
    await desk.corp.ask("POST", "/play/clock", json={"offset_seconds": 49 * 3600})
    desk.corp.token = (await desk.corp.issue())["access_token"]
    assert (await desk.writes("林小满"))["errcode"] == 95002


async def test_a_person_takes_over_and_gives_back(desk: Desk) -> None:
    await desk.says("林小满", "人工")
    assert (await desk.trans("林小满", 3, servicer_userid="li"))["errcode"] == 95014
    told = await desk.trans("林小满", 2)
    hint = {"code": told["msg_code"], "msgtype": "text", "text": {"content": "请稍候"}}
    assert (await desk.corp.post("/kf/send_msg_on_event", hint))["errcode"] == 0
    assert (await desk.corp.post("/kf/send_msg_on_event", hint))["errcode"] == 95007
    assert (await desk.writes("林小满"))["errcode"] == 95018
    assert (await desk.trans("林小满", 1))["errcode"] == 95016
    consumer = desk.corp.consumers["林小满"]["id"]
    phone = f"staff/chen/desks/{DESK}/{consumer}"
    await desk.corp.play(f"{phone}/take")
    await desk.corp.play(f"{phone}/answer", text="我是小陈")
    assert (await desk.writes("林小满"))["errcode"] == 95018
    await desk.corp.play(f"{phone}/close")
    refused = await desk.corp.play(f"{phone}/answer", text="还在吗")
    assert refused["error"]["code"] == "not_talking"
    said = (await desk.all())[-3:]
    changes = [one["event"]["change_type"] for one in said if one["msgtype"] == "event"]
    assert changes == [1, 3]
    assert [one["servicer_userid"] for one in said if one["origin"] == 5] == ["chen"]
    assert said[-1]["event"]["msg_code"]
    await desk.says("林小满", "积分")
    assert (await desk.writes("林小满"))["errcode"] == 0


async def test_a_welcome_once_in_two_days_and_soon(desk: Desk) -> None:
    first = (await desk.all())[0]["event"]
    await desk.corp.does("林小满", f"desks/{DESK}/enter", scene="menu")
    again = (await desk.all())[-1]["event"]
    assert "welcome_code" not in again
    assert again["scene"] == "menu"
    await asyncio.sleep(0.25)
    late = {"code": first["welcome_code"], "msgtype": "text", "text": {"content": "您好"}}
    assert (await desk.corp.post("/kf/send_msg_on_event", late))["errcode"] == 95007


@pytest.mark.parametrize(
    "menu",
    [
        {"head_content": "长" * 400, "list": [{"type": "click", "click": {"content": "积分"}}]},
        {"list": []},
        {"list": [{"type": "click", "click": {"content": ""}}]},
        {"list": [{"type": "miniprogram", "miniprogram": {"content": "看看"}}]},
        {"list": [{"type": "view", "view": {"content": "看看", "url": "javascript:1"}}]},
        {"list": [{"type": "click", "click": {"content": "积分"}}] * 11},
    ],
)
async def test_menus_that_are_none_are_refused(desk: Desk, menu: Json) -> None:
    await desk.says("林小满", "帮助")
    told = await desk.writes("林小满", msgtype="msgmenu", msgmenu=menu)
    assert (told["errcode"], told["msgid"]) == (40058, "")


async def test_who_they_are_and_the_way_in(desk: Desk) -> None:
    asked = {"external_userid_list": [desk.name("林小满"), "wmNobody"]}
    told = await desk.corp.post("/kf/customer/batchget", asked)
    assert told["invalid_external_userid"] == ["wmNobody"]
    assert told["customer_list"][0]["nickname"] == "林小满"
    assert told["customer_list"][0]["unionid"]
    way = await desk.corp.post("/kf/add_contact_way", {"open_kfid": DESK, "scene": "web"})
    assert way["url"].endswith("?enc_scene=web")
    listed = await desk.corp.get("/kf/account/list")
    assert listed["account_list"] == [{"open_kfid": DESK, "name": "积分客服"}]
    served = await desk.corp.get("/kf/servicer/list", open_kfid=DESK)
    assert served["servicer_list"] == [{"userid": "chen", "status": 0}]


async def test_staff_write_to_the_app(corp: Corp) -> None:
    await corp.play("staff/chen/say", text="会员 13800138000")
    for _ in range(100):
        if corp.server.heard:
            break
        await asyncio.sleep(0.02)
    nodes = corp.server.nodes()
    assert (nodes["FromUserName"], nodes["MsgType"], nodes["AgentID"]) == (
        "chen",
        "text",
        "1000002",
    )
    assert (nodes["Content"], int(nodes["MsgId"]) > 2**53) == ("会员 13800138000", True)
