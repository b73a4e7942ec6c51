"""Contact ways: codes behind which staff stand by turns, strict as the platform's."""

import pytest

from tests.simulator.test_wecom import CONTACTS, Corp, Json, begin, corp

__all__ = ["begin", "corp"]
WAY = {"type": 2, "scene": 2, "remark": "静安店", "state": "shop", "user": ["chen", "li"]}


async def test_each_scan_adds_the_next_with_the_state(corp: Corp) -> None:
    made = await corp.post(f"{CONTACTS}/add_contact_way", WAY)
    for nickname, user_id in (("林小满", "chen"), ("王金", "li"), ("Emma", "chen")):
        await corp.does(nickname, "contacts/scan", qr_code=made["qr_code"])
        assert (corp.server.nodes()["UserID"], corp.server.nodes()["State"]) == (user_id, "shop")
    again = await corp.does("Emma", "contacts/scan", qr_code=made["qr_code"])
    assert again["error"]["code"] == "already_contact"
    body = {"config_id": made["config_id"], "user": ["li"]}
    assert (await corp.post(f"{CONTACTS}/update_contact_way", body))["errcode"] == 0
    told = await corp.post(f"{CONTACTS}/get_contact_way", {"config_id": made["config_id"]})
    assert (told["contact_way"]["user"], told["contact_way"]["state"]) == (["li"], "shop")
    listed = await corp.post(f"{CONTACTS}/list_contact_way", {"limit": 1})
    assert listed["contact_way"] == [{"config_id": made["config_id"]}]
    gone = {"config_id": made["config_id"]}
    assert (await corp.post(f"{CONTACTS}/del_contact_way", gone))["errcode"] == 0
    assert (await corp.post(f"{CONTACTS}/get_contact_way", gone))["errcode"] == 41044
    refused = await corp.does("Emma", "contacts/scan", qr_code=made["qr_code"])
    assert refused["error"]["code"] == "no_such_contact_way"


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"type": None}, 41037),
        ({"scene": 3}, 41038),
        ({"user": ["chen"] * 101}, 41041),
        ({"type": 1}, 41042),
        ({"user": []}, 41042),
        ({"user": ["nobody"]}, 40098),
        ({"state": "长" * 31}, 40058),
        ({"remark": "长" * 31}, 40058),
    ],
)
async def test_what_is_wrong_is_refused(corp: Corp, changed: Json, errcode: int) -> None:
    told = await corp.post(f"{CONTACTS}/add_contact_way", WAY | changed)
    assert (told["errcode"], told["config_id"]) == (errcode, "")
