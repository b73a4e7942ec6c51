"""Mass sends wait for the staff who have the contacts, and say what became of each."""

import time
from typing import Any

import pytest

from simulator.assumed import Assumed
from tests.simulator.corp import OTHER, VIP
from tests.simulator.test_wecom import CONTACTS, Corp, Json, begin, corp

__all__ = ["begin", "corp"]
TEXT = {"content": "新品到店"}


async def knows(corp: Corp, nickname: str, user_id: str = "chen") -> str:
    """Let a consumer add one of the staff; return her external user id."""
    await corp.does(nickname, "contacts", user_id=user_id)
    found = await corp.post(
        f"{CONTACTS}/batch/get_by_user", {"userid_list": [user_id], "limit": 100}
    )
    cards = [one["external_contact"] for one in found["external_contact_list"]]
    return next(str(one["external_userid"]) for one in cards if one["name"] == nickname)


async def asks(corp: Corp, **body: object) -> Json:
    return await corp.post(f"{CONTACTS}/add_msg_template", {"text": TEXT, **body})


async def results(corp: Corp, msgid: str, user_id: str = "chen") -> list[Json]:
    told = await corp.post(
        f"{CONTACTS}/get_groupmsg_send_result", {"msgid": msgid, "userid": user_id, "limit": 1000}
    )
    return list(told["send_list"])


async def confirms(corp: Corp, msgid: str, user_id: str = "chen") -> Json:
    return await corp.play(f"staff/{user_id}/sends/{msgid}/confirm")


async def messages(corp: Corp) -> list[Json]:
    return list((await corp.ask("GET", "/play/groups"))["messages"])


async def test_nobody_reads_it_before_the_staff_member_confirms(corp: Corp) -> None:
    lin, wang = await knows(corp, "林小满"), await knows(corp, "王金", "li")
    made = await asks(corp, external_userid=[lin, wang, "wmNobody"])
    assert made["fail_list"] == ["wmNobody"]
    msgid = made["msgid"]
    assert [one["status"] for one in await results(corp, msgid)] == [0]
    told = await corp.post(f"{CONTACTS}/get_groupmsg_task", {"msgid": msgid})
    assert [(one["userid"], one["status"]) for one in told["task_list"]] == [("chen", 0), ("li", 0)]
    assert await messages(corp) == []
    waiting = await corp.ask("GET", "/play/staff/chen/sends")
    assert [(one["msgid"], one["targets"]) for one in waiting["sends"]] == [(msgid, 1)]
    assert await confirms(corp, msgid) == {"sent": 1}
    assert (await confirms(corp, msgid))["error"]["code"] == "no_such_send"
    (row,) = await results(corp, msgid)
    assert (row["external_userid"], row["status"], row["send_time"] > 0) == (lin, 1, True)
    assert [one["status"] for one in await results(corp, msgid, "li")] == [0]
    (message,) = await messages(corp)
    assert (message["text"], message["user_id"]) == (TEXT["content"], "chen")


async def test_a_group_is_written_to_by_its_owner(corp: Corp) -> None:
    made = await asks(corp, chat_type="group", sender="chen", chat_id_list=[VIP, OTHER])
    assert made["fail_list"] == [OTHER]
    await confirms(corp, made["msgid"])
    (row,) = await results(corp, made["msgid"])
    assert (row["chat_id"], row["status"]) == (VIP, 1)
    assert (await messages(corp))[0]["chat_id"] == VIP
    assert (await asks(corp, chat_type="group", chat_id_list=[VIP]))["errcode"] == 40058


async def test_who_deleted_the_staff_member_gets_nothing(corp: Corp) -> None:
    lin = await knows(corp, "林小满")
    made = await asks(corp, sender="chen", external_userid=[lin])
    await corp.does("林小满", "contacts/delete", user_id="chen")
    assert await confirms(corp, made["msgid"]) == {"sent": 0}
    assert [one["status"] for one in await results(corp, made["msgid"])] == [2]


async def test_a_contact_has_so_many_a_period_and_then_no_more(begin: Any) -> None:
    corp = await begin(assumed=Assumed(group_lag_seconds=0, send_rule="daily1"))
    lin, wang = await knows(corp, "林小满"), await knows(corp, "王金")
    first = await asks(corp, external_userid=[lin])
    both = await asks(corp, external_userid=[lin, wang])
    await confirms(corp, first["msgid"])
    await confirms(corp, both["msgid"])
    statuses = {one["external_userid"]: one["status"] for one in await results(corp, both["msgid"])}
    assert statuses == {lin: 3, wang: 1}
    refused = await asks(corp, external_userid=[lin, wang])
    assert (refused["errcode"], refused["fail_list"], refused["msgid"]) == (41048, [], "")


async def test_it_is_reminded_of_three_times_a_day_and_taken_back(corp: Corp) -> None:
    lin = await knows(corp, "林小满")
    msgid = (await asks(corp, external_userid=[lin]))["msgid"]
    codes = [
        (await corp.post(f"{CONTACTS}/remind_groupmsg_send", {"msgid": msgid}))["errcode"]
        for _ in range(4)
    ]
    assert codes == [0, 0, 0, 45009]
    assert (await corp.post(f"{CONTACTS}/cancel_groupmsg_send", {"msgid": msgid}))["errcode"] == 0
    assert (await confirms(corp, msgid))["error"]["code"] == "no_such_send"
    assert (await corp.post(f"{CONTACTS}/get_groupmsg_task", {"msgid": ""}))["errcode"] == 41046
    assert (await corp.post(f"{CONTACTS}/get_groupmsg_task", {"msgid": "x"}))["errcode"] == 41047


async def test_tasks_are_listed_by_their_span(corp: Corp) -> None:
    lin = await knows(corp, "林小满")
    made = await asks(corp, external_userid=[lin])
    now = int(time.time())
    asked = {"chat_type": "single", "start_time": now - 60, "end_time": now + 60, "limit": 100}
    told = await corp.post(f"{CONTACTS}/get_groupmsg_list_v2", asked)
    assert [one["msgid"] for one in told["group_msg_list"]] == [made["msgid"]]
    later = {**asked, "start_time": now + 30}
    assert (await corp.post(f"{CONTACTS}/get_groupmsg_list_v2", later))["group_msg_list"] == []
    long = {**asked, "start_time": now - 40 * 86_400}
    assert (await corp.post(f"{CONTACTS}/get_groupmsg_list_v2", long))["errcode"] == 40058


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"external_userid": ["x"], "text": {"content": ""}},
        {"external_userid": ["x"], "text": {"content": "长" * 1334}},
        {"external_userid": ["x"] * 10_001},
        {"external_userid": ["x"], "chat_type": "all"},
    ],
)
async def test_what_is_wrong_is_refused(corp: Corp, wrong: Json) -> None:
    assert (await asks(corp, **wrong))["errcode"] == 40058
