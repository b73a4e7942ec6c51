"""Tags of contacts: an app's own, the staff's, and marks that collide, strict as the platform's."""

import asyncio

import pytest

from simulator.assumed import Assumed
from tests.simulator.test_wecom import CONTACTS, Corp, Json, begin, corp

__all__ = ["begin", "corp"]


async def gold(corp: Corp, name: str = "金卡") -> str:
    body = {"group_name": "会员", "tag": [{"name": name}]}
    made = await corp.post(f"{CONTACTS}/add_corp_tag", body)
    return str(made["tag_group"]["tag"][0]["id"])


async def lin(corp: Corp) -> str:
    await corp.does("林小满", "contacts", user_id="chen")
    return str(corp.server.nodes()["ExternalUserID"])


async def mark(corp: Corp, who: str, **what: object) -> Json:
    return await corp.post(
        f"{CONTACTS}/mark_tag", {"userid": "chen", "external_userid": who} | what
    )


async def test_marks_are_shown_on_both_lists_and_tell_nobody(corp: Corp) -> None:
    who, tag = await lin(corp), await gold(corp)
    heard = len(corp.server.heard)
    assert (await mark(corp, who, add_tag=[tag]))["errcode"] == 0
    one = await corp.get(f"{CONTACTS}/get", external_userid=who)
    assert one["follow_user"][0]["tags"] == [
        {"group_name": "会员", "tag_name": "金卡", "tag_id": tag, "type": 1}
    ]
    body = {"userid_list": ["chen"], "limit": 10}
    many = await corp.post(f"{CONTACTS}/batch/get_by_user", body)
    assert many["external_contact_list"][0]["follow_info"]["tag_id"] == [tag]
    assert (await mark(corp, who, remove_tag=[tag]))["errcode"] == 0
    assert len(corp.server.heard) == heard


async def test_an_app_changes_its_own_tags_only(corp: Corp) -> None:
    tag = await gold(corp)
    await corp.play("tags", group_name="会员", name="老友")
    assert corp.server.nodes()["ChangeType"] == "create"
    listed = await corp.post(f"{CONTACTS}/get_corp_tag_list", {})
    names = {one["name"]: one["id"] for one in listed["tag_group"][0]["tag"]}
    assert set(names) == {"金卡", "老友"}
    theirs = {"id": names["老友"], "name": "好友"}
    assert (await corp.post(f"{CONTACTS}/edit_corp_tag", theirs))["errcode"] == 81011
    same = {"id": tag, "name": "老友"}
    assert (await corp.post(f"{CONTACTS}/edit_corp_tag", same))["errcode"] == 40071
    body = {"group_name": "会员", "tag": [{"name": "老友"}]}
    assert (await corp.post(f"{CONTACTS}/add_corp_tag", body))["errcode"] == 40071
    assert (await corp.post(f"{CONTACTS}/del_corp_tag", {"tag_id": [tag]}))["errcode"] == 0
    assert (await corp.post(f"{CONTACTS}/del_corp_tag", {"tag_id": [tag]}))["errcode"] == 40068


@pytest.mark.parametrize(
    ("what", "errcode"),
    [({"add_tag": ["etNone"]}, 40068), ({}, 40058), ({"userid": "li", "add_tag": ["x"]}, 84061)],
)
async def test_what_is_wrong_is_refused(corp: Corp, what: Json, errcode: int) -> None:
    assert (await mark(corp, await lin(corp), **what))["errcode"] == errcode


async def test_two_marks_of_one_contact_at_once_collide(begin: object) -> None:
    slow = Assumed(callback_timeout_seconds=2.0, tag_mark_seconds=0.05, tag_marks_a_minute=6)
    corp = await begin(assumed=slow)  # type: ignore[operator]
    who, tag = await lin(corp), await gold(corp)
    both = await asyncio.gather(*(mark(corp, who, add_tag=[tag]) for _ in range(2)))
    assert sorted(one["errcode"] for one in both) == [0, 45035]
    more = [(await mark(corp, who, add_tag=[tag]))["errcode"] for _ in range(5)]
    assert more == [0, 0, 0, 0, 45009]


async def test_staff_tag_her_by_hand_and_the_app_is_told(corp: Corp) -> None:
    await lin(corp)
    await corp.play("tags", group_name="会员", name="老友")
    await corp.does("林小满", "contacts/tag", user_id="chen", tag="老友")
    assert corp.server.nodes()["ChangeType"] == "edit_external_contact"
    refused = await corp.does("王金", "contacts/tag", user_id="chen", tag="老友")
    assert refused["error"]["code"] == "no_contact"
