"""Template messages and mass messages, with the events about what became of them."""

import pytest

from tests.simulator.conftest import POINTS_CHANGED, Json, Player, until

TEMPLATE = "/cgi-bin/message/template/send"
DATA: Json = {"thing1": {"value": "购物"}, "n2": {"value": 120}}
TEXT: Json = {"msgtype": "text", "text": {"content": "双十一"}}


async def _event(sim: Player, name: str) -> Json:
    def found() -> list[Json]:
        return [each.nodes for each in sim.bot.heard if each.nodes.get("Event") == name]

    await until(lambda: bool(found()))
    return found()[0]


async def test_a_template_message_is_shown_filled_and_reported(sim: Player) -> None:
    lin = await sim.follower()
    asked = {"touser": lin["openid"], "template_id": POINTS_CHANGED.template_id, "data": DATA}
    answer = await sim.call(TEMPLATE, asked)
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    bubble = (await sim.chat(lin))[-1]
    assert (bubble["via"], bubble["title"]) == ("template", "积分变动")
    assert bubble["text"] == "变动：购物\n余额：120"
    finished = await _event(sim, "TEMPLATESENDJOBFINISH")
    assert (finished["MsgID"], finished["Status"]) == (str(answer["msgid"]), "success")
    assert finished["FromUserName"] == lin["openid"]


async def test_the_report_of_a_template_is_not_what_retry_repeats(sim: Player) -> None:
    lin = await sim.follower()
    await sim.says(lin, "积分")
    asked = {"touser": lin["openid"], "template_id": POINTS_CHANGED.template_id, "data": DATA}
    await sim.call(TEMPLATE, asked)
    await _event(sim, "TEMPLATESENDJOBFINISH")
    await sim.play(f"consumers/{lin['id']}/retry")
    assert sim.bot.heard[-1].nodes["MsgType"] == "text"


async def test_a_blacklisted_follower_is_reported_as_blocked(sim: Player) -> None:
    lin = await sim.follower()
    await sim.call("/cgi-bin/tags/members/batchblacklist", {"openid_list": [lin["openid"]]})
    asked = {"touser": lin["openid"], "template_id": POINTS_CHANGED.template_id, "data": DATA}
    assert (await sim.call(TEMPLATE, asked))["errcode"] == 0
    assert (await _event(sim, "TEMPLATESENDJOBFINISH"))["Status"] == "failed:user block"


@pytest.mark.parametrize(
    ("changed", "errcode", "says"),
    [
        ({"touser": "oNobody"}, 40003, "invalid openid"),
        ({"template_id": "unknown"}, 40037, "invalid template_id"),
        ({"data": {"thing1": {"value": "a"}}}, 47003, "argument invalid! data.n2.value is empty"),
        (
            {"data": {**DATA, "n2": {"value": ""}}},
            47003,
            "argument invalid! data.n2.value is empty",
        ),
        ({"data": "x"}, 47001, "data format error"),
        ({"miniprogram": {"appid": "wxother"}}, 40013, "invalid appid"),
    ],
)
async def test_a_wrong_template_message_is_refused(
    sim: Player, changed: Json, errcode: int, says: str
) -> None:
    lin = await sim.follower()
    asked = {"touser": lin["openid"], "template_id": POINTS_CHANGED.template_id, "data": DATA}
    answer = await sim.call(TEMPLATE, asked | changed)
    assert answer["errcode"] == errcode
    assert answer["errmsg"].startswith(says + " rid: ")


async def test_somebody_who_does_not_follow_gets_no_template_message(sim: Player) -> None:
    emma = await sim.consumer("Emma")
    asked = {"touser": emma["openid"], "template_id": POINTS_CHANGED.template_id, "data": DATA}
    assert (await sim.call(TEMPLATE, asked))["errcode"] == 43004


async def test_the_same_client_msg_id_sends_once_in_ten_minutes(sim: Player) -> None:
    lin = await sim.follower()
    asked = {
        "touser": lin["openid"],
        "template_id": POINTS_CHANGED.template_id,
        "data": DATA,
        "client_msg_id": "order-1",
    }
    first, again = await sim.call(TEMPLATE, asked), await sim.call(TEMPLATE, asked)
    assert first["msgid"] == again["msgid"]
    await sim.clock(601)
    assert (await sim.call(TEMPLATE, asked))["msgid"] != first["msgid"]
    sent = [bubble for bubble in await sim.chat(lin) if bubble["via"] == "template"]
    assert len(sent) == 2


async def test_registered_templates_are_listed(sim: Player) -> None:
    listed = await sim.call("/cgi-bin/template/get_all_private_template")
    assert [each["template_id"] for each in listed["template_list"]] == ["points-changed"]


async def test_a_mass_message_reaches_each_follower_four_times_a_month(sim: Player) -> None:
    lin, emma = await sim.follower(), await sim.consumer("Emma")
    both = {"touser": [lin["openid"], emma["openid"]], **TEXT}
    for _ in range(5):
        answer = await sim.call("/cgi-bin/message/mass/send", both)
        assert answer["errmsg"] == "send job submission success"
    mass = [each for each in await sim.chat(lin) if each["via"] == "platform"]
    assert len(mass) == 4
    assert await sim.chat(emma) == []
    finished = await _event(sim, "MASSSENDJOBFINISH")
    assert (finished["TotalCount"], finished["SentCount"]) == ("2", "1")


async def test_a_mass_message_by_tag_reaches_the_tagged(sim: Player) -> None:
    lin, emma = await sim.follower(), await sim.follower("Emma")
    gold = (await sim.call("/cgi-bin/tags/create", {"tag": {"name": "金卡"}}))["tag"]["id"]
    tagging = {"openid_list": [emma["openid"]], "tagid": gold}
    await sim.call("/cgi-bin/tags/members/batchtagging", tagging)
    asked = {"filter": {"is_to_all": False, "tag_id": gold}, **TEXT}
    assert (await sim.call("/cgi-bin/message/mass/sendall", asked))["errcode"] == 0
    assert (await sim.chat(emma))[-1]["text"] == "双十一"
    assert "双十一" not in [each.get("text") for each in await sim.chat(lin)]


@pytest.mark.parametrize(
    ("path", "asked", "errcode"),
    [
        ("send", {"touser": ["o1"], **TEXT}, 40130),
        ("send", {"touser": ["o1", "o2"], **TEXT}, 40003),
        ("send", {"touser": ["o1", "o2"], "msgtype": "poem"}, 40008),
        ("sendall", {"filter": {"tag_id": 999}, **TEXT}, 45159),
        ("sendall", {"filter": {"is_to_all": True}, "msgtype": "text"}, 44004),
        ("sendall", {"filter": {"is_to_all": True}, "msgtype": "mpnews"}, 40007),
        ("sendall", {"filter": {"is_to_all": True}, "clientmsgid": "x" * 65, **TEXT}, 45067),
    ],
)
async def test_a_wrong_mass_message_is_refused(
    sim: Player, path: str, asked: Json, errcode: int
) -> None:
    assert (await sim.call(f"/cgi-bin/message/mass/{path}", asked))["errcode"] == errcode


async def test_a_job_is_not_submitted_twice_under_one_clientmsgid(sim: Player) -> None:
    await sim.follower()
    asked = {"filter": {"is_to_all": True}, "clientmsgid": "double-eleven", **TEXT}
    job = await sim.call("/cgi-bin/message/mass/sendall", asked)
    again = await sim.call("/cgi-bin/message/mass/sendall", asked)
    assert (again["errcode"], again["msg_id"]) == (45065, job["msg_id"])
    told = await sim.call("/cgi-bin/message/mass/get", {"msg_id": job["msg_id"]})
    assert told["msg_status"] == "SEND_SUCCESS"
    for unknown in ("double-eleven", "client double-eleven", 1):
        told = await sim.call("/cgi-bin/message/mass/get", {"msg_id": unknown})
        assert told["errcode"] == 40035
